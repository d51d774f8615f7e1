// SPDX-License-Identifier: MIT
//
// Durations of the command line: what is one, and how long the longest is.
#include "tools/duration.h"

#include <gtest/gtest.h>

#include "proto/time.h"

namespace hearsay {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Duration, HasAUnitOrIsOfSeconds) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds{500});
  EXPECT_EQ(ParseDuration("60s"), milliseconds{60'000});
  EXPECT_EQ(ParseDuration("60"), milliseconds{60'000});
  EXPECT_EQ(ParseDuration("2m"), milliseconds{120'000});
  EXPECT_EQ(ParseDuration("1h"), hours{1});
  EXPECT_EQ(ParseDuration("7d"), hours{7 * 24});
  for (const char* text : {"", "s", "-1s", "1.5s", "1 s", "1w", "1S", "4294967296ms"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(Duration, IsAtMostAHundredYearsSoThatNoTimeOverflows) {
  for (const char* text : {"36501d", "876001h", "4294967295m", "4294967295s", "4294967295d", "4294967295"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
  const Duration longest = ParseDuration("36500d").value();
  EXPECT_GT(Time{} + hours{24 * 365 * 60} + longest, Time{} + longest) << "from 2030";
}

}  // namespace
}  // namespace hearsay
