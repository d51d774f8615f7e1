// SPDX-License-Identifier: MIT
// Thinning: what stays, what is summed, and that the edits told are all that happened.
#include "crawler/history/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "crawler/history/timeline_json.h"
#include "proto/rng.h"
#include "tests/crawler/census_maker.h"

namespace hearsay {
namespace {

using namespace std::chrono_literals;
using test::AtMinute;
using test::CensusMaker;

CensusPoint PointAt(Time at, std::uint64_t nodes = 10) {
  CensusPoint point;
  point.at = at;
  point.complete = true;
  point.nodes = point.reachable = nodes;
  point.came = point.went = point.moved = 1;
  return point;
}

struct Sums {
  std::uint64_t censuses = 0, came = 0, went = 0, moved = 0;
  explicit Sums(const Timeline& timeline) {
    for (const CensusPoint& point : timeline.points()) {
      censuses += point.censuses, came += point.came, went += point.went, moved += point.moved;
    }
  }
};

TEST(Timeline, IsFineForAWeekHourlyForAQuarterAndDailyAfter) {
  Timeline timeline;
  const std::int64_t days = 200;
  for (std::int64_t minute = 0; minute < days * 24 * 60; minute += 15) timeline.Add(PointAt(AtMinute(minute)));
  const auto& points = timeline.points();
  const Time now = points.back().at;
  std::map<std::string, std::size_t> kept;
  for (const CensusPoint& point : points) {
    const Duration age = now - point.at;
    ++kept[age <= Timeline::kFineFor ? "fine" : age <= Timeline::kHourlyFor ? "hourly" : "daily"];
  }
  EXPECT_EQ(kept["fine"], 7u * 24 * 4 + 1);
  EXPECT_NEAR(static_cast<double>(kept["hourly"]), 85 * 24, 2);
  EXPECT_NEAR(static_cast<double>(kept["daily"]), 108, 2);
  EXPECT_TRUE(std::is_sorted(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
  const Sums sums(timeline);
  EXPECT_EQ(sums.censuses, 200u * 24 * 4) << "nothing is lost by merging";
  EXPECT_EQ(sums.came, sums.censuses);
  EXPECT_EQ(sums.went, sums.censuses);
  EXPECT_EQ(sums.moved, sums.censuses);
}

TEST(Timeline, IsBoundedWhateverTheInterval) {
  Timeline timeline;
  for (std::size_t i = 0; i < 2 * Timeline::kMaxFine; ++i) {
    timeline.Add(PointAt(AtMinute(0) + std::chrono::seconds{static_cast<std::int64_t>(i)}));
  }
  EXPECT_LE(timeline.points().size(), Timeline::kMaxFine + 2) << "what is above the bound is one an hour";
  EXPECT_EQ(Sums(timeline).censuses, 2 * Timeline::kMaxFine);
}

TEST(Timeline, EndsAfterTenYears) {
  Timeline timeline;
  for (std::int64_t day = 0; day < 5000; ++day) timeline.Add(PointAt(AtMinute(day * 24 * 60)));
  EXPECT_LE(timeline.points().size(), 3655u);
  const Time before = timeline.points().rbegin()[1].at;  // which the last one thins as of
  EXPECT_EQ(timeline.points().front().at, before - Timeline::kDailyFor);
}

TEST(Timeline, OfWhatIsMergedTheLastCompleteOneSpeaks) {
  Timeline timeline;
  timeline.Add(PointAt(AtMinute(0), 100));
  CensusPoint cut = PointAt(AtMinute(15), 7);
  cut.complete = false;
  timeline.Add(cut);
  timeline.Add(PointAt(AtMinute(60 * 24 * 30)));
  timeline.Add(PointAt(AtMinute(60 * 24 * 30 + 15)));
  ASSERT_EQ(timeline.points().size(), 3u);
  EXPECT_EQ(timeline.points()[0].nodes, 100u);
  EXPECT_EQ(timeline.points()[0].at, AtMinute(0));
  EXPECT_EQ(timeline.points()[0].censuses, 2u);
  EXPECT_EQ(timeline.points()[0].came, 2u);
}

TEST(Timeline, ASecondCensusOfOneMomentMovesOn) {
  Timeline timeline;
  timeline.Add(PointAt(AtMinute(0)));
  timeline.Add(PointAt(AtMinute(0)));
  EXPECT_EQ(timeline.Add(PointAt(AtMinute(0))).at, AtMinute(0) + 2us);
  EXPECT_EQ(timeline.points().size(), 3u);
}

// The crawl of 10 is the one that a journal may be of, and not that of the latest time.
TEST(Timeline, TheLastOneIsTheOneRecordedLast) {
  Timeline timeline;
  EXPECT_EQ(timeline.Last(), nullptr);
  EXPECT_EQ(timeline.LastStart(), std::nullopt);
  timeline.Add(PointAt(AtMinute(0), 8));
  timeline.Add(PointAt(AtMinute(365 * 24 * 60), 9));
  CensusPoint point = PointAt(AtMinute(15), 10);
  point.duration = 2s;
  point.complete = false;
  timeline.Add(point);
  EXPECT_EQ(timeline.Last()->nodes, 10u);
  EXPECT_EQ(timeline.LastStart(), AtMinute(15) - 2s);
  EXPECT_EQ(timeline.Last([](const CensusPoint& one) { return one.complete; })->nodes, 9u);
}

TEST(Timeline, WhatAProgramWithoutNumbersRecordedIsInOrderOfTime) {
  Timeline timeline;
  for (const int minute : {0, 15, 30}) timeline.Restore(PointAt(AtMinute(minute)));
  EXPECT_EQ(timeline.Last()->at, AtMinute(30));
  timeline.Add(PointAt(AtMinute(20)));
  EXPECT_EQ(timeline.Last()->at, AtMinute(20));
}

TEST(Timeline, ACensusWhoseClockIsAheadThinsNothing) {
  Timeline timeline;
  for (int i = 0; i < 200; ++i) timeline.Add(PointAt(AtMinute(15 * i)));
  timeline.Add(PointAt(AtMinute(11 * 366 * 24 * 60)));
  EXPECT_EQ(timeline.points().size(), 201u);
  timeline.Add(PointAt(AtMinute(15 * 200)));
  EXPECT_EQ(timeline.points().size(), 202u);
}

TEST(Timeline, WhatAClockThatWasAheadRecordedIsMovedOnceItIsOutvoted) {
  Timeline timeline;
  const std::int64_t year = 365 * 24 * 60;
  for (const std::int64_t minute : {std::int64_t{0}, year, year + 15, std::int64_t{15}, std::int64_t{30}}) {
    timeline.Add(PointAt(AtMinute(minute)));
  }
  EXPECT_FALSE(timeline.WasAhead(AtMinute(20))) << "30 is later too: three against none";
  ASSERT_TRUE(timeline.WasAhead(AtMinute(45)));
  CensusPoint cut = PointAt(AtMinute(45), 3);
  cut.complete = false;
  const Timeline::Edit edit = timeline.Add(cut);
  EXPECT_EQ(edit.dropped, (std::vector<Time>{AtMinute(year), AtMinute(year + 15)}));
  EXPECT_EQ(edit.put, std::vector<Time>{AtMinute(45)});
  ASSERT_EQ(timeline.points().size(), 4u);
  EXPECT_EQ(timeline.points().back().at, AtMinute(45));
  EXPECT_EQ(timeline.points().back().nodes, 10u) << "of the last complete one among them";
  EXPECT_EQ(timeline.points().back().censuses, 3u);
  EXPECT_EQ(Sums(timeline).came, 6u);
}

TEST(Timeline, AClockThatIsBehindForSomeCensusesMovesNothing) {
  Timeline timeline;
  for (int i = 0; i < 100; ++i) timeline.Add(PointAt(AtMinute(15 * i)));
  for (int i = 0; i < 100; ++i) timeline.Add(PointAt(FromUnixSeconds(86400 + 900 * i)));
  EXPECT_EQ(timeline.points().size(), 200u);
  EXPECT_EQ(timeline.points().back().at, AtMinute(15 * 99));
}

TEST(Timeline, TellsEveryRowThatChanged) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Rng rng = Rng::FromNumber(seed);
    Timeline timeline;
    std::map<Time, CensusPoint> rows;  // what somebody has who only obeys the edits
    Time now = AtMinute(0);
    for (int round = 0; round < 300; ++round) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", census " + std::to_string(round));
      // Mostly on, in steps of minutes to weeks; sometimes back.
      const Duration step = std::chrono::minutes{rng.Below(rng.Chance(1, 20) ? 60 * 24 * 20 : 90)};
      now = rng.Chance(1, 15) ? now - step : now + step;
      CensusPoint point = PointAt(now, rng.Below(50));
      point.complete = rng.Chance(3, 4);
      const Timeline::Edit edit = timeline.Add(point);
      for (const Time at : edit.dropped) ASSERT_EQ(rows.erase(at), 1u);
      for (const Time at : edit.put) rows.insert_or_assign(at, *timeline.Find(at));
      ASSERT_EQ(rows.size(), timeline.points().size());
      for (const CensusPoint& one : timeline.points()) ASSERT_TRUE(rows.at(one.at) == one);
    }
  }
}

TEST(Timeline, CountsTheMostFrequentVersionsAndSumsTheRest) {
  CensusMaker maker(AtMinute(0));
  std::uint32_t id = 0;
  for (int version = 0; version < 12; ++version) {
    for (int i = 0; i <= version; ++i, ++id) maker.Found(id, {id}, "hearsay/" + std::to_string(version));
  }
  maker.Found(id, {id}, "");
  const CensusPoint point = MakePoint(maker.Make());
  ASSERT_EQ(point.versions.size(), CensusPoint::kMaxVersions);
  EXPECT_EQ(point.versions[0], (CensusPoint::VersionCount{"hearsay/11", 12}));
  EXPECT_EQ(point.other_versions, 1u + 2 + 3 + 4 + 1);
  EXPECT_EQ(point.nodes, 79u);
  EXPECT_EQ(point.duration, 2s);
}

TEST(TimelineJson, IsAnArrayOldestFirst) {
  Timeline timeline;
  CensusPoint point = PointAt(AtMinute(15), 7);
  point.estimate = Estimate{.nodes = 7.5, .low = 7, .high = 9};
  point.versions = {{"a\xff\"</script>", 7}};
  timeline.Add(point);
  timeline.Add(PointAt(AtMinute(0), 5));
  const auto json = nlohmann::json::parse(TimelineJson(timeline.points()));
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["at"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(json[0]["nodes"], 5);
  EXPECT_EQ(json[0]["estimate"], nullptr);
  EXPECT_EQ(json[0]["low"], nullptr);
  EXPECT_EQ(json[1]["estimate"], 7.5);
  EXPECT_EQ(json[1]["high"], 9.0);
  EXPECT_EQ(json[1]["came"], 1);
  EXPECT_EQ(json[1]["complete"], true);
  EXPECT_EQ(nlohmann::json::parse(TimelineJson({})), nlohmann::json::array());
}

}  // namespace
}  // namespace hearsay
