// SPDX-License-Identifier: MIT
#include "crawler/attendance.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hearsay {
namespace {

constexpr double kZ = 1.96;  // of 95 %
constexpr double kPriorGone = 0.5;
constexpr double kPriorSeconds = 300;

// The 97.5 % quantile of a gamma variable of this shape and scale 1 (Wilson and Hilferty 1931): within 3 % from 0.5 on.
double HighGamma(double shape) {
  const double root = 1 - 1 / (9 * shape) + kZ / (3 * std::sqrt(shape));
  return shape * root * root * root;
}

// Who left did so halfway only where few did: where the share `gone` left in a time t, the rate is -ln(1 - gone) / t,
// which is so many times what gone / (watched for half of t when it left) says. 0.98 stands for all.
double LongerThanHalf(double gone) {
  const double share = std::min(gone, 0.98);
  return share > 0 ? -std::log1p(-share) * (1 - share / 2) / share : 1;
}

}  // namespace

LeavingRate LeavingRateOf(const SecondLooks& looks) {
  const double watched = SecondsOf(looks.watched);
  const double missed = static_cast<double>(looks.nodes) * std::pow(looks.lost, kLookHellos);
  const double gone = std::max(0.0, static_cast<double>(looks.gone) - missed);
  const double longer = looks.nodes > 0 ? LongerThanHalf(gone / static_cast<double>(looks.nodes)) : 1;
  return {.mean = watched > 0 ? longer * gone / watched : 0,
          .high = longer * HighGamma(kPriorGone + gone) / (kPriorSeconds + watched)};
}

}  // namespace hearsay
