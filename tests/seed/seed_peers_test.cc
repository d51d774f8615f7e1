// SPDX-License-Identifier: MIT
//
// SeedChooser: whom a seed gives away, from what its node says and what its censuses found.
#include "crawler/seed/seed_peers.h"

#include <gmock/gmock.h>

#include <optional>
#include <set>

#include "tests/crawler/census_maker.h"

namespace hearsay {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::AtMinute;
using test::CensusMaker;
using test::MakeEndpoint;
using test::MakeId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kSelf = 1000;

PeerInfo Peer(std::uint64_t id, PeerState state = PeerState::kActive, std::uint32_t failures = 0) {
  PeerInfo peer;
  peer.id = MakeId(id);
  peer.endpoint = MakeEndpoint(static_cast<std::uint32_t>(id));
  peer.state = state;
  peer.reachable = true;
  peer.failures = failures;
  return peer;
}

class SeedPeersTest : public testing::Test {
 protected:
  // The nodes 1 to `last`, each at the endpoint of its number.
  void Meet(int minute, std::uint64_t last) {
    CensusMaker maker(AtMinute(minute));
    for (std::uint64_t id = 1; id <= last; ++id) maker.Found(id, {static_cast<std::uint32_t>(id)});
    history_.Apply(maker);
  }
  std::vector<std::uint32_t> Served(const std::vector<PeerInfo>& known, Time now) {
    SeedSelf self{MakeId(kSelf), {}, Role::kSeed, {}};
    chosen_ = chooser_->Choose(self, known, history_, now);
    std::vector<std::uint32_t> out;
    for (const GoodPeer& peer : chosen_.peers) {
      std::uint32_t number = 1;
      while (MakeEndpoint(number) != peer.endpoint) ++number;
      out.push_back(number);
    }
    return out;
  }

  History history_;
  std::optional<SeedChooser> chooser_{std::in_place, SeedRule{}, Scope::kGlobal};
  SeedPeers chosen_;
};

TEST_F(SeedPeersTest, ItsOwnNodeAndVerifiedPeersAreServedBeforeAnyCensus) {
  const SeedSelf self{MakeId(kSelf), {MakeEndpoint(9)}, Role::kSeed, {}};
  PeerInfo unproved = Peer(3);
  unproved.reachable = false;
  const SeedPeers chosen =
      chooser_->Choose(self, {Peer(1), Peer(2, PeerState::kRetry, 1), unproved}, history_, AtMinute(0));
  ASSERT_EQ(chosen.peers.size(), 2u);
  EXPECT_EQ(chosen.peers[0].endpoint, MakeEndpoint(9));
  EXPECT_EQ(chosen.peers[0].role, Role::kSeed);
  EXPECT_EQ(chosen.peers[1].endpoint, MakeEndpoint(1));
  EXPECT_TRUE(chosen.few);
}

TEST_F(SeedPeersTest, APeerThatItsNodeLosesIsOutAtOnceAndInAgainWhenALaterCrawlMeetsIt) {
  Meet(0, 3);
  EXPECT_THAT(Served({Peer(1), Peer(2)}, AtMinute(1)), ElementsAre(1, 2, 3));
  const std::vector<PeerInfo> lost = {Peer(1), Peer(2, PeerState::kRetry, 1)};
  EXPECT_THAT(Served(lost, AtMinute(2)), ElementsAre(1, 3));
  EXPECT_EQ(chosen_.good, 2u);
  Meet(5, 3);
  EXPECT_THAT(Served(lost, AtMinute(6)), ElementsAre(1, 2, 3)) << "the node was unlucky: the census is later";
  const std::vector<PeerInfo> again = {Peer(1), Peer(2, PeerState::kRetry, 2)};
  EXPECT_THAT(Served(again, AtMinute(7)), ElementsAre(1, 3)) << "it failed once more since";
  EXPECT_THAT(Served({Peer(1), Peer(2)}, AtMinute(8)), ElementsAre(1, 2, 3)) << "it is back";
}

TEST_F(SeedPeersTest, APeerThatSaidGoodbyeIsOutAndOneThatIsYetToBeDialledIsNot) {
  Meet(0, 2);
  const std::vector<PeerInfo> restored = {Peer(1, PeerState::kRetry), Peer(2, PeerState::kRetry)};
  EXPECT_THAT(Served(restored, AtMinute(1)), ElementsAre(1, 2)) << "the seed has just started";
  EXPECT_THAT(Served({Peer(1, PeerState::kDialling), Peer(2)}, AtMinute(2)), ElementsAre(1, 2));
  EXPECT_THAT(Served({Peer(1), Peer(2, PeerState::kRetry)}, AtMinute(3)), ElementsAre(1)) << "2 said goodbye";
  EXPECT_THAT(Served({Peer(1), Peer(2, PeerState::kDialling)}, AtMinute(4)), ElementsAre(1)) << "and is not back yet";
  EXPECT_THAT(Served({Peer(1), Peer(2)}, AtMinute(5)), ElementsAre(1, 2));
}

TEST_F(SeedPeersTest, AFailureWhileTheCrawlRanCounts) {
  Meet(0, 2);
  const std::vector<PeerInfo> lost = {Peer(2, PeerState::kRetry, 1)};
  EXPECT_THAT(Served(lost, AtMinute(5) - seconds{1}), ElementsAre(1));
  Meet(5, 2);  // it ran for two seconds
  EXPECT_THAT(Served(lost, AtMinute(6)), ElementsAre(1));
}

TEST_F(SeedPeersTest, WhenTheNodeHasLostEverybodyTheyAreServedAllTheSame) {
  Meet(0, 2);
  const std::vector<PeerInfo> lost = {Peer(1, PeerState::kRetry, 1), Peer(2, PeerState::kRetry, 1)};
  EXPECT_THAT(Served(lost, AtMinute(1)), ElementsAre(1, 2));
  EXPECT_EQ(chosen_.good, 0u);
  EXPECT_EQ(chosen_.gone, 2u);
  EXPECT_TRUE(chosen_.few);
}

TEST_F(SeedPeersTest, WhenFewAreGoodTheBestOfTheOthersFillUpToWhatIsWanted) {
  // 1 always answers, 2 every second time, and 3 came last of all after many failures.
  for (int i = 0; i < 60; ++i) {
    CensusMaker maker(AtMinute(5 * i));
    maker.Found(1, {1});
    if (i % 2 == 1) maker.Found(2, {2});
    if (i == 0 || i == 59) maker.Found(3, {3});
    history_.Apply(maker);
  }
  SeedRule rule;
  for (const auto& [wanted, doubtful] : {std::pair{1, 0}, {2, 1}, {3, 2}}) {
    rule.wanted = static_cast<std::size_t>(wanted);
    chooser_.emplace(rule, Scope::kGlobal);
    const auto served = Served({}, AtMinute(296));
    EXPECT_EQ(served.size(), static_cast<std::size_t>(wanted));
    EXPECT_EQ(chosen_.good, 1u);
    EXPECT_EQ(chosen_.doubtful, static_cast<std::size_t>(doubtful));
    EXPECT_EQ(chosen_.few, wanted > 1);
    if (wanted == 2) {
      EXPECT_THAT(served, ElementsAre(1, 2));
    }
  }
}

TEST_F(SeedPeersTest, OnlyWhatMayTravelThatFarIsServed) {
  Census census = CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Make();
  census.nodes[1].endpoints = {*Endpoint::Parse("10.0.0.1:7075")};
  history_.Apply(census);
  EXPECT_THAT(Served({}, AtMinute(1)), ElementsAre(1));
  EXPECT_EQ(chosen_.good, 1u);
  chooser_.emplace(SeedRule{}, Scope::kPrivate);
  const SeedSelf self{MakeId(kSelf), {}, Role::kSeed, {}};
  EXPECT_EQ(chooser_->Choose(self, {}, history_, AtMinute(1)).peers.size(), 2u);
}

TEST_F(SeedPeersTest, AttributesAreTheNodesOrTheCensuses) {
  Census census = CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Make();
  census.nodes[0].record->attributes = {{"service", "web"}};
  census.nodes[1].record->attributes = {{"service", "web"}};
  census.nodes[1].record->role = Role::kWorker;
  history_.Apply(census);
  PeerInfo fresher = Peer(1);
  fresher.software = "hearsay/1";
  fresher.attributes = {{"service", "mail"}};
  Served({fresher, Peer(2)}, AtMinute(1));
  ASSERT_EQ(chosen_.peers.size(), 2u);
  EXPECT_EQ(chosen_.peers[0].attributes, (Attributes{{"service", "mail"}}));
  EXPECT_EQ(chosen_.peers[1].attributes, (Attributes{{"service", "web"}})) << "without a record yet";
  EXPECT_EQ(chosen_.peers[1].role, Role::kWorker);
}

TEST_F(SeedPeersTest, ACrawlStartsFromWhomTheNodeProvedAndWhomTheHistoryKnows) {
  EXPECT_THAT(NextSeedCrawl({}, history_, "s/1").seeds, IsEmpty());
  Meet(0, 1);
  PeerInfo unproved = Peer(3);
  unproved.reachable = false;
  std::vector<Endpoint> seeds;
  for (const CrawlConfig::Seed& seed : NextSeedCrawl({Peer(2), unproved}, history_, "s/1").seeds) {
    EXPECT_FALSE(seed.pin);
    seeds.push_back(seed.endpoint);
  }
  EXPECT_THAT(seeds, UnorderedElementsAre(MakeEndpoint(1), MakeEndpoint(2)));
}

TEST(SeedRule, EveryNumberIsReadAndSetByItsNameAndNoOtherOneChanges) {
  std::set<std::string_view> names;
  for (const SeedRuleNumber& number : SeedRuleNumbers()) {
    EXPECT_TRUE(names.insert(number.name).second) << number.name;
    EXPECT_EQ(FindSeedRuleNumber(number.name), &number);
    SeedRule rule;
    EXPECT_GE(number.get(rule), number.low) << number.name;
    EXPECT_LE(number.get(rule), number.high) << number.name;
    for (const double value : {number.low, number.high}) {
      number.set(rule, value);
      EXPECT_EQ(number.get(rule), value) << number.name;
    }
    for (const SeedRuleNumber& other : SeedRuleNumbers()) {
      EXPECT_EQ(other.get(rule), &other == &number ? number.high : other.get({})) << number.name << ", " << other.name;
    }
  }
  EXPECT_EQ(names.size(), 2 * Reliability::kWindows + 5);
  EXPECT_EQ(FindSeedRuleNumber("2h"), nullptr);
}

TEST(SeedRule, ItsDefaultsAreTheDocumentedOnes) {
  const auto value = [](std::string_view name) { return FindSeedRuleNumber(name)->get({}); };
  EXPECT_FLOAT_EQ(static_cast<float>(value("2h_share")), .85F);
  EXPECT_EQ(value("30d_results"), 32);
  EXPECT_EQ(value("new_time"), 4 * 3600);
  EXPECT_EQ(value("patience"), 600);
  EXPECT_EQ(value("wanted"), 32);
}

}  // namespace
}  // namespace hearsay
