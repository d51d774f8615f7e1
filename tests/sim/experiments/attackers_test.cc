// SPDX-License-Identifier: MIT
//
// The attackers of the experiments do what their headers say: each is let in like a node is, and then does its one
// thing. An experiment whose attackers never got in would show splendid figures.
#include "tests/sim/experiments/attackers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/sim/experiments/battle.h"
#include "tests/sim/experiments/in_copy.h"
#include "tests/sim/experiments/relay.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kHonest = 12;
constexpr std::size_t kHostile = 4;

template <typename Attacker>
class Siege {
 public:
  Siege()
      : battle_(5, quiet_),
        honest_at(battle_.stage.population.Scattered(kHonest)),
        hostile_at(battle_.stage.population.Scattered(kHostile)),
        elsewhere(battle_.stage.population.Scattered(1).front()) {
    battle_.stage.network.AddSocket(elsewhere, [this](const Delivery&) { ++packets_elsewhere; });
    battle_.Begin<Attacker>(honest_at, hostile_at, 6);
  }
  Attacker& attacker() { return static_cast<Attacker&>(*battle_.swarm); }
  void Run(int rounds, std::uint32_t pushes) {
    battle_.Push(pushes);
    battle_.RunRounds(rounds);
  }
  // Honest nodes that have verified somebody at one of these endpoints.
  std::size_t Verified(const std::vector<Endpoint>& at) {
    std::size_t nodes = 0;
    for (const HostId host : battle_.hosts) {
      std::ptrdiff_t met = 0;
      network().node(host).ForEachVerified([&](const Endpoint& e) { met += std::ranges::count(at, e); });
      nodes += met > 0 ? 1 : 0;
    }
    return nodes;
  }
  // Different ids that all honest nodes together know at hostile endpoints.
  std::size_t HostileIds() {
    std::set<NodeId> ids;
    for (const HostId host : battle_.hosts) {
      for (const PeerInfo& peer : network().node(host).Peers()) {
        if (battle_.stage.IsHostile(peer.endpoint)) ids.insert(peer.id);
      }
    }
    return ids.size();
  }
  std::uint64_t Sum(Counter counter) {
    std::uint64_t sum = 0;
    for (const HostId host : battle_.hosts) sum += network().node(host).counters()[counter];
    return sum;
  }
  SimNetwork& network() { return battle_.stage.network; }
  const std::vector<HostId>& hosts() const { return battle_.hosts; }

 private:
  const Progress quiet_ = [](const std::string&) {};  // borrowed by the next
  Battle battle_;

 public:
  const std::vector<Endpoint> honest_at;
  const std::vector<Endpoint> hostile_at;
  const Endpoint elsewhere;  // where nobody lives and everything is counted
  std::size_t packets_elsewhere = 0;
};

TEST(Attackers, ASybilIsLetInByWhomItDialsAndNamesItsOwn) {
  Siege<Swarm> siege;
  siege.Run(12, 6);
  EXPECT_EQ(siege.Verified(siege.hostile_at), kHonest);
  EXPECT_EQ(siege.HostileIds(), kHostile);
  EXPECT_GT(siege.attacker().pulls_answered(), kHonest);
  EXPECT_GT(siege.attacker().dials_received(), 0u);
}

TEST(Attackers, AReflectorMakesNodesDialItsVictim) {
  Siege<Reflector> siege;
  siege.attacker().victim = siege.elsewhere;
  siege.Run(12, 6);
  EXPECT_EQ(siege.Verified(siege.hostile_at), kHonest);
  EXPECT_GT(siege.packets_elsewhere, 0u);
}

TEST(Attackers, AnAnnouncerMakesNodesChallengeItsVictim) {
  Siege<Announcer> siege;
  siege.attacker().victim = siege.elsewhere;
  siege.Run(12, 6);
  EXPECT_GT(siege.packets_elsewhere, 0u);
  EXPECT_EQ(siege.Verified({siege.elsewhere}), 0u);
}

TEST(Attackers, ALiarMakesNodesDialNobody) {
  Siege<Liar> siege;
  siege.Run(12, 6);
  EXPECT_GE(siege.Verified(siege.hostile_at), kHonest - 2);  // one may not believe them already
  EXPECT_GT(siege.Sum(Counter::kDialsFailed), 10 * kHonest);
}

TEST(Attackers, TheHalfAliveHoldTheirPlacesAndAnswerNoPull) {
  Siege<HalfAlive> siege;
  siege.Run(12, 6);
  EXPECT_EQ(siege.Verified(siege.hostile_at), kHonest);
  EXPECT_EQ(siege.attacker().pulls_answered(), 0u);
}

TEST(Attackers, TheFickleAreLetInAndLeftAgain) {
  Siege<Fickle> siege;
  siege.Run(12, 6);
  EXPECT_GT(siege.HostileIds(), 0u);
  EXPECT_GT(siege.Sum(Counter::kPeersStale), kHonest);
}

TEST(Attackers, WhoChangesItsIdIsVerifiedUnderManyOfThem) {
  Siege<IdChanger> siege;
  siege.Run(12, 6);
  EXPECT_EQ(siege.Verified(siege.hostile_at), kHonest);
  EXPECT_GT(siege.HostileIds(), 4 * kHostile);
}

TEST(Attackers, ARelayPassesEverythingOnAndIsNobodysPeer) {
  Siege<Swarm> siege;
  Relay relay(siege.network(), Endpoint{siege.elsewhere.address, 9}, siege.honest_at[0]);
  for (std::size_t i = 1; i < kHonest; ++i) {
    siege.network().SetContacts(siege.hosts()[i], {siege.honest_at[i - 1], {siege.elsewhere.address, 9}});
  }
  siege.Run(12, 1);
  EXPECT_GT(relay.passed_there(), kHonest);
  EXPECT_GT(relay.passed_back(), kHonest);
  EXPECT_EQ(siege.Verified({{siege.elsewhere.address, 9}}), 0u);
}

TEST(InCopy, WhatHappensThereDoesNotHappenHere) {
  int here = 1;
  const auto there = InCopy([&] { return std::vector<double>{static_cast<double>(++here), 0.5}; });
  EXPECT_EQ(there, (std::vector<double>{2, 0.5}));
  EXPECT_EQ(here, 1);
}

}  // namespace
}  // namespace hearsay::sim
