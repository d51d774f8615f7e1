// SPDX-License-Identifier: MIT
// Attendance: the moment of a census, and how fast nodes leave, from second looks.
#include "crawler/attendance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crawler/median.h"
#include "proto/rng.h"

namespace hearsay {
namespace {

using std::chrono::seconds;

TEST(Median, IsOneOfTheValues) {
  EXPECT_EQ(MedianOf(std::vector{9, 1, 5}), 5);
  EXPECT_EQ(MedianOf(std::vector{7, 3}), 3);
  EXPECT_EQ(MedianOf(std::vector{4}), 4);
}

TEST(Attendance, WithoutALookTheRateIsThePriors) {
  const LeavingRate rate = LeavingRateOf({});
  EXPECT_EQ(rate.mean, 0);
  EXPECT_NEAR(1 / rate.high, 120, 5);
}

TEST(Attendance, WhoIsGoneWasThereForHalfTheTime) {
  SecondLooks looks;
  looks.Add(false, seconds{10});
  looks.Add(true, seconds{10});
  EXPECT_EQ(looks.nodes, 2u);
  EXPECT_EQ(looks.gone, 1u);
  EXPECT_EQ(looks.watched, seconds{15});
}

TEST(Attendance, LooksOutweighThePrior) {
  const LeavingRate rate = LeavingRateOf({.nodes = 10'000, .gone = 100, .watched = seconds{20'000}});
  EXPECT_NEAR(rate.mean, 0.005, 0.000001);
  EXPECT_NEAR(rate.high, 0.0060, 0.0001);  // the exact quantile of the gamma distribution: 0.005974
}

// Who stays for a minute and is looked at after three has left long before half of that.
TEST(Attendance, ShortStaysAreSeenThrough) {
  Rng rng = Rng::FromNumber(3);
  for (const std::int64_t after : {10, 60, 180}) {
    SecondLooks looks;
    for (int node = 0; node < 20'000; ++node) {
      const double stays = -std::log(static_cast<double>(rng.Below(1'000'000) + 1) / 1e6) * 60;
      looks.Add(stays < static_cast<double>(after), seconds{after});
    }
    EXPECT_NEAR(LeavingRateOf(looks).mean * 60, 1, 0.03) << after;
  }
}

TEST(Attendance, LostPacketsAreNotTakenForLeaving) {
  SecondLooks looks{.nodes = 10'000, .gone = 40, .watched = seconds{20'000}, .lost = 0.2};
  EXPECT_EQ(LeavingRateOf(looks).mean, 0);  // 80 of 10,000 leave three packets unanswered
  looks.lost = 0.01;
  EXPECT_NEAR(LeavingRateOf(looks).mean, 0.002, 0.00001);
}

TEST(Attendance, TheHighRateIsExceededOneTimeInForty) {
  Rng rng = Rng::FromNumber(1);
  int above = 0;
  for (int i = 0; i < 2000; ++i) {
    // 256 nodes that stay for 300 s on average, each looked at after 10 to 40 s.
    SecondLooks looks;
    for (int node = 0; node < 256; ++node) {
      const double stays = -std::log(static_cast<double>(rng.Below(1'000'000) + 1) / 1e6) * 300;
      const auto after = static_cast<std::int64_t>(10 + rng.Below(31));
      looks.Add(stays < static_cast<double>(after), seconds{after});
    }
    if (1.0 / 300 > LeavingRateOf(looks).high) ++above;
  }
  EXPECT_LE(above, 70);  // 50, and three of its standard deviations
}

}  // namespace
}  // namespace hearsay
