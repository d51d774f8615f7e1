// SPDX-License-Identifier: MIT
//
// Freshness: when the alarm rings, and that a seed which hears only itself does not think the others gone.
#include "crawler/seed/freshness.h"

#include <gtest/gtest.h>

#include "crawler/history/history.h"
#include "tests/crawler/census_maker.h"

namespace hearsay {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::AtMinute;
using test::CensusMaker;
using test::MakeId;

TEST(Freshness, EndsAfterThreeIntervalsAndAMinute) {
  EXPECT_FALSE(IsFresh({}, minutes{5}, AtMinute(0)));
  EXPECT_TRUE(IsFresh(AtMinute(0), minutes{5}, AtMinute(0)));
  EXPECT_TRUE(IsFresh(AtMinute(0), minutes{5}, AtMinute(16) - seconds{1}));
  EXPECT_FALSE(IsFresh(AtMinute(0), minutes{5}, AtMinute(16)));
  EXPECT_FALSE(IsFresh(AtMinute(0), seconds{1}, AtMinute(0) + seconds{63}));
  EXPECT_TRUE(IsFresh(AtMinute(9), minutes{5}, AtMinute(0))) << "a clock that was set back is no alarm";
}

TEST(Freshness, ACensusThatMetNobodyButTheSeedItselfIsNoEvidence) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}));
  Census echo = CensusMaker(AtMinute(5)).Found(1, {1}).Silent(2);
  DropOwnEcho(echo, MakeId(7));
  EXPECT_EQ(echo.nodes.size(), 1u) << "that one is another";
  DropOwnEcho(echo, MakeId(1));
  EXPECT_TRUE(echo.nodes.empty());
  EXPECT_TRUE(history.Apply(echo).went.empty());
  EXPECT_EQ(history.Find(MakeId(2))->reliability.failures(), 0u);

  Census two = CensusMaker(AtMinute(10)).Found(1, {1}).Found(3, {3});
  DropOwnEcho(two, MakeId(1));
  EXPECT_EQ(two.nodes.size(), 2u);
}

}  // namespace
}  // namespace hearsay
