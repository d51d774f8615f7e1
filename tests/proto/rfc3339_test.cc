// SPDX-License-Identifier: MIT
// RFC 3339 text against an independent oracle (gmtime_r), the RFC's own examples, and everything it must refuse.
#include "proto/rfc3339.h"

#include <ctime>

#include <gtest/gtest.h>

#include "proto/rng.h"

namespace hearsay {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TEST(Rfc3339, WritesMillisecondsRoundedDown) {
  EXPECT_EQ(FormatRfc3339(Time{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatRfc3339(Time{} + seconds{1795226400} + microseconds{123999}), "2026-11-21T02:00:00.123Z");
  EXPECT_EQ(FormatRfc3339(Time{} - microseconds{1}), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, WritesMicrosecondsExactly) {
  EXPECT_EQ(FormatRfc3339Micros(Time{} + seconds{1795226400} + microseconds{123456}), "2026-11-21T02:00:00.123456Z");
  EXPECT_EQ(FormatRfc3339Micros(Time{} - microseconds{1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, WritesTheNearestYearThatFourDigitsCanSay) {
  EXPECT_EQ(FormatRfc3339(kNever), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatRfc3339(Time::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Rfc3339, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(ParseRfc3339("1985-04-12T23:20:50.52Z"), FromUnixSeconds(482196050) + microseconds{520000});
  EXPECT_EQ(ParseRfc3339("1996-12-19T16:39:57-08:00"), ParseRfc3339("1996-12-20T00:39:57Z"));
  EXPECT_EQ(ParseRfc3339("1937-01-01T12:00:27.87+00:20"), ParseRfc3339("1937-01-01T11:40:27.87Z"));
  EXPECT_EQ(ParseRfc3339("2026-11-21t02:00:00z"), FromUnixSeconds(1795226400));
  EXPECT_EQ(ParseRfc3339("2026-11-21T02:00:00.123456789Z"), FromUnixSeconds(1795226400) + microseconds{123456});
  EXPECT_EQ(ParseRfc3339("2024-02-29T00:00:00Z"), FromUnixSeconds(1709164800));
}

TEST(Rfc3339, RefusesWhatIsNoDateTime) {
  for (const char* text :
       {"", "2026", "2026-11-21", "2026-11-21T02:00:00", "2026-11-21 02:00:00Z", "2026-11-21T02:00Z",
        "2026-11-21T02:00:00.Z", "2026-11-21T02:00:00.1234567890Z", "2026-11-21T02:00:00,5Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T23:60:00Z", "2016-12-31T23:59:60Z", "2026-11-21T02:00:00+24:00",
        "2026-11-21T02:00:00+01:60", "2026-11-21T02:00:00+0100", "2026-11-21T02:00:00ZZ", "2026-11-21T02:00:00Z ",
        " 2026-11-21T02:00:00Z", "+026-11-21T02:00:00Z", "2026-1-21T02:00:00Z", "12026-11-21T02:00:00Z",
        "2026-11-21T-2:00:00Z"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
}

TEST(Rfc3339, AgreesWithTheSystemsCalendarAndComesBackExactly) {
  Rng rng(ByteArray<32>{});
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t first = -62167219200;  // 0000-01-01
    const std::int64_t last = 253402300799;   // 9999-12-31
    const auto second = first + static_cast<std::int64_t>(rng.Below(static_cast<std::uint64_t>(last - first + 1)));
    const Time t = FromUnixSeconds(second) + microseconds{rng.Below(1'000'000)};
    const std::time_t at = second;
    std::tm parts{};
    ASSERT_NE(gmtime_r(&at, &parts), nullptr);
    char expected[64];
    ASSERT_GT(std::strftime(expected, sizeof expected, "-%m-%dT%H:%M:%S.", &parts), 0u);
    const std::string text = FormatRfc3339Micros(t);
    EXPECT_EQ(std::stoi(text.substr(0, 4)), parts.tm_year + 1900);
    EXPECT_EQ(text.substr(4, 16), expected);
    EXPECT_EQ(ParseRfc3339(text), t);
  }
}

}  // namespace
}  // namespace hearsay
