// SPDX-License-Identifier: MIT
//
// ResponseRateLimit: what a flood in a victim's name gets, and what its neighbours still get.
#include "crawler/seed/response_rate_limit.h"

#include <gtest/gtest.h>

namespace hearsay {
namespace {

using Verdict = ResponseRateLimit::Verdict;
const Time kNow = FromUnixSeconds(1'800'000'000);
const IpAddress kVictim = *IpAddress::Parse("192.0.32.7");

struct Counts {
  int sent = 0, truncated = 0, dropped = 0;
};

Counts Flood(ResponseRateLimit& limit, const IpAddress& client, int queries, Duration gap, Time from = kNow) {
  Counts out;
  for (int i = 0; i < queries; ++i) {
    const Verdict verdict = limit.Judge(client, AnswerKind::kRecords, from + i * gap);
    ++(verdict == Verdict::kSend ? out.sent : verdict == Verdict::kTruncate ? out.truncated : out.dropped);
  }
  return out;
}

TEST(ResponseRateLimit, AFloodGetsTheRateAndEverySecondOfTheRestTruncated) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 20, .slip = 2}, rng);
  // Ten seconds of 10,000 a second: a gap in which less than a thousandth of an answer comes back.
  const Counts counts = Flood(limit, kVictim, 100'000, std::chrono::microseconds{100});
  EXPECT_NEAR(counts.sent, 20 + 10 * 20, 2);
  EXPECT_NEAR(counts.truncated, counts.dropped, counts.sent + 2);
}

TEST(ResponseRateLimit, WhoStaysBelowTheRateIsNeverLimited) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 20, .slip = 2}, rng);
  EXPECT_EQ(Flood(limit, kVictim, 2000, std::chrono::milliseconds{50}).sent, 2000);
}

TEST(ResponseRateLimit, ANetworkIsOneClientAndItsNeighboursAreOthers) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 5, .slip = 0}, rng);
  EXPECT_EQ(Flood(limit, kVictim, 100, Duration{}).sent, 5);
  EXPECT_EQ(Flood(limit, *IpAddress::Parse("192.0.32.200"), 100, Duration{}).sent, 0) << "the same /24";
  EXPECT_EQ(Flood(limit, *IpAddress::Parse("192.0.33.7"), 100, Duration{}).sent, 5);
  EXPECT_EQ(Flood(limit, *IpAddress::Parse("2600:0:0:100::1"), 100, Duration{}).sent, 5);
  EXPECT_EQ(Flood(limit, *IpAddress::Parse("2600:0:0:1ff::2"), 100, Duration{}).sent, 0) << "the same /56";
  EXPECT_EQ(Flood(limit, *IpAddress::Parse("2600:0:0:200::1"), 100, Duration{}).sent, 5);
}

TEST(ResponseRateLimit, KindsOfAnswersAreCountedApart) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 5, .slip = 0}, rng);
  EXPECT_EQ(Flood(limit, kVictim, 100, Duration{}).sent, 5);
  EXPECT_EQ(limit.Judge(kVictim, AnswerKind::kNxDomain, kNow), Verdict::kSend);
}

TEST(ResponseRateLimit, AClockThatStandsStillOrASilentYearDoNoHarm) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 1'000'000'000, .slip = 1}, rng);
  EXPECT_EQ(Flood(limit, kVictim, 1000, std::chrono::hours{24 * 365}).sent, 1000);
  EXPECT_EQ(limit.Judge(kVictim, AnswerKind::kRecords, kNow), Verdict::kSend) << "and one that goes back";
}

TEST(ResponseRateLimit, SpoofersFromEverywhereDoNotMakeItGrowAndDoNotFreeTheFirst) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 5, .slip = 0}, rng);
  int sent = 0;
  // A quarter as many networks as there is room for, all the time in turns.
  constexpr std::uint32_t kNetworks = ResponseRateLimit::kSlots / 4;
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t i = 0; i < kNetworks; ++i) {
      const IpAddress client = IpAddress::V4(0x0b000000 + (i << 8));
      sent += limit.Judge(client, AnswerKind::kRecords, kNow) == Verdict::kSend ? 1 : 0;
    }
  }
  EXPECT_LT(sent, static_cast<int>(kNetworks) * 6) << "of twenty each, five";
}

TEST(ResponseRateLimit, ZeroIsNoLimit) {
  Rng rng = Rng::FromNumber(1);
  ResponseRateLimit limit({.rate = 0, .slip = 2}, rng);
  EXPECT_EQ(Flood(limit, kVictim, 1000, Duration{}).sent, 1000);
}

}  // namespace
}  // namespace hearsay
