// SPDX-License-Identifier: MIT
#include "node/io/clock.h"

namespace hearsay {
namespace {

// Far enough for any timer, near enough that no time point overflows nanoseconds.
constexpr auto kFarthest = std::chrono::hours{24 * 365};

}  // namespace

SystemClock::Steady::time_point SystemClock::ToSteady(Time time) const {
  const Duration after = time - start_;
  if (after > kFarthest) return Steady::now() + kFarthest;
  return steady_start_ + after;
}

Duration SystemClock::SetSince() const {
  const SystemClock fresh;
  return std::chrono::round<std::chrono::seconds>(fresh.start_ - Now());
}

}  // namespace hearsay
