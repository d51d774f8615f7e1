// SPDX-License-Identifier: MIT
//
// A clock that drifts must still wake its node at the first moment that reaches a deadline.
#include "tests/sim/sim_clock.h"

#include <gtest/gtest.h>

namespace hearsay::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(SimClock, FiresAtTheFirstMomentThatReachesTheDeadline) {
  for (const std::int32_t drift : {-kMaxDriftPpm, -500, -1, 0, 1, 500, kMaxDriftPpm}) {
    for (const Duration offset : {Duration{-hours{30}}, Duration{0}, Duration{hours{24 * 365}}}) {
      const SimClock clock({offset, drift});
      for (std::int64_t us = 1; us < 4'000'000'000; us = us * 3 + 1) {
        const Time deadline = clock.Local(Duration{us});
        const Duration when = clock.When(deadline);
        EXPECT_GE(clock.Local(when), deadline) << drift << " " << us;
        EXPECT_LT(clock.Local(when - Duration{1}), deadline) << drift << " " << us;
      }
    }
  }
}

TEST(SimClock, NeverGoesBackwards) {
  const SimClock clock({Duration{0}, -kMaxDriftPpm});
  for (std::int64_t us = 0; us < 100'000; ++us) {
    ASSERT_GE(clock.Local(Duration{us + 1}), clock.Local(Duration{us}));
  }
}

TEST(SimClock, DriftsByTheGivenRate) {
  const SimClock fast({Duration{0}, 500});
  EXPECT_EQ(fast.Local(seconds{1000}) - SimClock::Epoch(), seconds{1000} + milliseconds{500});
  EXPECT_EQ(fast.When(kNever), Duration::max());
  EXPECT_EQ(fast.When(SimClock::Epoch() - hours{1}), Duration::zero());
}

}  // namespace
}  // namespace hearsay::sim
