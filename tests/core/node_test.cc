// SPDX-License-Identifier: MIT
//
// What one or a few nodes decide: joining, gossip, liveness, memory.
#include "node/core/node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/pump.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool HasEvent(const Pump::Member& member, PeerEventKind kind) {
  for (const PeerEvent& e : member.events) {
    if (e.kind == kind) return true;
  }
  return false;
}

TEST(Node, TwoNodesVerifyEachOtherInOneHandshake) {
  Pump pump;
  pump.Add("127.0.0.1:1001");
  pump.Add("127.0.0.1:1002", {.bootstrap = {At("127.0.0.1:1001")}});
  pump.RunFor(milliseconds{50});
  EXPECT_TRUE(pump.InView(0, 1));
  EXPECT_TRUE(pump.InView(1, 0));
  EXPECT_TRUE(pump.Sees(0, 1)->reachable);
  EXPECT_EQ(pump.node(0).counters()[Counter::kDialsStarted], 0u);
  EXPECT_EQ(pump.node(1).counters()[Counter::kDialsSucceeded], 1u);
}

TEST(Node, StoresTheBootEpochBeforeItSendsAnything) {
  Pump pump;
  pump.Add("127.0.0.1:1002", {.bootstrap = {At("127.0.0.1:1001")}});
  Effects out;
  pump.node(0).Tick(pump.now, out);
  ASSERT_FALSE(out.list.empty());
  ASSERT_TRUE(std::holds_alternative<PersistState>(out.list.front()));
  EXPECT_EQ(std::get<PersistState>(out.list.front()).state.boot_epoch, 1'800'000'000'000'000u);
}

TEST(Node, TwentyNodesWithOneBootstrapAllSeeEachOther) {
  Pump pump;
  pump.Add("127.0.0.1:1000");
  for (int i = 1; i < 20; ++i) {
    pump.Add("127.0.0.1:" + std::to_string(1000 + i), {.bootstrap = {At("127.0.0.1:1000")}});
  }
  pump.RunFor(seconds{2});
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(pump.node(i).Status().view, 19u) << i;
    pump.node(i).CheckInvariants(pump.now);
  }
}

TEST(Node, AKilledPeerIsInNoViewAfterTwoSeconds) {
  Pump pump;
  pump.Add("127.0.0.1:1000");
  for (int i = 1; i < 30; ++i) {
    pump.Add("127.0.0.1:" + std::to_string(1000 + i), {.bootstrap = {At("127.0.0.1:1000")}});
  }
  pump.RunFor(seconds{10});
  const NodeId dead = pump.id(7);
  pump.Kill(7);
  pump.RunFor(seconds{2});
  for (std::size_t i = 0; i < 30; ++i) {
    if (i == 7) continue;
    EXPECT_FALSE(pump.node(i).FindPeer(dead)->in_view) << i;
    EXPECT_TRUE(HasEvent(pump.members[i], PeerEventKind::kStale)) << i;
  }
}

TEST(Node, ARestartedNodeComesBackFromItsStoreAlone) {
  Pump pump;
  pump.Add("127.0.0.1:1000");
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1000")}});
  pump.RunFor(seconds{1});
  Snapshot snapshot;
  snapshot.state = pump.members[1].states.back();
  snapshot.peers = pump.members[1].persisted;
  ASSERT_FALSE(snapshot.peers.empty());
  pump.Kill(1);
  pump.RunFor(seconds{5});
  pump.members[1].endpoint = At("127.0.0.1:9");  // the old one answers no more
  const auto back = pump.Add("127.0.0.1:1001", {.snapshot = snapshot, .identity = 2});
  pump.RunFor(milliseconds{100});
  EXPECT_TRUE(pump.InView(back, 0));
  EXPECT_TRUE(pump.InView(0, back));
}

TEST(Node, LeavingIsToldAndBelievedAtOnce) {
  Pump pump;
  pump.Add("127.0.0.1:1000");
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1000")}});
  pump.RunFor(seconds{1});
  pump.Leave(1);
  EXPECT_TRUE(HasEvent(pump.members[0], PeerEventKind::kLeft));
  EXPECT_FALSE(pump.InView(0, 1));
  EXPECT_EQ(pump.Sees(0, 1)->state, PeerState::kRetry);
}

TEST(Node, AttributesReachPeersAndAnUpdateReplacesThem) {
  Pump pump;
  CoreConfig config;
  config.attributes = {{"port", "80"}};
  pump.Add("127.0.0.1:1000", {.config = config});
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1000")}});
  pump.RunFor(seconds{1});
  EXPECT_EQ(pump.Sees(1, 0)->attributes.at("port"), "80");
  Effects out;
  config.attributes["port"] = "81";
  pump.node(0).Reconfigure(config, pump.now, out);
  for (const Effect& e : out.list) {
    if (const auto* send = std::get_if<Send>(&e)) pump.Inject(At("127.0.0.1:1000"), send->to, out.View(*send));
  }
  pump.RunFor(milliseconds{10});
  EXPECT_EQ(pump.Sees(1, 0)->attributes.at("port"), "81");
}

TEST(Node, WhoChangedOftenAndRestartedQuicklyIsKnownAsItIs) {
  Pump pump;
  pump.Add("8.1.0.1:1001");
  pump.Add("9.2.0.1:1002", {.bootstrap = {At("8.1.0.1:1001")}});
  pump.RunFor(milliseconds{300});
  Effects out;
  CoreConfig config{.software = "test/1", .listen_port = 1002};
  for (int i = 0; i < 8; ++i) {  // its record's sequence runs ahead of the clock
    config.name = "before " + std::to_string(i);
    out.Clear();
    pump.node(1).Reconfigure(config, pump.now, out);
    pump.RunFor(milliseconds{100});
  }
  pump.RunFor(seconds{2});
  const NodeState state = pump.members[1].states.back();
  pump.Kill(1);
  config.name = "after";
  const std::size_t again = pump.Add("9.2.0.1:1002", {.bootstrap = {At("8.1.0.1:1001")},
                                                      .snapshot = {.state = state}, .identity = 2, .config = config});
  pump.RunFor(seconds{20});
  ASSERT_TRUE(pump.Sees(0, again));
  EXPECT_EQ(pump.Sees(0, again)->name, "after");
}

TEST(Node, NodesOfDifferentNetworksNeverMeet) {
  Pump pump;
  pump.Add("127.0.0.1:1000", {.network = "one"});
  pump.Add("127.0.0.1:1001", {.network = "two", .bootstrap = {At("127.0.0.1:1000")}});
  pump.Add("127.0.0.1:1002", {.network = "one", .key = ByteArray<32>{}, .bootstrap = {At("127.0.0.1:1000")}});
  pump.RunFor(seconds{10});
  EXPECT_EQ(pump.node(0).Status().channels, 0u);
  EXPECT_GT(pump.node(0).counters().dropped(Error::kWrongNetwork), 0u);
  EXPECT_EQ(pump.node(0).counters()[Counter::kDatagramsSent], 0u);
  EXPECT_TRUE(HasEvent(pump.members[1], PeerEventKind::kBootstrapFailed));
}

TEST(Node, WhoToldOfAPeerIsRememberedOverARestart) {
  Pump pump;
  KnownPeer known{.id = MakeIdentity(2).id(), .endpoint = At("127.0.0.1:1001"), .heard_from = 77};
  known.first_seen = known.last_seen = known.last_verified = pump.now - std::chrono::hours{1};
  pump.Add("127.0.0.1:1000", {.snapshot = {.state = {}, .peers = {known}}});
  pump.Add("127.0.0.1:1001");
  pump.RunFor(seconds{2});
  EXPECT_TRUE(pump.InView(0, 1));
  EXPECT_EQ(pump.Sees(0, 1)->heard_from, 77u);
  EXPECT_EQ(pump.Sees(1, 0)->heard_from, 0u) << "it dialled us";
  pump.Leave(0);
  ASSERT_FALSE(pump.members[0].persisted.empty());
  EXPECT_EQ(pump.members[0].persisted.back().heard_from, 77u);
}

TEST(Node, MorePortsOfOneAddressThanATableTakesAreNotRemembered) {
  Pump pump;
  std::vector<KnownPeer> known;
  for (std::uint64_t i = 0; i < 20; ++i) {
    KnownPeer peer{.id = MakeIdentity(100 + i).id(), .endpoint = At("5.9.0.1:" + std::to_string(7000 + i))};
    peer.first_seen = peer.last_seen = peer.last_verified = pump.now;
    peer.failures = i == 3 ? 2 : 0;
    known.push_back(peer);
  }
  pump.Add("5.0.0.1:1000", {.snapshot = {.state = {}, .peers = {known.front()}}});
  Effects out;
  pump.node(0).Remember(std::span(known).subspan(1), pump.now, out);
  EXPECT_EQ(pump.node(0).Peers().size(), 16u);
  EXPECT_FALSE(pump.node(0).FindPeer(known[3].id)) << "it failed, and made room";
  EXPECT_TRUE(pump.node(0).FindPeer(known[16].id));
  EXPECT_FALSE(pump.node(0).FindPeer(known[17].id));
  pump.node(0).CheckInvariants(pump.now);
}

// A network that is gone: each dead peer asks for a dial, and there is one a second.
TEST(Node, ThousandsOfDeadPeersDoNotWakeItThousandsOfTimes) {
  Pump pump;
  Snapshot snapshot;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    KnownPeer peer{.id = {}, .endpoint = {IpAddress::V4(0x09000001 + i * 65'536 % 0x400000 + i / 64 * 256), 7075}};
    StoreBigEndian(1 + i, peer.id.bytes.data());
    peer.first_seen = peer.last_seen = peer.last_verified = pump.now;
    snapshot.peers.push_back(peer);
  }
  pump.Add("5.0.0.1:1000", {.snapshot = std::move(snapshot)});
  pump.RunFor(std::chrono::minutes{5});
  ASSERT_GT(pump.node(0).Peers().size(), 3900u);
  const std::uint64_t dials = pump.node(0).counters()[Counter::kDialsStarted];
  const Time end = pump.now + std::chrono::minutes{1};
  int awakenings = 0;
  for (; pump.node(0).NextDeadline() < end; ++awakenings) {
    pump.RunUntil(std::max(pump.now, pump.node(0).NextDeadline()) + std::chrono::microseconds{1});
  }
  EXPECT_LT(awakenings, 60 * 20);
  EXPECT_GT(pump.node(0).counters()[Counter::kDialsStarted] - dials, 55u) << "the budget is used";
}

// They never meet each other: a third node tells the one that started first.
TEST(Node, ACopiedIdentityIsReportedToTheOneThatStartedFirst) {
  Pump pump;
  pump.Add("5.0.0.1:1000");
  const std::size_t original = pump.Add("5.1.0.1:1000", {.bootstrap = {At("5.0.0.1:1000")}});
  pump.RunFor(seconds{5});
  ASSERT_TRUE(pump.InView(0, original));
  MemberOptions options;
  options.bootstrap = {At("5.0.0.1:1000")};
  options.identity = static_cast<std::uint8_t>(original + 1);
  options.snapshot.state.boot_epoch = pump.node(original).Status().boot_epoch + 1;
  const std::size_t copy = pump.Add("5.2.0.1:1000", options);
  ASSERT_EQ(pump.id(copy), pump.id(original));
  pump.filter = [](InFlight& f) {  // as if they could not reach each other
    return !(f.from == At("5.1.0.1:1000") && f.to == At("5.2.0.1:1000")) &&
           !(f.from == At("5.2.0.1:1000") && f.to == At("5.1.0.1:1000"));
  };
  pump.RunFor(seconds{120});
  EXPECT_TRUE(HasEvent(pump.members[original], PeerEventKind::kDuplicateIdentity));
  EXPECT_GE(pump.node(original).Status().duplicate_identities, 1u);
  EXPECT_EQ(pump.Sees(0, copy)->endpoint, At("5.2.0.1:1000"));
  EXPECT_FALSE(HasEvent(pump.members[copy], PeerEventKind::kStale)) << "the later one is not disturbed";
}

TEST(Node, APeerUnseenForAMonthIsForgotten) {
  Pump pump;
  KnownPeer old{.id = MakeIdentity(9).id(), .endpoint = At("127.0.0.1:1001")};
  old.first_seen = old.last_seen = old.last_verified = pump.now - std::chrono::hours{24 * 31};
  old.failures = 20;
  pump.Add("127.0.0.1:1000", {.snapshot = {.state = {}, .peers = {old}}});
  pump.RunFor(std::chrono::hours{24});
  EXPECT_THAT(pump.members[0].forgotten, ::testing::ElementsAre(old.id));
  EXPECT_FALSE(pump.node(0).FindPeer(old.id));
}

TEST(NodeReturn, WhoWasLostTogetherComesBackTogether) {
  Pump pump;
  constexpr std::size_t kNodes = 8;
  for (std::size_t i = 0; i < kNodes; ++i) {
    MemberOptions options;
    if (i > 0) options.bootstrap = {At("5.0.0.1:7000")};
    pump.Add("5." + std::to_string(i) + ".0.1:7000", options);
  }
  pump.RunFor(std::chrono::minutes{1});
  const auto side = [&](const Endpoint& at) {
    const auto is_at = [&](const Pump::Member& m) { return m.endpoint == at; };
    const auto member = std::find_if(pump.members.begin(), pump.members.end(), is_at);
    return member - pump.members.begin() < static_cast<std::ptrdiff_t>(kNodes / 2);
  };
  const auto across = [&] {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < kNodes / 2; ++i) {
      for (std::size_t j = kNodes / 2; j < kNodes; ++j) seen += pump.InView(i, j) && pump.InView(j, i) ? 1 : 0;
    }
    return seen;
  };
  ASSERT_EQ(across(), 16u);
  pump.filter = [&](InFlight& f) { return side(f.from) == side(f.to); };
  pump.RunFor(std::chrono::minutes{5});
  ASSERT_EQ(across(), 0u);
  pump.filter = [](InFlight&) { return true; };
  // Each pair's own back-off is minutes long by now; the first pair that meets spares the others theirs.
  for (int i = 0; i < 600 && across() == 0; ++i) pump.RunFor(std::chrono::seconds{1});
  pump.RunFor(std::chrono::seconds{5});
  EXPECT_EQ(across(), 16u);
}

}  // namespace
}  // namespace hearsay::test
