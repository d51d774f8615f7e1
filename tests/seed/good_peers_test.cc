// SPDX-License-Identifier: MIT
//
// GoodPeers: what a draw may hold, and what somebody with many addresses gains.
#include "crawler/seed/good_peers.h"

#include <gmock/gmock.h>

#include <functional>
#include <iterator>
#include <set>

#include "tests/seed/seed_fixture.h"

namespace hearsay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class GoodPeersTest : public testing::Test {
 protected:
  Rng rng_ = Rng::FromNumber(1);
};

TEST_F(GoodPeersTest, ADrawHoldsEachGroupOnceAndAllWhenThereAreFew) {
  auto peers = SpreadPeers(5);
  for (int i = 2; i < 20; ++i) peers.push_back(MakeGoodPeer("11.0.0." + std::to_string(i)));
  const GoodPeers good(std::move(peers), SipKey{});
  EXPECT_EQ(good.size(), 23u);
  EXPECT_EQ(good.groups(), 5u);
  for (const std::size_t count : {0u, 1u, 4u, 5u, 16u}) {
    const auto drawn = good.Draw("", PeerKind::kAny, count, rng_);
    std::set<AddressGroup> groups;
    for (const GoodPeer* peer : drawn) groups.insert(peer->endpoint.group());
    EXPECT_EQ(drawn.size(), std::min<std::size_t>(count, 5));
    EXPECT_EQ(groups.size(), drawn.size());
  }
  EXPECT_THAT(good.Draw("nobody", PeerKind::kAny, 4, rng_), IsEmpty());
  EXPECT_THAT(GoodPeers().Draw("", PeerKind::kAny, 4, rng_), IsEmpty());
}

TEST_F(GoodPeersTest, EveryGroupAndEveryPeerOfItIsAsLikelyAsAnother) {
  auto peers = SpreadPeers(8);
  for (int i = 2; i < 5; ++i) peers.push_back(MakeGoodPeer("11.0.0." + std::to_string(i)));  // group 11.0 has four
  const GoodPeers good(std::move(peers), SipKey{});
  std::map<std::string, int> seen;
  constexpr int kDraws = 8000;
  for (int i = 0; i < kDraws; ++i) {
    for (const GoodPeer* peer : good.Draw("", PeerKind::kAny, 3, rng_)) ++seen[peer->endpoint.address.ToString()];
  }
  EXPECT_THAT(seen, SizeIs(11));
  for (const auto& [address, count] : seen) {
    // Mean 3000 a group, deviation 43; a quarter of it for each of the four. Five deviations.
    const bool crowded = address.starts_with("11.0.");
    EXPECT_NEAR(count, crowded ? 750 : 3000, crowded ? 130 : 220) << address;
  }
}

TEST_F(GoodPeersTest, AnEndpointIsListedOnceAndOnlyWhenItCanBeDialled) {
  const GoodPeers good({MakeGoodPeer("11.0.0.1"), MakeGoodPeer("11.0.0.1"), MakeGoodPeer("11.0.0.1:80"),
                        MakeGoodPeer("0.0.0.0"), MakeGoodPeer("224.0.0.1"), MakeGoodPeer("11.0.0.2:0")}, SipKey{});
  EXPECT_EQ(good.size(), 2u);
  EXPECT_TRUE(good.HasAddress(*IpAddress::Parse("11.0.0.1")));
  EXPECT_FALSE(good.HasAddress(*IpAddress::Parse("11.0.0.2")));
}

TEST_F(GoodPeersTest, KindsAreFamiliesOnTheDefaultPort) {
  const GoodPeers good({MakeGoodPeer("11.0.0.1"), MakeGoodPeer("12.0.0.1:80"), MakeGoodPeer("[2a00::1]")}, SipKey{});
  EXPECT_THAT(good.Draw("", PeerKind::kV4OnDefaultPort, 9, rng_), SizeIs(1));
  EXPECT_THAT(good.Draw("", PeerKind::kV6OnDefaultPort, 9, rng_), SizeIs(1));
  EXPECT_THAT(good.Draw("", PeerKind::kAny, 9, rng_), SizeIs(3));
}

TEST_F(GoodPeersTest, ThousandsOfMadeUpAttributesDoNotDisplaceThoseOfMoreGroups) {
  std::vector<GoodPeer> peers;
  for (int i = 0; i < 200; ++i) {
    GoodPeer peer = MakeGoodPeer("11.0.0." + std::to_string(i + 1));
    for (int k = 0; k < 16; ++k) peer.attributes["a" + std::to_string(16 * i + k)] = "x";
    peers.push_back(std::move(peer));
  }
  for (int i = 20; i < 22; ++i) {
    peers.push_back(MakeGoodPeer(std::to_string(i) + ".0.0.1", Role::kDual, {{"service", "web"}}));
  }
  const GoodPeers good(std::move(peers), SipKey{});
  EXPECT_TRUE(good.HasView("has.service"));
  EXPECT_TRUE(good.HasView("is.service.web"));
  EXPECT_TRUE(good.HasViewBelow("is.service"));
  std::size_t made_up = 0;
  for (int i = 0; i < 3200; ++i) made_up += good.HasView("has.a" + std::to_string(i)) ? 1 : 0;
  EXPECT_GT(made_up, 0u);
  EXPECT_LE(made_up, GoodPeers::kMaxAttributeViews);
}

TEST_F(GoodPeersTest, WhoHasAnAttributeIsInItsViewsOnceWhateverTheCase) {
  const GoodPeers good({MakeGoodPeer("11.0.0.1", Role::kDual, {{"Tag", "Blue"}, {"tag", "blue"}}),
                        MakeGoodPeer("11.0.0.2", Role::kDual, {{"tag", "red"}, {"not a label", "x"}}),
                        MakeGoodPeer("12.0.0.1", Role::kDual, {{"tag", "no label!"}})},
                       SipKey{});
  const auto in_view = [&](const char* view) {
    std::set<std::string> seen;
    for (int i = 0; i < 64; ++i) {
      for (const GoodPeer* peer : good.Draw(view, PeerKind::kAny, 4, rng_)) seen.insert(peer->endpoint.ToString());
    }
    return seen;
  };
  EXPECT_THAT(in_view("has.tag"), SizeIs(3));
  EXPECT_THAT(in_view("is.tag.blue"), SizeIs(1));
  EXPECT_THAT(in_view("is.tag.red"), SizeIs(1));
  EXPECT_FALSE(good.HasViewBelow("is.not a label"));
  EXPECT_FALSE(good.HasView("is.tag.no label!"));
  // Each group is as likely as another: one of two of 11.0 is in each draw of both groups.
  EXPECT_THAT(good.Draw("has.tag", PeerKind::kAny, 4, rng_), SizeIs(2));
}

// Before, the first kMaxPeers in the order of ids were taken, and who makes up ids makes them up low.
TEST_F(GoodPeersTest, AFloodInOneGroupTakesNobodysPlaceWhereverItStands) {
  std::vector<GoodPeer> flood;
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    GoodPeer peer{.endpoint = {*IpAddress::Parse("2a01:9::"), kDefaultPort}};
    StoreBigEndian(i, peer.endpoint.address.bytes.data() + 12);
    flood.push_back(std::move(peer));
  }
  std::vector<GoodPeer> first = flood, last = SpreadPeers(200);
  std::ranges::move(SpreadPeers(200), std::back_inserter(first));
  std::ranges::move(flood, std::back_inserter(last));
  for (std::vector<GoodPeer>& peers : {std::ref(first), std::ref(last)}) {
    const GoodPeers good(std::move(peers), SipKey{});
    EXPECT_EQ(good.size(), GoodPeers::kMaxPeers);
    EXPECT_EQ(good.groups(), 201u);
    for (const GoodPeer& honest : SpreadPeers(200)) EXPECT_TRUE(good.HasAddress(honest.endpoint.address));
    std::size_t hostile = 0;
    constexpr std::size_t kDraws = 1000, kEach = 16;
    for (std::size_t i = 0; i < kDraws; ++i) {
      for (const GoodPeer* peer : good.Draw("", PeerKind::kAny, kEach, rng_)) {
        hostile += peer->endpoint.address.IsV4() ? 0 : 1;
      }
    }
    EXPECT_LE(hostile, 120u) << "1 of 201 groups: 80 of 16,000, deviation 9";
  }
}

// Who shares a group with a flood is named as often as its share of the group's members says.
TEST_F(GoodPeersTest, InAFloodedGroupTheOthersKeepTheirProportion) {
  std::vector<GoodPeer> peers;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const Role role = i % 10 == 3 ? Role::kSeed : Role::kDual;
    peers.push_back({.endpoint = {IpAddress::V4(0x0b000000 + i), kDefaultPort}, .role = role});
  }
  const GoodPeers good(std::move(peers), SipKey{});
  std::size_t honest = 0;
  for (int i = 0; i < 10'000; ++i) honest += good.Draw("", PeerKind::kAny, 1, rng_).at(0)->role == Role::kSeed ? 1 : 0;
  EXPECT_NEAR(honest, 1000, 150);
}

}  // namespace
}  // namespace hearsay
