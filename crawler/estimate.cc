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

// The share of live ones to expect among `pending`, as it was among what was dialled: with two points added on either
// side (Agresti and Coull 1998), and the luck of the draw.
struct Share {
  double mean, low, high;
};
Share ShareAlive(double alive, double dead, double pending) {
  const double n = alive + dead + kZ * kZ;
  const double centre = (alive + kZ * kZ / 2) / n;
  const double error = kZ * std::sqrt(centre * (1 - centre) * (1 / n + 1 / std::max(pending, 1.0)));
  return {.mean = alive / (alive + dead),
          .low = std::max(0.0, centre - error),
          .high = std::min(1.0, centre + error)};
}

}  // namespace

std::optional<Estimate> EstimateNodes(const Namings& counted) {
  const std::size_t once = counted.alive.once + counted.pending.once;
  if (counted.alive.heard == 0 || counted.namings <= once) return std::nullopt;
  const auto alive = static_cast<double>(counted.alive.heard);
  const auto pending = static_cast<double>(counted.pending.heard);
  const Share share = ShareAlive(alive, static_cast<double>(counted.dead), pending);
  const auto live = [&](std::size_t of_alive, std::size_t of_pending) {
    return static_cast<double>(of_alive) + share.mean * static_cast<double>(of_pending);
  };
  const Unseen unseen = UnseenOf(live(counted.alive.once, counted.pending.once),
                                 live(counted.alive.twice, counted.pending.twice));
  const double nodes = alive + pending * share.mean + unseen.mean;
  return Estimate{.nodes = nodes,
                  .low = std::min(nodes, alive + pending * share.low + unseen.low),
                  .high = std::max(nodes, alive + pending * share.high + unseen.high)};
}

}  // namespace hearsay
