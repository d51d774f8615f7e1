// SPDX-License-Identifier: MIT
// Turns of a series of crawls: from start to start, without overlap.
#include "tools/crawl_schedule.h"

#include <gtest/gtest.h>

namespace hearsay {
namespace {

using namespace std::chrono_literals;

const Time kStart = FromUnixSeconds(1'800'000'000);

TEST(CrawlSchedule, IsMeasuredFromStartToStart) {
  for (const Duration took : {Duration{0}, Duration{1}, Duration{3min}, Duration{15min}}) {
    const CrawlTurn next = NextTurn(kStart, 15min, kStart + took);
    EXPECT_EQ(next.start, kStart + 15min) << took.count();
    EXPECT_EQ(next.missed, 0u);
  }
}

TEST(CrawlSchedule, SkipsAndCountsTheTurnsThatASlowCrawlMissed) {
  const CrawlTurn late = NextTurn(kStart, 15min, kStart + 15min + 1us);
  EXPECT_EQ(late.start, kStart + 30min);
  EXPECT_EQ(late.missed, 1u);
  const CrawlTurn later = NextTurn(kStart, 15min, kStart + 50min);
  EXPECT_EQ(later.start, kStart + 60min);
  EXPECT_EQ(later.missed, 3u);
}

TEST(CrawlSchedule, KeepsItsPaceOverManyTurns) {
  CrawlTurn turn{.start = kStart};
  std::uint64_t missed = 0;
  for (int i = 0; i < 1000; ++i) {
    turn = NextTurn(turn.start, 1min, turn.start + std::chrono::seconds{i % 150});
    missed += turn.missed;
    EXPECT_EQ((turn.start - kStart) % 1min, 0us);
  }
  EXPECT_EQ(turn.start, kStart + 1min * (1000 + missed));
}

TEST(CrawlSchedule, ACrawlHasAnIntervalOrAMinute) {
  EXPECT_EQ(CrawlLimit(15min), 15min);
  EXPECT_EQ(CrawlLimit(1min + 1us), 1min + 1us);
  EXPECT_EQ(CrawlLimit(2s), 1min);
}

}  // namespace
}  // namespace hearsay
