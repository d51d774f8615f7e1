// SPDX-License-Identifier: MIT
#include "crawler/estimate.h"

#include <algorithm>
#include <cmath>

namespace hearsay {
namespace {

constexpr double kZ = 1.96;            // of 95 %
constexpr double kNoneSeen = 3.0;      // "rule of three": a Poisson count of none, at 95 %

struct Unseen {
  double mean = 0;
  double low = 0;
  double high = 0;
};

Unseen UnseenOf(double once, double twice) {
  const double mean = once * (once - 1) / (2 * (twice + 1));
  if (mean <= 0) {
    // Not more than three were named once, had there been luck; a count of one says as little.
    const double most = once + kNoneSeen;
    return {.mean = 0, .low = 0, .high = most * (most - 1) / (2 * (twice + 1))};
  }
  // Chao's variance for the bias-corrected form.
  const double b = twice + 1;
  const double variance = once * (once - 1) / (2 * b) + once * (2 * once - 1) * (2 * once - 1) / (4 * b * b) +
                          once * once * twice * (once - 1) * (once - 1) / (4 * b * b * b * b);
  const double spread = std::exp(kZ * std::sqrt(std::log(1 + variance / (mean * mean))));
  return {.mean = mean, .low = mean / spread, .high = mean * spread};
}

// How many live ones to expect among those pending that were named as often as `alive` and `dead`: their share, with
// two points added on either side for the interval (Agresti and Coull 1998), and the luck of the draw.
Unseen LiveAmong(std::size_t pending_count, std::size_t alive_count, std::size_t dead_count) {
  const auto pending = static_cast<double>(pending_count);
  const auto alive = static_cast<double>(alive_count);
  const double dialled = alive + static_cast<double>(dead_count);
  if (pending_count == 0) return {};
  const double n = dialled + kZ * kZ;
  const double centre = (alive + kZ * kZ / 2) / n;
  const double error = kZ * std::sqrt(centre * (1 - centre) * (1 / n + 1 / pending));
  return {.mean = pending * (dialled > 0 ? alive / dialled : 0.5),
          .low = pending * std::max(0.0, centre - error),
          .high = pending * std::min(1.0, centre + error)};
}

}  // namespace

std::optional<Estimate> EstimateNodes(const Namings& counted) {
  const Namings::Kind &alive = counted.alive, &pending = counted.pending, &dead = counted.dead;
  if (alive.heard == 0 || counted.namings <= alive.once + pending.once) return std::nullopt;
  const auto more = [](const Namings::Kind& kind) { return kind.heard - kind.once - kind.twice; };
  const Unseen once = LiveAmong(pending.once, alive.once, dead.once);
  const Unseen twice = LiveAmong(pending.twice, alive.twice, dead.twice);
  const Unseen asked{.mean = LiveAmong(counted.asked, (alive.heard + 1) / 3, dead.heard).mean,
                     .low = 0,
                     .high = static_cast<double>(counted.asked)};
  const Unseen often = LiveAmong(more(pending), more(alive), more(dead));
  const Unseen unseen = UnseenOf(static_cast<double>(alive.once) + once.mean,
                                 static_cast<double>(alive.twice) + twice.mean);
  const auto found = static_cast<double>(alive.heard);
  const double nodes = found + asked.mean + once.mean + twice.mean + often.mean + unseen.mean;
  return Estimate{.nodes = nodes,
                  .low = std::min(nodes, found + asked.low + once.low + twice.low + often.low + unseen.low),
                  .high = std::max(nodes, found + asked.high + once.high + twice.high + often.high + unseen.high)};
}

}  // namespace hearsay
