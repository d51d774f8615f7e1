// SPDX-License-Identifier: MIT
//
// PeerBook and View: who is remembered, who is chosen, and what an attacker gains.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "node/core/view.h"
#include "tests/core/pump.h"
#include "tests/core/small_book.h"

namespace hearsay::test {
namespace {

TEST(PeerBook, ProvingAnEndpointTakesItFromItsOldHolder) {
  SmallBook b(10);
  EXPECT_TRUE(b.Admit(1, InGroup(1)));
  EXPECT_TRUE(b.Admit(2, InGroup(1)));
  EXPECT_EQ(b.book.Find(IdOf(1)), nullptr);
  EXPECT_EQ(b.book.FindByEndpoint(InGroup(1))->id, IdOf(2));
}

TEST(PeerBook, AnIdAtANewEndpointReplacesItsOldOne) {
  SmallBook b(10);
  EXPECT_TRUE(b.Admit(1, InGroup(1)));
  EXPECT_TRUE(b.Admit(1, InGroup(2)));
  EXPECT_EQ(b.book.FindByEndpoint(InGroup(1)), nullptr);
  EXPECT_EQ(b.book.table().size(), 1u);
}

TEST(PeerBook, BelowCapacityACrowdedGroupIsWelcome) {
  SmallBook b(100);
  for (std::uint32_t i = 0; i < 50; ++i) EXPECT_TRUE(b.Admit(i, InGroup(1, i + 1)));
  EXPECT_EQ(b.book.table().size(), 50u);
}

TEST(PeerBook, AFloodFromOneGroupEvictsNobodyElse) {
  SmallBook b(64);
  for (std::uint32_t i = 0; i < 60; ++i) ASSERT_TRUE(b.Admit(i, InGroup(i)));
  for (std::uint32_t i = 0; i < 5000; ++i) b.Admit(1000 + i, InGroup(200, i + 1));
  for (std::uint32_t i = 0; i < 60; ++i) EXPECT_NE(b.book.Find(IdOf(i)), nullptr) << i;
}

TEST(PeerBook, OverCapacityTheSameGroupsStayWhateverTheOrder) {
  const auto groups_after = [](bool reversed) {
    SmallBook b(32);
    for (std::uint32_t i = 0; i < 200; ++i) b.Admit(i, InGroup(reversed ? 199 - i : i));
    std::set<Endpoint> kept;
    for (const Peer* peer : b.book.table()) kept.insert(peer->endpoint);
    return kept;
  };
  EXPECT_EQ(groups_after(false), groups_after(true)) << "recency plays no part";
}

TEST(PeerBook, OfOneGlobalAddressSixteenPortsAreKept) {
  SmallBook b(100);
  const IpAddress address = InGroup(1).address;
  for (std::uint16_t port = 1; port <= 40; ++port) EXPECT_EQ(b.Admit(port, {address, port}), port <= 16) << port;
  EXPECT_TRUE(b.Admit(1, {address, 99})) << "who is there may move";
  EXPECT_EQ(b.book.table().size(), 16u);
  b.book.Find(IdOf(7))->failures = 3;
  b.book.Find(IdOf(9))->failures = 2;
  EXPECT_TRUE(b.Admit(50, {address, 50}));
  EXPECT_EQ(b.book.Find(IdOf(7)), nullptr) << "whoever failed most often gives way";
  EXPECT_TRUE(b.Admit(80, InGroup(1, 2))) << "the next address is another machine";
}

TEST(PeerBook, ProcessesOfOnePrivateAddressAreNotCounted) {
  SmallBook b(100);
  for (std::uint16_t port = 1; port <= 50; ++port) EXPECT_TRUE(b.Admit(port, {At("10.0.0.1:1").address, port}));
  for (std::uint16_t port = 51; port <= 99; ++port) EXPECT_TRUE(b.Admit(port, {At("127.0.0.1:1").address, port}));
}

TEST(PeerBook, WhoeverMovesToAFullAddressIsNoLongerInTheTable) {
  SmallBook b(100);
  for (std::uint16_t port = 1; port <= 16; ++port) ASSERT_TRUE(b.Admit(port, {InGroup(1).address, port}));
  ASSERT_TRUE(b.Admit(50, InGroup(2)));
  EXPECT_FALSE(b.Admit(50, {InGroup(1).address, 50}));
  EXPECT_EQ(b.book.FindByEndpoint(InGroup(2)), nullptr);
}

// A naive model of the same rules, driven by the same operations.
TEST(PeerBook, OneGroupAddsLittleToItsSpread) {
  SmallBook b(5000);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_TRUE(b.Admit(i, InGroup(i)));
  EXPECT_EQ(b.book.Spread(), 100u);
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_TRUE(b.Admit(1000 + i, InGroup(300, 1 + i)));
  EXPECT_EQ(b.book.Spread(), 100 + kSpreadOfGroup);
}

TEST(PeerBook, AgreesWithANaiveTwinOverRandomOperations) {
  Rng rng = Rng::FromNumber(7);
  SmallBook b(1000);
  std::map<NodeId, Endpoint> twin;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t n = rng.Below(300);
    if (rng.Chance(1, 3)) {
      if (twin.erase(IdOf(n)) != 0) b.book.Remove(IdOf(n));
    } else {
      const Endpoint e = InGroup(static_cast<std::uint32_t>(rng.Below(40)), static_cast<std::uint32_t>(rng.Below(8)));
      std::erase_if(twin, [&](const auto& entry) { return entry.second == e && entry.first != IdOf(n); });
      twin[IdOf(n)] = e;
      ASSERT_TRUE(b.Admit(n, e));
    }
    ASSERT_EQ(b.book.table().size(), twin.size()) << "step " << step;
  }
  for (const auto& [id, endpoint] : twin) EXPECT_EQ(b.book.Find(id)->endpoint, endpoint);
}

struct Crowd {
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<Peer*> table;
  Peer& Add(std::uint64_t n, const Endpoint& endpoint) {
    peers.push_back(std::make_unique<Peer>(static_cast<std::uint32_t>(peers.size())));
    Peer& p = *peers.back();
    p.id = IdOf(n);
    p.endpoint = endpoint;
    p.in_table = true;
    p.state = PeerState::kVerified;
    table.push_back(&p);
    return p;
  }
};

TEST(View, TheSameSeedsAndTableGiveTheSameChoiceInAnyOrder) {
  Rng rng = Rng::FromNumber(1);
  View forward({}, rng, AddressGroups::Plain());
  View backward(forward.Seeds(), rng, AddressGroups::Plain());
  Crowd crowd;
  for (std::uint32_t i = 0; i < 300; ++i) crowd.Add(i, InGroup(i));
  for (Peer* p : crowd.table) forward.Offer(*p);
  for (auto it = crowd.table.rbegin(); it != crowd.table.rend(); ++it) backward.Offer(**it);
  EXPECT_EQ(forward.SlotPeers(), backward.SlotPeers());
}

TEST(View, PortsAndIdsGainNothingWhereAddressesCostMoney) {
  Rng rng = Rng::FromNumber(2);
  View view({}, rng, AddressGroups::Plain());
  Crowd crowd;
  for (std::uint32_t i = 0; i < 200; ++i) view.Offer(crowd.Add(i, InGroup(i)));
  const std::size_t before = view.SlotPeers().size();
  // One attacker address, 10,000 ids and ports.
  std::set<NodeId> attackers;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    Peer& p = crowd.Add(100'000 + i, {InGroup(900).address, static_cast<std::uint16_t>(1 + i)});
    attackers.insert(p.id);
    view.Offer(p);
  }
  std::size_t held = 0;
  for (const Peer* p : view.SlotPeers()) held += attackers.contains(p->id) ? 1 : 0;
  EXPECT_GT(before, 40u);
  EXPECT_LE(held, 4u) << "64 slots x 1/201 of the groups is 0.3; 4 would be a chance of one in 20,000";
}

TEST(View, ASlotThatLosesItsPeerIsRefilledFromTheTable) {
  Rng rng = Rng::FromNumber(3);
  View view({}, rng, AddressGroups::Plain());
  Crowd crowd;
  for (std::uint32_t i = 0; i < 200; ++i) view.Offer(crowd.Add(i, InGroup(i)));
  Peer* const gone = view.SlotPeers().front();
  gone->state = PeerState::kStale;
  view.Withdraw(*gone);
  EXPECT_FALSE(view.Refill(crowd.table, view.RefillAt()).empty());
  EXPECT_FALSE(view.Holds(*gone));
  View fresh(view.Seeds(), rng, AddressGroups::Plain());
  for (Peer* p : crowd.table) {
    if (p != gone) fresh.Offer(*p);
  }
  EXPECT_EQ(view.SlotPeers(), fresh.SlotPeers()) << "as if it had never been";
}

TEST(View, PeersThatGoAndComeBackMakeItLookThroughTheTableFourTimesASecond) {
  Rng rng = Rng::FromNumber(3);
  View view({}, rng, AddressGroups::Plain());
  Crowd crowd;
  for (std::uint32_t i = 0; i < 200; ++i) view.Offer(crowd.Add(i, InGroup(i)));
  const std::vector<Peer*> before = view.SlotPeers();
  Time now = FromUnixSeconds(1'800'000'000);
  int passes = 0;
  for (int i = 0; i < 2000; ++i, now += std::chrono::milliseconds{1}) {
    Peer& flapper = *before[static_cast<std::size_t>(i) % before.size()];
    flapper.state = PeerState::kStale;
    view.Withdraw(flapper);
    flapper.state = PeerState::kActive;
    view.Offer(flapper);
    passes += view.Refill(crowd.table, now).empty() ? 0 : 1;
  }
  EXPECT_EQ(passes, 8);
  EXPECT_TRUE(view.Refill(crowd.table, view.RefillAt() - Duration{1}).empty());
  EXPECT_FALSE(view.Refill(crowd.table, view.RefillAt()).empty());
  EXPECT_EQ(view.SlotPeers(), before);
  EXPECT_EQ(view.RefillAt(), kNever);
}

}  // namespace
}  // namespace hearsay::test
