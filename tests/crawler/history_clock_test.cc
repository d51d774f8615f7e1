// SPDX-License-Identifier: MIT
// What a history makes of a clock that leaps: back, ahead, once or for long. Nobody is judged by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/history/history.h"
#include "tests/crawler/census_maker.h"

namespace hearsay {
namespace {

using namespace std::chrono_literals;
using test::AtMinute;
using test::CensusMaker;
using test::MakeEndpoint;
using test::MakeId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint32_t kNodes = 40;
constexpr std::uint32_t kAway = 12;
constexpr std::uint32_t kGroup = 1 << 16;  // endpoints so far apart are in groups of their own
constexpr std::int64_t kDay = 24 * 60;     // in minutes, like the interval
constexpr std::int64_t kInterval = 15;
constexpr Time k1970 = Time{std::chrono::hours{24}};

// All but the first so many.
CensusMaker Without(std::uint32_t absent, Time at) {
  CensusMaker maker(at);
  for (std::uint32_t i = absent; i < kNodes; ++i) maker.Found(i, {i * kGroup});
  return maker;
}

// Of twenty days in which all of them were always there.
class HistoryClock : public ::testing::Test {
 protected:
  HistoryClock() {
    for (; minute_ < 20 * kDay; minute_ += kInterval) history_.Apply(Without(0, AtMinute(minute_)));
  }
  // The next census of the clock that is right.
  HistoryChange Next(std::uint32_t absent) {
    const Time now = AtMinute(minute_);
    minute_ += kInterval;
    return history_.Apply(Without(absent, now));
  }
  std::size_t Good() const { return history_.Good({}, 0).good; }

  History history_;
  std::int64_t minute_ = 0;
};

TEST_F(HistoryClock, SetBackForACensusForgetsNobodyAndLosesNoTries) {
  for (const Time wrong : {AtMinute(minute_ - 120 * kDay), AtMinute(minute_ - 3 * kDay), k1970}) {
    const std::uint32_t tries = history_.Find(MakeId(1))->reliability.tries();
    EXPECT_THAT(history_.Apply(Without(kAway, wrong)).forgotten, IsEmpty());
    const HistoryChange right = Next(kAway);
    EXPECT_THAT(right.forgotten, IsEmpty());
    EXPECT_THAT(right.came, IsEmpty());
    EXPECT_EQ(Good(), kNodes - kAway) << "who never failed stays good";
    EXPECT_THAT(Next(0).came, SizeIs(kAway));
    EXPECT_EQ(Good(), kNodes) << "and they were away for half an hour only";
    EXPECT_EQ(history_.Find(MakeId(1))->reliability.tries(), tries + 3);
    for (const NodeLife& life : history_.nodes()) {
      ASSERT_EQ(life.first_seen, AtMinute(0));
      ASSERT_EQ(life.software_since, AtMinute(0));
      ASSERT_EQ(life.addresses[0].since, AtMinute(0));
    }
  }
}

// A program that was started before the clock was set stays with it.
TEST_F(HistoryClock, InNineteenSeventyForADayTakesNothing) {
  const std::size_t points = history_.timeline().points().size();
  for (int i = 0; i < 96; ++i) history_.Apply(Without(kAway, k1970 + 15min * i));
  EXPECT_EQ(Good(), kNodes - kAway);
  for (std::uint32_t i = 0; i < kAway; ++i) {
    ASSERT_EQ(history_.Find(MakeId(i))->last_seen, AtMinute(minute_ - kInterval)) << "as it was";
  }
  EXPECT_THAT(Next(kAway).forgotten, IsEmpty());
  Next(0);
  Next(0);
  for (const NodeLife& life : history_.nodes()) ASSERT_EQ(life.first_seen, AtMinute(0));
  EXPECT_LT(history_.timeline().points().front().at, AtMinute(60)) << "the first hour's";
  EXPECT_GE(history_.timeline().points().size(), points);
}

TEST_F(HistoryClock, AheadForSomeCensusesForgetsNobody) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(history_.Apply(Without(kAway, AtMinute(minute_ + 200 * kDay + i * kInterval))).forgotten, IsEmpty());
    EXPECT_EQ(Good(), kNodes - kAway);
  }
  EXPECT_THAT(Next(0).came, SizeIs(kAway));
  EXPECT_EQ(Good(), kNodes);
}

TEST_F(HistoryClock, AheadOrACrawlerThatRestedIsWorthTenUsualResults) {
  const auto silence = [this] { return history_.Find(MakeId(1))->reliability.silence(); };
  history_.Apply(Without(kAway, AtMinute(minute_ + 4000 * kDay)));
  EXPECT_GE(silence(), 150min);
  EXPECT_LE(silence(), 11 * 1000s) << "the first result is worth 1000 s";
  history_.Apply(Without(kAway, AtMinute(minute_ + 4000 * kDay + kInterval)));
  EXPECT_LE(silence(), 11 * 1000s + 15min);
}

// Incomplete censuses try such a node once a day (kLongRest), however often they come.
TEST(HistoryOfALeap, WhoIsTriedOnceADayIsForgottenInTimeToo) {
  History history;
  std::int64_t minute = 0;
  for (; minute < 20 * kDay; minute += kInterval) {
    history.Apply(CensusMaker(AtMinute(minute)).Found(1, {1}).Found(2, {2}));
  }
  const std::int64_t start = minute;
  bool forgotten = false;
  for (; !forgotten && minute < start + 100 * kDay; minute += kInterval) {
    CensusMaker maker = CensusMaker(AtMinute(minute)).Incomplete().Found(1, {1});
    const auto contacts = history.Contacts(10);
    if (std::ranges::find(contacts, MakeEndpoint(2)) != contacts.end()) maker.Silent(2);
    forgotten = !history.Apply(maker).forgotten.empty();
  }
  EXPECT_GT(minute, start + 89 * kDay);
  EXPECT_LT(minute, start + 95 * kDay) << "its first results of a day count for less";
}

TEST_F(HistoryClock, AheadForACensusDoesNotCallTheDeadAgain) {
  for (int i = 0; i < 40; ++i) Next(30);
  const std::size_t offered = history_.Contacts(1000).size();
  EXPECT_EQ(offered, 10u) << "thirty failed forty times";
  history_.Apply(Without(30, AtMinute(minute_ + 365 * kDay)));
  for (int i = 0; i < 20; ++i) {
    Next(30);
    ASSERT_EQ(history_.Contacts(1000).size(), offered) << i;
  }
}

TEST(HistoryOfALeap, LeavesNoTimeInTheFutureOnceItIsOutvoted) {
  History history;
  const auto census = [&](Time at, std::uint32_t place) {
    return history.Apply(CensusMaker(at).Found(1, {place}).Found(2, {22}));
  };
  const Time ahead = AtMinute(365 * kDay);
  census(ahead, 1);
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {2}));
  EXPECT_EQ(history.Find(MakeId(1))->first_seen, ahead) << "which of the two is right, nobody knows";
  const HistoryChange change = history.Apply(CensusMaker(AtMinute(15)).Found(1, {2}).Incomplete());
  EXPECT_THAT(change.rows, ElementsAre(0, 1)) << "also of whom this census says nothing";
  EXPECT_THAT(change.timeline.dropped, ElementsAre(ahead));
  for (const NodeLife& life : history.nodes()) {
    EXPECT_EQ(life.first_seen, AtMinute(15));
    EXPECT_EQ(life.software_since, AtMinute(15));
    EXPECT_LE(life.last_seen, AtMinute(15));
    EXPECT_LE(life.last_tried, AtMinute(15));
    for (const NodeAddress& one : life.past) EXPECT_LE(one.until, AtMinute(15));
    for (const NodeAddress& one : life.addresses) EXPECT_LE(one.since, AtMinute(15));
  }
  EXPECT_EQ(history.timeline().points().back().at, AtMinute(15));
}

TEST(HistoryOfALeap, NoResultIsWorthAYear) {
  History history;
  history.Apply(CensusMaker(AtMinute(365 * kDay)).Found(1, {1}).Found(2, {2}));
  const HistoryChange change = history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}));
  EXPECT_THAT(change.went, ElementsAre(MakeId(2)));
  const double up = history.Find(MakeId(1))->reliability.windows()[0].reliability;
  EXPECT_GT(up, 0.1);
  EXPECT_LT(up, 0.2);
  for (const NodeLife& life : history.nodes()) EXPECT_EQ(life.last_tried, AtMinute(0));
}

// Two machines that share a history, say.
TEST(HistoryOfALeap, LeapsBackAndForthForgetNobody) {
  History history;
  for (int i = 0; i < 150; ++i) {
    const bool leaps = i >= 100;
    CensusMaker maker(AtMinute(i * kInterval + (leaps && i % 2 == 0 ? 5000 * kDay : 0)));
    maker.Found(1, {1});
    if (!leaps) maker.Found(2, {2});
    ASSERT_THAT(history.Apply(maker).forgotten, IsEmpty()) << i;
  }
}

}  // namespace
}  // namespace hearsay
