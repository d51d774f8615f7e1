// SPDX-License-Identifier: MIT
#include "crawler/estimate.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hearsay {
namespace {

constexpr double kZ = 1.96;        // of 95 %
constexpr double kNoneSeen = 3.0;  // "rule of three": a Poisson count of none, at 95 %

// A number of nodes that are added up, with its interval.
struct Part {
  double mean = 0;
  double low = 0;
  double high = 0;
  Part& operator+=(const Part& other) {
    mean += other.mean;
    low += other.low;
    high += other.high;
    return *this;
  }
  Part Times(double share) const { return {.mean = share * mean, .low = share * low, .high = share * high}; }
};

Part Unnamed(double once, double twice, double fewest) {
  if (once <= 0 && fewest > 2) return {.mean = 0, .low = 0, .high = kNoneSeen / fewest};
  const double mean = std::max(0.0, once * (once - 1) / (2 * (twice + 1)));
  if (once < 2) {
    // Not more than three were named once, had there been luck; a count of one says as little.
    const double most = std::floor(once) + kNoneSeen;
    return {.mean = mean, .low = 0, .high = most * (most - 1) / (2 * (twice + 1))};
  }
  // Chao's variance for the bias-corrected form.
  const double b = twice + 1;
  const double variance = once * (once - 1) / (2 * b) + once * (2 * once - 1) * (2 * once - 1) / (4 * b * b) +
                          once * once * twice * (once - 1) * (once - 1) / (4 * b * b * b * b);
  const double spread = std::exp(kZ * std::sqrt(std::log(1 + variance / (mean * mean))));
  return {.mean = mean, .low = mean / spread, .high = mean * spread};
}

// How many more nobody named for each one named once, where nodes are as unlike in being known as those seen: what Chao
// and Lee 1992 add (equation 2.11), the squared coefficient of variation over the coverage.
double MoreForUnlikeness(const Namings& counted) {
  const auto namings = static_cast<double>(counted.namings);
  const auto classes = static_cast<double>(counted.alive.heard + counted.pending.heard);
  const double coverage = 1 - static_cast<double>(counted.alive.once + counted.pending.once) / namings;
  return std::clamp(classes / coverage * counted.pairs / (namings * (namings - 1)) - 1, 0.0, 1.0) / coverage;
}

// How many live ones to expect among those pending that were named as often as `alive` and `dead`: their share, with
// two points added on either side for the interval (Agresti and Coull 1998), and the luck of the draw.
Part LiveAmong(std::size_t pending_count, std::size_t alive_count, std::size_t dead_count) {
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

// Those who answered their first dial.
Part Prompt(double found, const Attendance& attendance, const LeavingRate& leaving) {
  const double prompt = found - static_cast<double>(attendance.late);
  const double error = kZ * std::sqrt(2 * leaving.high * attendance.apart);
  return {.mean = prompt, .low = prompt - error, .high = prompt + error};
}

// Those of the late ones who were there at the moment.
Part Late(double found, const Attendance& attendance, const LeavingRate& leaving) {
  const auto late = static_cast<double>(attendance.late);
  const double exposed = found * SecondsOf(attendance.after);  // node-seconds
  const double came = leaving.mean * exposed;
  const double most = leaving.high * exposed;
  return {.mean = late - std::min(late, came), .low = late - std::min(late, most + kZ * std::sqrt(most)), .high = late};
}

}  // namespace

std::optional<Estimate> EstimateNodes(const Namings& counted, const Attendance& attendance) {
  const Namings::Kind &alive = counted.alive, &pending = counted.pending, &dead = counted.dead;
  if (alive.heard == 0 || counted.namings <= alive.once + pending.once) return std::nullopt;
  const auto more = [](const Namings::Kind& kind) { return kind.heard - kind.once - kind.twice; };
  const auto found = static_cast<double>(alive.heard);
  const LeavingRate leaving = LeavingRateOf(attendance.looks);
  const Part once = LiveAmong(pending.once, alive.once, dead.once);
  const Part twice = LiveAmong(pending.twice, alive.twice, dead.twice);
  Part nodes = Prompt(found, attendance, leaving);
  nodes += Late(found, attendance, leaving);
  const double rare = counted.fair_once * (static_cast<double>(alive.once) + once.mean);
  nodes += Unnamed(rare, counted.fair_twice * (static_cast<double>(alive.twice) + twice.mean),
                   static_cast<double>(counted.fewest));
  nodes.high += rare * MoreForUnlikeness(counted);
  nodes += once.Times(counted.fair_once);
  nodes += twice.Times(counted.fair_twice);
  nodes += LiveAmong(more(pending), more(alive), more(dead)).Times(counted.fair_undialled);
  nodes += {.mean = LiveAmong(counted.asked, (alive.heard + 1) / 3, dead.heard).mean,
            .low = 0,
            .high = static_cast<double>(counted.asked)};
  const double mean = std::max(nodes.mean, 1.0);  // the crawl has met one
  return Estimate{.nodes = mean, .low = std::clamp(nodes.low, 1.0, mean), .high = std::max(nodes.high, mean)};
}

}  // namespace hearsay
