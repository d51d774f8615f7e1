// SPDX-License-Identifier: MIT
// What a census is evidence of; and a history against a naive twin over random censuses.
#include "crawler/history/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "proto/rng.h"
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

std::vector<Endpoint> EndpointsOf(const std::vector<NodeAddress>& addresses) {
  std::vector<Endpoint> out;
  for (const NodeAddress& address : addresses) out.push_back(address.endpoint);
  return out;
}

TEST(History, TellsWhoCameWentMovedAndChanged) {
  History history;
  const HistoryChange first =
      history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Found(3, {3}).Found(4, {4}));
  EXPECT_THAT(first.came, ElementsAre(MakeId(1), MakeId(2), MakeId(3), MakeId(4)));
  EXPECT_THAT(first.moved, IsEmpty());
  EXPECT_THAT(first.changed, IsEmpty());
  const HistoryChange second = history.Apply(
      CensusMaker(AtMinute(15)).Found(1, {1}).Found(2, {22}).Found(3, {3}, "hearsay/2").Found(5, {5}).Silent(4));
  EXPECT_THAT(second.came, ElementsAre(MakeId(5)));
  EXPECT_THAT(second.went, ElementsAre(MakeId(4)));
  EXPECT_THAT(second.moved, ElementsAre(MakeId(2)));
  EXPECT_THAT(second.changed, ElementsAre(MakeId(3)));
  EXPECT_EQ(second.point.came, 1u);
  EXPECT_EQ(second.point.went, 1u);
  EXPECT_EQ(second.point.moved, 1u);
  EXPECT_EQ(second.rows.size(), 5u);

  const NodeLife& two = *history.Find(MakeId(2));
  EXPECT_THAT(EndpointsOf(two.addresses), ElementsAre(MakeEndpoint(22)));
  ASSERT_EQ(two.past.size(), 1u);
  EXPECT_EQ(two.past[0], (NodeAddress{MakeEndpoint(2), AtMinute(0), AtMinute(0)}));
  EXPECT_EQ(two.first_seen, AtMinute(0));
  const NodeLife& three = *history.Find(MakeId(3));
  EXPECT_EQ(three.software, "hearsay/2");
  EXPECT_EQ(three.software_since, AtMinute(15));
  EXPECT_EQ(three.name, "node 3");
  const NodeLife& four = *history.Find(MakeId(4));
  EXPECT_FALSE(four.present);
  EXPECT_EQ(four.last_seen, AtMinute(0));
  EXPECT_EQ(four.last_tried, AtMinute(15));
  EXPECT_EQ(four.reliability.tries(), 2u);
  EXPECT_EQ(four.reliability.successes(), 1u);

  EXPECT_THAT(history.Apply(CensusMaker(AtMinute(30)).Found(4, {4})).came, ElementsAre(MakeId(4))) << "it returned";
}

TEST(History, AnIncompleteCensusSaysNothingOfWhomItDidNotTry) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Found(3, {3, 33}).Found(4, {4}).Found(5, {5}));
  const HistoryChange change = history.Apply(CensusMaker(AtMinute(15))
                                                 .Incomplete()
                                                 .Found(1, {1})
                                                 .Found(9, {4})  // another node lives where 4 did
                                                 .Silent(2, Verdict::kTimeout)
                                                 .Silent(3, Verdict::kTimeout)
                                                 .Silent(33, Verdict::kNotVisited)
                                                 .Silent(5, Verdict::kNotVisited));
  EXPECT_THAT(change.went, ElementsAre(MakeId(2), MakeId(4)));
  EXPECT_EQ(history.Find(MakeId(3))->reliability.tries(), 1u);
  EXPECT_EQ(history.Find(MakeId(5))->reliability.tries(), 1u);
  EXPECT_TRUE(history.Find(MakeId(5))->present);
}

// Before, liars who used up what their group may name took honest nodes of that group out of a seed's answers.
TEST(History, ACensusThatDidNotTakeUpAllThatWasNamedSaysNothingOfWhomItDidNotTry) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Found(3, {3}));
  Census census = CensusMaker(AtMinute(15)).Found(1, {1}).Silent(2, Verdict::kTimeout);
  census.distrusted = 1;
  ASSERT_TRUE(census.complete);
  EXPECT_THAT(history.Apply(census).went, ElementsAre(MakeId(2)));
  EXPECT_EQ(history.Find(MakeId(3))->reliability.tries(), 1u);
}

TEST(History, AnIncompleteCensusKeepsAddressesThatItDidNotTry) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1, 2, 3}));
  const HistoryChange same = history.Apply(CensusMaker(AtMinute(15)).Incomplete().Found(1, {1}));
  EXPECT_THAT(same.moved, IsEmpty());
  const HistoryChange less = history.Apply(CensusMaker(AtMinute(30)).Incomplete().Found(1, {1}).Silent(2));
  EXPECT_THAT(less.moved, ElementsAre(MakeId(1)));
  EXPECT_THAT(EndpointsOf(history.Find(MakeId(1))->addresses), ElementsAre(MakeEndpoint(1), MakeEndpoint(3)));
  history.Apply(CensusMaker(AtMinute(45)).Found(1, {1}));
  EXPECT_THAT(EndpointsOf(history.Find(MakeId(1))->addresses), ElementsAre(MakeEndpoint(1)));
  EXPECT_THAT(EndpointsOf(history.Find(MakeId(1))->past), ElementsAre(MakeEndpoint(2), MakeEndpoint(3)));
}

TEST(History, ACensusThatFoundNobodyIsNoEvidence) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}));
  const HistoryChange change = history.Apply(CensusMaker(AtMinute(60 * 24 * 200)).Silent(1));
  EXPECT_THAT(change.went, IsEmpty());
  EXPECT_THAT(change.rows, IsEmpty());
  EXPECT_TRUE(history.Find(MakeId(1))->present);
  EXPECT_EQ(history.timeline().points().size(), 2u) << "but it is recorded";
}

TEST(History, ServesNoneThatAreUnconfirmedSuspectOrExcludeCrawlers) {
  History history;
  history.Apply(CensusMaker(AtMinute(0))
                    .Found(1, {1}, "hearsay/1", Verdict::kUnconfirmed)
                    .Found(2, {2})
                    .Suspect()
                    .Found(3, {3})
                    .Found(4, {4}, "")
                    .Excluded());
  EXPECT_TRUE(history.Find(MakeId(1))->present);
  EXPECT_FALSE(history.Find(MakeId(1))->reachable);
  EXPECT_TRUE(history.Find(MakeId(4))->present);
  const GoodNodes good = history.Good({}, 10);
  ASSERT_EQ(good.nodes.size(), 1u);
  EXPECT_EQ(good.nodes[0]->id, MakeId(3));
}

// The one packet that says so may be lost.
TEST(History, WhoExcludesCrawlersIsNotServedBecauseItWasSilentOnce) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}, "").Excluded());
  history.Apply(CensusMaker(AtMinute(15)).Found(1, {1}).Found(2, {2}, ""));
  EXPECT_TRUE(history.Find(MakeId(2))->excluded);
  history.Apply(CensusMaker(AtMinute(30)).Found(1, {1}).Found(2, {2}));
  EXPECT_FALSE(history.Find(MakeId(2))->excluded) << "it let a crawl read its record";
}

// A crawl that was cut short has not dialled what a liar names: its silence is no pardon.
TEST(History, ALiarStaysOneUntilACensusJudgesItAnew) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Suspect());
  history.Apply(CensusMaker(AtMinute(15)).Found(1, {1}).Incomplete());
  EXPECT_TRUE(history.Find(MakeId(1))->suspect);
  history.Apply(CensusMaker(AtMinute(30)).Found(1, {1}));
  EXPECT_FALSE(history.Find(MakeId(1))->suspect);
  history.Apply(CensusMaker(AtMinute(45)).Found(1, {1}).Suspect().Incomplete());
  EXPECT_TRUE(history.Find(MakeId(1))->suspect);
  // Not complete because of others: all that this one named was tried. Else whoever keeps censuses incomplete kept out
  // for good whom one had wronged.
  Census cut = CensusMaker(AtMinute(60)).Found(1, {1}).Incomplete();
  cut.nodes[0].judged_verified = 40;
  cut.nodes[0].untried = 1;
  history.Apply(cut);
  EXPECT_TRUE(history.Find(MakeId(1))->suspect);
  cut.nodes[0].untried = 0;
  history.Apply(cut);
  EXPECT_FALSE(history.Find(MakeId(1))->suspect);
}

TEST(History, APeerThatFailsLeavesTheAnswersAndReturns) {
  History history;
  const auto census = [](int minute) { return CensusMaker(AtMinute(minute)).Found(1, {1}); };
  for (int i = 0; i < 40; ++i) history.Apply(census(15 * i).Found(2, {2}));
  EXPECT_EQ(history.Good({}, 0).good, 2u);
  history.Apply(census(600));
  EXPECT_EQ(history.Good({}, 0).good, 1u);
  EXPECT_EQ(history.Good({}, 5).nodes.size(), 1u) << "who has gone is not served because few are left";
  history.Apply(census(615).Found(2, {2}));
  EXPECT_EQ(history.Good({}, 0).good, 2u);
}

TEST(History, KeepsTheLastFourPlacesOnceEach) {
  History history;
  int minute = 0;
  for (const std::uint32_t place : {1u, 2u, 1u, 2u, 3u, 4u, 5u, 6u, 7u}) {
    history.Apply(CensusMaker(AtMinute(minute += 15)).Found(1, {place}));
  }
  EXPECT_THAT(EndpointsOf(history.Find(MakeId(1))->past),
              ElementsAre(MakeEndpoint(3), MakeEndpoint(4), MakeEndpoint(5), MakeEndpoint(6)));
}

TEST(History, ANodeOfManyAddressesKeepsTheFirstKnown) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {20, 21}));
  std::vector<std::uint32_t> many;
  for (std::uint32_t i = 0; i < 40; ++i) many.push_back(i);
  history.Apply(CensusMaker(AtMinute(15)).Found(1, many));
  const auto endpoints = EndpointsOf(history.Find(MakeId(1))->addresses);
  EXPECT_EQ(endpoints.size(), NodeLife::kMaxAddresses);
  EXPECT_EQ(std::count(endpoints.begin(), endpoints.end(), MakeEndpoint(20)), 1);
  EXPECT_THAT(history.Apply(CensusMaker(AtMinute(30)).Found(1, many)).moved, IsEmpty()) << "and they stay";
}

TEST(History, WhereItWasFoundGoesBeforeWhereNobodyLooked) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1, 2, 3, 4, 5, 6, 7, 8}));
  history.Apply(CensusMaker(AtMinute(15)).Incomplete().Found(1, {9}));
  const auto endpoints = EndpointsOf(history.Find(MakeId(1))->addresses);
  EXPECT_EQ(endpoints.size(), NodeLife::kMaxAddresses);
  EXPECT_EQ(std::count(endpoints.begin(), endpoints.end(), MakeEndpoint(9)), 1);
}

TEST(History, ForgetsWhoWasSilentForNinetyDays) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}));
  const int hours = 90 * 24;
  for (int hour = 1; hour <= hours; ++hour) {
    ASSERT_THAT(history.Apply(CensusMaker(AtMinute(60 * hour)).Found(1, {1})).forgotten, IsEmpty()) << hour;
  }
  EXPECT_THAT(history.Apply(CensusMaker(AtMinute(60 * hours + 1)).Found(1, {1})).forgotten, ElementsAre(MakeId(2)));
  EXPECT_EQ(history.Find(MakeId(2)), nullptr);
}

TEST(History, AnAddressThatIsNotItsOwnIsWhereItIsFoundAndNotWhereItLives) {
  History history;
  Census census = CensusMaker(AtMinute(0)).Found(1, {1}).Found(3, {3});
  history.Apply(census);
  census = CensusMaker(AtMinute(15)).Incomplete().Found(1, {1});
  census.nodes[0].unconfirmed = {MakeEndpoint(3)};  // where node 3 was
  const HistoryChange change = history.Apply(census);
  EXPECT_THAT(EndpointsOf(history.Find(MakeId(1))->addresses), ElementsAre(MakeEndpoint(1)));
  EXPECT_THAT(change.moved, IsEmpty());
  EXPECT_THAT(change.went, ElementsAre(MakeId(3)));
}

TEST(History, AtItsBoundTheAbsentGoAndThenTheNewest) {
  History history({.nodes = 4});
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Found(3, {3}));
  history.Apply(CensusMaker(AtMinute(15)).Found(1, {1}).Found(3, {3}));
  CensusMaker flood(AtMinute(30));
  flood.Found(1, {1}).Found(3, {3});
  for (std::uint32_t id = 100; id < 120; ++id) flood.Found(id, {id});  // somebody makes up identities
  const HistoryChange change = history.Apply(flood);
  EXPECT_EQ(history.nodes().size(), 4u);
  EXPECT_TRUE(history.Find(MakeId(1)) && history.Find(MakeId(3)));
  EXPECT_FALSE(history.Find(MakeId(2)));
  EXPECT_EQ(change.forgotten.size(), 19u);
  for (const std::uint32_t row : change.rows) EXPECT_LT(row, history.nodes().size());
}

TEST(History, OffersThePresentFirstAndTheAbsentLessAndLess) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2, 22}).Found(3, {3}));
  history.Apply(CensusMaker(AtMinute(15)).Found(2, {2, 22}).Found(3, {3}));
  EXPECT_THAT(history.Contacts(10), ElementsAre(MakeEndpoint(2), MakeEndpoint(22), MakeEndpoint(3), MakeEndpoint(1)));
  EXPECT_THAT(history.Contacts(2), ElementsAre(MakeEndpoint(2), MakeEndpoint(22)));
  std::vector<int> offered;
  for (int failures = 1; failures <= 40; ++failures) {
    if (history.Contacts(10).size() == 4) offered.push_back(failures);
    history.Apply(CensusMaker(AtMinute(15 + 15 * failures)).Found(2, {2, 22}).Found(3, {3}));
  }
  EXPECT_THAT(offered, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 16, 32));
}

// Incomplete censuses bring no result for whom they did not try, so its failures stay what they are.
TEST(History, WhoWasNotTriedForADayIsOfferedAgain) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}));
  for (int i = 1; i <= 9; ++i) history.Apply(CensusMaker(AtMinute(15 * i)).Found(2, {2}));
  ASSERT_THAT(history.Contacts(10), ElementsAre(MakeEndpoint(2)));
  const std::int64_t day = 24 * 60;
  history.Apply(CensusMaker(AtMinute(15 * 9 + day - 1)).Incomplete().Found(2, {2}));
  EXPECT_THAT(history.Contacts(10), ElementsAre(MakeEndpoint(2)));
  history.Apply(CensusMaker(AtMinute(15 * 9 + day)).Incomplete().Found(2, {2}));
  EXPECT_THAT(history.Contacts(10), ElementsAre(MakeEndpoint(2), MakeEndpoint(1)));
}

// The naive twin: the same rules, said with sets over the whole past instead of a merge.
class Twin {
 public:
  struct Life {
    bool present = false;
    std::set<Endpoint> at;
    std::string software;
    Attributes attributes;
    Time first_seen{}, last_seen{};
    std::uint32_t tries = 0, successes = 0;
  };
  std::map<NodeId, Life> lives;
  std::vector<NodeId> came, went, moved, changed;

  void Apply(const Census& census) {
    came.clear(), went.clear(), moved.clear(), changed.clear();
    std::map<Endpoint, Verdict> silent;
    std::map<NodeId, const MappedNode*> found;
    std::set<Endpoint> proved;
    for (const MappedEndpoint& one : census.silent) silent[one.endpoint] = one.verdict;
    for (const MappedNode& node : census.nodes) {
      found[node.id] = &node;
      proved.insert(node.endpoints.begin(), node.endpoints.end());
      lives.try_emplace(node.id);
    }
    const auto in_vain = [&](const Endpoint& e) {
      return census.complete || proved.contains(e) || (silent.contains(e) && silent[e] != Verdict::kNotVisited);
    };
    for (auto& [id, life] : lives) {
      if (found.contains(id)) {
        OnFound(id, life, *found[id], census.finished_at, in_vain);
      } else if (!census.nodes.empty() && std::all_of(life.at.begin(), life.at.end(), in_vain)) {
        ++life.tries;
        if (life.present) went.push_back(id);
        life.present = false;
      }
    }
  }

 private:
  template <typename InVain>
  void OnFound(const NodeId& id, Life& life, const MappedNode& node, Time now, InVain in_vain) {
    if (!life.present) came.push_back(id);
    life.present = true;
    if (life.tries == 0) life.first_seen = now;
    life.last_seen = now;
    const std::set<Endpoint> here(node.endpoints.begin(), node.endpoints.end());
    std::set<Endpoint> next;
    for (const Endpoint& e : life.at) {
      if (here.contains(e) || !in_vain(e)) next.insert(e);
    }
    for (const Endpoint& e : here) {
      if (next.contains(e)) continue;
      if (next.size() < NodeLife::kMaxAddresses) next.insert(e);
    }
    if (life.tries > 0 && next != life.at) moved.push_back(id);
    life.at = next;
    if (node.record) {
      if (!life.software.empty() && life.software != node.record->software) changed.push_back(id);
      life.software = node.record->software;
      life.attributes = node.record->attributes;
    }
    ++life.tries;
    ++life.successes;
  }
};

TEST(History, AgreesWithItsNaiveTwin) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng = Rng::FromNumber(seed);
    History history;
    Twin twin;
    std::int64_t minute = 0;
    for (int round = 0; round < 60; ++round) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", census " + std::to_string(round));
      const Census census = test::RandomCensus(rng, 2 + seed, AtMinute(minute += 1 + rng.Below(600)));
      const HistoryChange change = history.Apply(census);
      twin.Apply(census);
      ASSERT_EQ(change.came, twin.came);
      ASSERT_EQ(change.went, twin.went);
      ASSERT_EQ(change.moved, twin.moved);
      ASSERT_EQ(change.changed, twin.changed);
      ASSERT_EQ(history.nodes().size(), twin.lives.size());
      for (const NodeLife& life : history.nodes()) {
        const Twin::Life& expected = twin.lives.at(life.id);
        const auto at = EndpointsOf(life.addresses);
        ASSERT_EQ(std::set<Endpoint>(at.begin(), at.end()), expected.at);
        ASSERT_EQ(life.present, expected.present);
        ASSERT_EQ(life.attributes, expected.attributes);
        ASSERT_EQ(life.software, expected.software);
        ASSERT_EQ(life.first_seen, expected.first_seen);
        ASSERT_EQ(life.last_seen, expected.last_seen);
        ASSERT_EQ(life.reliability.tries(), expected.tries);
        ASSERT_EQ(life.reliability.successes(), expected.successes);
        ASSERT_LE(life.past.size(), NodeLife::kMaxPast);
      }
    }
  }
}

}  // namespace
}  // namespace hearsay
