// SPDX-License-Identifier: MIT
//
// Which endpoints a node takes for its own, by itself and behind a translation.
#include "node/core/own_address.h"

#include <gtest/gtest.h>

#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kNow = FromUnixSeconds(1'800'000'000);
const Endpoint kSeen = At("5.0.0.1:7075");

bool Vote(OwnAddress& own, std::string_view voter, const Endpoint& seen, Time now) {
  return own.Vote(At(voter), At(voter).group(), seen, now);
}

// It is seen there by peers of three groups.
bool LetThreeVote(OwnAddress& own, Time now, const Endpoint& seen = kSeen) {
  bool given_up = false;
  for (const char* voter : {"8.8.0.1:1", "8.9.0.1:1", "8.10.0.1:1"}) given_up |= Vote(own, voter, seen, now);
  return given_up;
}

IpAddress Number(std::uint32_t i) { return IpAddress::V4(0x14000000 + i); }

TEST(OwnAddress, WhereNothingTranslatesAnotherEndpointIsARelay) {
  OwnAddress own({});
  using Verdict = OwnAddress::Verdict;
  EXPECT_EQ(own.Judge(At("5.0.0.1:7075"), At("5.0.0.1:7075"), kNow), Verdict::kMine);
  EXPECT_EQ(own.Judge(At("6.0.0.1:7075"), At("5.0.0.1:7075"), kNow), Verdict::kNotMine);
  EXPECT_EQ(own.Judge(At("127.0.0.1:7"), At("127.0.0.1:8"), kNow), Verdict::kNotMine);
}

TEST(OwnAddress, BehindATranslationOnlyTheAnnouncedIsOurs) {
  using Verdict = OwnAddress::Verdict;
  OwnAddress silent({});
  EXPECT_EQ(silent.Judge(At("5.0.0.1:7075"), At("10.0.0.2:7075"), kNow), Verdict::kUnknown);
  OwnAddress announced({At("5.0.0.1:7075")});
  EXPECT_EQ(announced.Judge(At("5.0.0.1:7075"), At("10.0.0.2:7075"), kNow), Verdict::kMine);
  EXPECT_EQ(announced.Judge(At("6.0.0.1:7075"), At("10.0.0.2:7075"), kNow), Verdict::kNotMine);
}

TEST(OwnAddress, TheNewestBoundAddressComesFirstAndTheOldestGoes) {
  OwnAddress own({});
  for (int i = 1; i <= 9; ++i) EXPECT_TRUE(own.LearnBound(At("5.0.0." + std::to_string(i) + ":7075")));
  EXPECT_FALSE(own.LearnBound(At("5.0.0.2:7075"))) << "known";
  EXPECT_EQ(own.All().front(), At("5.0.0.9:7075"));
  EXPECT_EQ(own.All().back(), At("5.0.0.2:7075"));
  EXPECT_FALSE(own.IsKnown(At("5.0.0.1:7075"))) << "a node may move for ever";
}

TEST(OwnAddress, AMinorityDoesNotMakeASecondEndpointOurs) {
  OwnAddress own({});
  for (int i = 1; i <= 40; ++i) Vote(own, "8." + std::to_string(i) + ".0.1:1", kSeen, kNow);
  ASSERT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, kNow));
  const Endpoint evil = At("66.6.6.6:7075");
  for (const char* liar : {"70.1.0.1:1", "70.2.0.1:1", "70.3.0.1:1"}) Vote(own, liar, evil, kNow);
  EXPECT_FALSE(own.OnProofFrom(At("66.7.0.1:1"), evil, kNow));
  EXPECT_EQ(own.All(), std::vector{kSeen});
}

TEST(OwnAddress, AVoteNeedsThreeGroupsAndThenAStranger) {
  OwnAddress own({});
  const Endpoint seen = At("5.0.0.1:7075");
  own.NoteContacted(At("8.8.0.1:1").address, kNow);
  Vote(own, "8.8.0.1:1", seen, kNow);
  Vote(own, "8.8.0.2:1", seen, kNow);  // the same group
  Vote(own, "8.9.0.1:1", seen, kNow);
  EXPECT_FALSE(own.OnProofFrom(At("9.9.9.9:1"), seen, kNow)) << "two groups";
  Vote(own, "8.10.0.1:1", seen, kNow);
  EXPECT_FALSE(own.OnProofFrom(At("8.8.0.1:5"), seen, kNow)) << "through a mapping that we opened";
  EXPECT_FALSE(own.OnProofFrom(At("9.9.9.9:1"), At("5.0.0.2:7075"), kNow)) << "dialled elsewhere";
  EXPECT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), seen, kNow));
  EXPECT_EQ(own.All(), std::vector{seen});
}

TEST(OwnAddress, NeighboursOnOurSideOfTheTranslationTellNothingOfIt) {
  OwnAddress own({});
  for (const char* voter : {"192.168.0.7:1", "192.168.0.8:1", "10.0.0.1:1"}) Vote(own, voter, kSeen, kNow);
  EXPECT_FALSE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, kNow)) << "each its own group, and none of them outside";
  LetThreeVote(own, kNow);
  EXPECT_FALSE(own.OnProofFrom(At("192.168.0.7:1"), kSeen, kNow)) << "it may write what it likes";
  EXPECT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, kNow));
}

TEST(OwnAddress, ALineWithAnotherAddressIsGivenUpWhenMoreSeeItElsewhere) {
  const Endpoint other = At("6.0.0.1:7075");
  const Endpoint local = At("192.168.0.2:7075");
  OwnAddress own({});
  LetThreeVote(own, kNow);
  ASSERT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, kNow));
  const Time later = kNow + minutes{9};
  EXPECT_FALSE(Vote(own, "8.11.0.1:1", kSeen, later)) << "one who lies, or was not asked again";
  EXPECT_FALSE(Vote(own, "8.12.0.1:1", other, later));
  EXPECT_EQ(own.Judge(other, local, later), OwnAddress::Verdict::kNotMine);
  EXPECT_TRUE(LetThreeVote(own, later, other));
  EXPECT_TRUE(own.All().empty());
  EXPECT_EQ(own.Judge(other, local, later), OwnAddress::Verdict::kUnknown);
  EXPECT_TRUE(own.OnProofFrom(At("9.9.9.8:1"), other, later));
  EXPECT_EQ(own.All(), std::vector{other});
}

TEST(OwnAddress, ThreeGroupsTakeNoAddressAwayThatAsManySee) {
  const Endpoint other = At("6.0.0.1:7075");
  const Endpoint local = At("192.168.0.2:7075");
  OwnAddress own({});
  LetThreeVote(own, kNow);
  ASSERT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, kNow));
  for (const char* voter : {"8.21.0.1:1", "8.22.0.1:1", "8.23.0.1:1"}) EXPECT_FALSE(Vote(own, voter, other, kNow));
  EXPECT_EQ(own.All(), std::vector{kSeen});
  EXPECT_EQ(own.Judge(kSeen, local, kNow), OwnAddress::Verdict::kMine);
  EXPECT_EQ(own.Judge(other, local, kNow), OwnAddress::Verdict::kUnknown) << "it may be changing";
  EXPECT_EQ(own.Judge(other, local, kNow + minutes{11}), OwnAddress::Verdict::kNotMine);
}

TEST(OwnAddress, AfterARestartNobodyIsAStrangerForHalfAnHour) {
  const Time sure = kNow + OwnAddress::kContactLife;
  OwnAddress own({}, sure);
  LetThreeVote(own, sure);
  EXPECT_FALSE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, sure - seconds{1}));
  EXPECT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, sure));
}

TEST(OwnAddress, PrivateEndpointsAreNotToldToPublicPeers) {
  OwnAddress own({At("5.0.0.1:7075")});
  own.LearnBound(At("10.0.0.2:7075"));
  own.LearnBound(At("127.0.0.1:7075"));
  EXPECT_EQ(own.EndpointsFor(Scope::kGlobal), std::vector{At("5.0.0.1:7075")});
  EXPECT_EQ(own.EndpointsFor(Scope::kPrivate).size(), 2u);
  EXPECT_EQ(own.EndpointsFor(Scope::kLoopback).size(), 3u);
}

TEST(OwnAddress, RemembersWhomItContactedForHalfAnHour) {
  const IpAddress contacted = At("9.9.9.9:1").address;
  for (const auto& [later, confirmed] : {std::pair{minutes{32}, false}, {minutes{62}, true}}) {
    OwnAddress own({});
    own.NoteContacted(contacted, kNow);
    own.NoteContacted(Number(1), kNow + minutes{31});
    own.NoteContacted(Number(2), kNow + later);
    LetThreeVote(own, kNow + later);
    EXPECT_EQ(own.OnProofFrom({contacted, 7}, kSeen, kNow + later), confirmed) << later.count();
  }
}

// Whom it contacted may come back through the translation. Forgetting any of them must not make that a stranger.
TEST(OwnAddress, WithMoreContactsThanItRemembersNobodyIsAStranger) {
  OwnAddress own({});
  LetThreeVote(own, kNow);
  for (std::uint32_t i = 0; i <= 2 * OwnAddress::kMaxContacted; ++i) own.NoteContacted(Number(i), kNow);
  EXPECT_FALSE(own.OnProofFrom({Number(0), 1}, kSeen, kNow)) << "forgotten";
  EXPECT_FALSE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, kNow)) << "perhaps forgotten";
  const Time later = kNow + OwnAddress::kContactLife;
  LetThreeVote(own, later);
  EXPECT_FALSE(own.OnProofFrom({Number(2 * OwnAddress::kMaxContacted), 1}, kSeen, later)) << "remembered";
  EXPECT_TRUE(own.OnProofFrom(At("9.9.9.9:1"), kSeen, later));
}

struct BehindATranslation : testing::Test {
  Pump pump;
  std::vector<Endpoint> peers;
  std::size_t mapped = 0;

  // Three peers of three groups, and a node whose translation forwards its port, though nobody told it so.
  BehindATranslation() {
    for (const char* at : {"8.8.0.1:1", "8.9.0.1:1", "8.10.0.1:1"}) {
      pump.Add(at);
      peers.push_back(At(at));
    }
    mapped = pump.Add("5.0.0.1:7075", {.bootstrap = peers, .local = At("192.168.0.2:7075")});
    pump.RunFor(seconds{10});
  }
  // With what it stored.
  void Restart() {
    const NodeState state = pump.members[mapped].states.back();
    pump.Kill(mapped);
    pump.now += seconds{1};
    mapped = pump.Add("5.0.0.1:7075", {.bootstrap = peers, .snapshot = {.state = state},
                                       .local = At("192.168.0.2:7075"),
                                       .identity = static_cast<std::uint8_t>(mapped + 1)});
    pump.RunFor(seconds{10});
  }
  bool KnowsItself() {
    const auto own = pump.node(mapped).Status().own_endpoints;
    return std::find(own.begin(), own.end(), kSeen) != own.end();
  }
};

TEST_F(BehindATranslation, AStrangersPacketConfirmsWhatThePeersSee) {
  EXPECT_FALSE(KnowsItself());
  Puppet(pump, "9.9.9.9:1", 100).Dial(mapped);
  EXPECT_TRUE(KnowsItself());
}

TEST_F(BehindATranslation, WhomItContactedBeforeARestartIsNoStrangerAfterIt) {
  Restart();
  Puppet(pump, "9.9.9.9:1", 100).Dial(mapped);
  EXPECT_FALSE(KnowsItself());
}

// Its line gets another address, at which the port is forwarded as before. Few are known, and nobody is dialled.
TEST_F(BehindATranslation, ALineThatGetsAnotherAddressIsSeenThere) {
  Puppet(pump, "9.9.9.9:1", 100).Dial(mapped);
  ASSERT_TRUE(KnowsItself());
  pump.RunFor(minutes{15});
  ASSERT_TRUE(KnowsItself());
  pump.members[mapped].endpoint = At("6.0.0.1:7075");
  pump.RunFor(minutes{3});
  EXPECT_FALSE(KnowsItself());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(pump.InView(mapped, i)) << "no channel was lost";
  Puppet(pump, "9.9.9.8:1", 101).Dial(mapped);
  EXPECT_EQ(pump.node(mapped).Status().own_endpoints.front(), At("6.0.0.1:7075"));
}

// Its peers were dialled long ago; three liars join, are good for a while, and then pass its packets on from elsewhere.
TEST_F(BehindATranslation, ThreeLiarsTakeItsEndpointNotAwayHoweverCalmItIs) {
  for (int i = 20; i < 32; ++i) pump.Add("8." + std::to_string(i) + ".0.1:1", {.bootstrap = {At("8.8.0.1:1")}});
  pump.RunFor(minutes{2});
  Puppet(pump, "9.9.9.9:1", 100).Dial(mapped);
  std::vector<Endpoint> liars = {At("70.1.0.1:1"), At("70.2.0.1:1"), At("70.3.0.1:1")};
  for (const Endpoint& liar : liars) pump.Add(liar.ToString(), {.bootstrap = {kSeen}});
  pump.RunFor(minutes{20});
  ASSERT_TRUE(KnowsItself());
  const Endpoint evil = At("66.6.6.6:7075");
  const auto lies = [&](const Endpoint& e) { return std::find(liars.begin(), liars.end(), e) != liars.end(); };
  pump.filter = [&](InFlight& f) {
    if (f.from == kSeen && lies(f.to)) f.from = evil;
    if (f.to == evil) f.to = kSeen;
    return true;
  };
  pump.RunFor(minutes{20});
  EXPECT_TRUE(KnowsItself());
  pump.Add("71.1.0.1:1", {.bootstrap = {evil}});  // never contacted
  pump.RunFor(minutes{1});
  const auto own = pump.node(mapped).Status().own_endpoints;
  EXPECT_EQ(std::count(own.begin(), own.end(), evil), 0);
}

// The neighbour writes into its proof what it likes.
TEST_F(BehindATranslation, ANeighboursPacketConfirmsNothing) {
  Puppet(pump, "192.168.0.77:1", 100).Dial(mapped);
  EXPECT_FALSE(KnowsItself());
}

TEST_F(BehindATranslation, WhoeverItTalksToIsNoStrangerHoweverLongAgoItWasDialled) {
  // Newcomers that it dials, and that vote.
  const auto add = [&](const char* at) { pump.Add(at, {.bootstrap = {At("8.8.0.1:1")}}); };
  pump.RunFor(hours{1});
  add("8.11.0.1:1");
  pump.RunFor(hours{1});
  for (const char* at : {"8.12.0.1:1", "8.13.0.1:1", "8.14.0.1:1"}) add(at);
  pump.RunFor(minutes{1});
  ASSERT_TRUE(pump.InView(mapped, 0));
  Puppet(pump, "8.8.0.1:2", 100).Dial(mapped);
  EXPECT_FALSE(KnowsItself());
  Puppet(pump, "9.9.9.9:1", 101).Dial(mapped);
  EXPECT_TRUE(KnowsItself()) << "the votes were there";
}

}  // namespace
}  // namespace hearsay::test
