// SPDX-License-Identifier: MIT
//
// SimClock: what one node's own clock shows at a simulated moment.
//
//   local = epoch + offset + elapsed + elapsed × drift / 1,000,000
//
// Nodes never compare their Time with another's, so a protocol that works only when clocks agree fails here. A restart
// keeps the clock: the machine's, not the process's. Drift is bounded to ±10,000 ppm (a crystal is within ±200, a bad
// virtual machine within ±1,000), which keeps local time strictly increasing over a millisecond.
#pragma once

#include <cstdint>

#include "proto/check.h"
#include "proto/time.h"

namespace hearsay::sim {

struct ClockSkew {
  Duration offset{};
  std::int32_t drift_ppm = 0;
};
inline constexpr std::int32_t kMaxDriftPpm = 10'000;

class SimClock {
 public:
  explicit SimClock(ClockSkew skew) : skew_(skew) {
    HEARSAY_CHECK(skew.drift_ppm >= -kMaxDriftPpm && skew.drift_ppm <= kMaxDriftPpm);
  }
  // When every simulation starts: an arbitrary date, so that stored times look like dates.
  static Time Epoch() { return FromUnixSeconds(1'760'000'000); }

  Time Local(Duration elapsed) const { return Epoch() + skew_.offset + elapsed + Drift(elapsed); }
  // The first simulated moment at which Local() is at or after `local`; zero for the past, max for kNever.
  Duration When(Time local) const {
    if (local == kNever) return Duration::max();
    const Duration target = local - Epoch() - skew_.offset;
    if (target <= Duration::zero()) return Duration::zero();
    Duration guess{static_cast<Duration::rep>(static_cast<__int128>(target.count()) * 1'000'000 /
                                              (1'000'000 + skew_.drift_ppm))};
    while (guess > Duration::zero() && Local(guess - Duration{1}) >= local) guess -= Duration{1};
    while (Local(guess) < local) guess += Duration{1};
    return guess;
  }

 private:
  Duration Drift(Duration elapsed) const { return elapsed * skew_.drift_ppm / 1'000'000; }
  ClockSkew skew_;
};

}  // namespace hearsay::sim
