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

}  // namespace

std::optional<Estimate> EstimateNodes(const Namings& counted) {
  const auto alive = static_cast<double>(counted.alive);
  const auto dead = static_cast<double>(counted.dead);
  const auto pending = static_cast<double>(counted.pending);
  if (counted.alive == 0 || counted.namings <= counted.once) return std::nullopt;
  const Unseen unseen = UnseenOf(static_cast<double>(counted.once), static_cast<double>(counted.twice));
  // The share of alive ones, with a point on either side so that it is never sure (Agresti and Coull 1998).
  const double share = pending == 0 ? 1 : alive / (alive + dead);
  const double n = alive + dead + kZ * kZ;
  const double centre = (alive + kZ * kZ / 2) / n;
  const double error = kZ * std::sqrt(centre * (1 - centre) / n);
  const double low_share = pending == 0 ? 1 : std::max(0.0, centre - error);
  const double high_share = pending == 0 ? 1 : std::min(1.0, centre + error);
  return Estimate{.nodes = alive + (pending + unseen.mean) * share,
                  .low = alive + (pending + unseen.low) * low_share,
                  .high = alive + (pending + unseen.high) * high_share};
}

}  // namespace hearsay
