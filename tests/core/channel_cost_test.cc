// SPDX-License-Identifier: MIT
//
// What channels cost that are of no use, or pretend to be: they end soon, and nobody is told much about them.
#include <set>

#include "node/core/peer.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct ChannelCost : testing::Test {
  Pump pump;

  PeerState StateOf(const Puppet& puppet) { return pump.node(0).FindPeer(puppet.id())->state; }
  bool IsInView(const Puppet& puppet) { return pump.node(0).FindPeer(puppet.id())->in_view; }
  static std::size_t Pings(Puppet& puppet) {
    std::size_t pings = 0;
    for (const Keepalive& k : puppet.Heard()) pings += k.ping != 0 ? 1 : 0;
    return pings;
  }
};

TEST_F(ChannelCost, ASpareChannelIsKeptOnlyByWhoeverChoseIt) {
  pump.Add("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> puppets;
  for (std::uint16_t i = 0; i < 120; ++i) {
    puppets.push_back(std::make_unique<Puppet>(pump, "7." + std::to_string(i) + ".0.1:1", 300 + i));
    puppets.back()->Join(0);
  }
  std::size_t kept = 0;
  Keepalive spare;
  spare.spare = true;
  for (const auto& puppet : puppets) {
    ASSERT_EQ(StateOf(*puppet), PeerState::kActive);
    const bool chosen = IsInView(*puppet);
    puppet->Answer();
    puppet->Say(spare);
    EXPECT_EQ(StateOf(*puppet), chosen ? PeerState::kActive : PeerState::kVerified);
    EXPECT_EQ(Pings(*puppet), chosen ? 1u : 0u) << "whoever keeps it says so at once";
    kept += chosen ? 1 : 0;
  }
  EXPECT_GT(kept, 0u);
  EXPECT_LE(kept, kViewSlots);
}

// Otherwise it would take us for dead, and tell everybody.
TEST_F(ChannelCost, WhoIsEvictedIsToldSo) {
  pump.Add("8.1.0.1:1001");
  Puppet before(pump, "7.1.0.1:1", 401), after(pump, "7.1.0.1:1", 402);
  before.Join(0);
  ASSERT_TRUE(pump.node(0).FindPeer(before.id())->reachable);
  after.Join(0);
  EXPECT_FALSE(pump.node(0).FindPeer(before.id())) << "another id has proved its endpoint";
  before.Heard();
  EXPECT_TRUE(before.turned_away());
}

TEST_F(ChannelCost, AGroupOverItsPlacesIsToldSo) {
  pump.Add("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> crowd;
  for (std::uint16_t i = 0; i < kMaxInboundPerGroup + 5; ++i) {
    crowd.push_back(std::make_unique<Puppet>(pump, "7.2.0." + std::to_string(1 + i) + ":1", 300 + i));
    crowd.back()->Dial(0);
  }
  std::size_t turned_away = 0;
  for (const auto& puppet : crowd) {
    puppet->Heard();
    turned_away += puppet->turned_away() ? 1 : 0;
  }
  EXPECT_EQ(turned_away, 5u);
  EXPECT_EQ(pump.node(0).Status().channels, kMaxInboundPerGroup);
}

TEST_F(ChannelCost, APeerThatAnswersDialsAndNoPingsIsToldOfOnceAndDialledEverLater) {
  pump.Add("8.1.0.1:1001");
  pump.Add("8.2.0.1:1001", {.bootstrap = {pump.members[0].endpoint}});
  pump.Add("8.3.0.1:1001", {.bootstrap = {pump.members[0].endpoint}});
  pump.RunFor(seconds{20});
  ASSERT_TRUE(pump.InView(0, 1) && pump.InView(0, 2) && pump.InView(1, 2));
  // From now on node 1 does handshakes, and seals nothing.
  pump.filter = [&](InFlight& f) {
    return f.from != pump.members[1].endpoint || f.bytes.front() != PacketByte(PacketKind::kSealed);
  };
  const auto& counters = pump.node(0).counters();
  const std::uint64_t suspicions = counters[Counter::kSuspicionsSent];
  const std::uint64_t stale = counters[Counter::kPeersStale];
  pump.RunFor(minutes{60});
  EXPECT_GE(counters[Counter::kPeersStale] - stale, 2u) << "it was dialled again";
  EXPECT_LE(counters[Counter::kPeersStale] - stale, 12u) << "a back-off that doubles up to an hour";
  EXPECT_LE(counters[Counter::kSuspicionsSent] - suspicions, 8u);
  pump.filter = [](InFlight&) { return true; };
  pump.RunFor(minutes{61});
  EXPECT_TRUE(pump.InView(0, 1)) << "it lives again";
}

// Sixty of one address group were chosen while few were known. They ask nothing more and answer everything.
TEST_F(ChannelCost, WhoeverOnlyGoesOnSpeakingIsOneOfThoseThatWeDidNotChoose) {
  pump.Add("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> crowd;
  std::vector<std::unique_ptr<Puppet>> others;
  const auto add = [&](std::vector<std::unique_ptr<Puppet>>& list, const std::string& at, std::uint16_t identity) {
    list.push_back(std::make_unique<Puppet>(pump, at, identity));
    list.back()->Join(0);
    pump.RunFor(std::chrono::milliseconds{50});
  };
  for (std::uint16_t i = 0; i < 60; ++i) add(crowd, "7.2.0." + std::to_string(i + 1) + ":1", 1000 + i);
  for (std::uint16_t i = 0; i < 100; ++i) add(others, "9." + std::to_string(i) + ".0.1:1", 2000 + i);
  for (int second = 0; second < 90; ++second) {
    pump.RunFor(seconds{1});
    for (const auto* list : {&crowd, &others}) {
      for (const auto& puppet : *list) puppet->Answer();
    }
    if (second % 10 == 0) {
      for (const auto& puppet : crowd) puppet->Say({});
    }
  }
  std::size_t chosen = 0;
  std::size_t active = 0;
  for (const auto& puppet : crowd) {
    const auto info = pump.node(0).FindPeer(puppet->id());
    if (!info) continue;
    chosen += info->in_view ? 1 : 0;
    active += info->state == PeerState::kActive ? 1 : 0;
  }
  EXPECT_LT(chosen, 10u);
  EXPECT_LE(active, chosen + kMaxInboundPerGroup);
}

}  // namespace
}  // namespace hearsay::test
