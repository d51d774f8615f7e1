// SPDX-License-Identifier: MIT
//
// AddressGroups: the longest prefix counts, as in a naive search; and a node treats an autonomous system as one group.
#include "node/core/address_groups.h"

#include <gtest/gtest.h>

#include "node/core/peer_book.h"
#include "node/core/view.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

AddressGroups Build(const std::vector<AsPrefix>& prefixes) {
  AddressGroups::Builder builder;
  for (const AsPrefix& prefix : prefixes) builder.Add(prefix);
  return std::move(builder).Build();
}

AsPrefix V4(std::string_view first, unsigned bits, std::uint32_t as) { return {*IpAddress::Parse(first), bits, as}; }

// What covers `address` with the most bits; of equal ones the first.
std::uint32_t Naive(const std::vector<AsPrefix>& prefixes, const IpAddress& address) {
  const AsPrefix* best = nullptr;
  for (const AsPrefix& prefix : prefixes) {
    if (prefix.first.IsV4() != address.IsV4() || (best != nullptr && prefix.bits <= best->bits)) continue;
    const std::size_t offset = address.IsV4() ? 96 : 0;
    bool covers = true;
    for (std::size_t i = offset; i < offset + prefix.bits; ++i) {
      const std::byte bit{static_cast<unsigned char>(0x80 >> i % 8)};
      covers = covers && (prefix.first.bytes[i / 8] & bit) == (address.bytes[i / 8] & bit);
    }
    if (covers) best = &prefix;
  }
  return best == nullptr ? 0 : best->as;
}

// Few bits vary, so that prefixes nest, touch, repeat and end together.
void DriveAgainstNaive(std::uint64_t seed, bool v4) {
  Rng rng = Rng::FromNumber(seed);
  const auto draw = [&](unsigned bits) {
    const std::uint64_t low = rng.Below(1u << 10);
    IpAddress a = v4 ? IpAddress::V4(0) : IpAddress{};
    const std::uint64_t shifted = v4 ? low << 22 : low << 54;
    const std::uint64_t mask = bits == 0 ? 0 : ~std::uint64_t{0} << ((v4 ? 32 : 64) - bits);
    if (v4) {
      a = IpAddress::V4(static_cast<std::uint32_t>(shifted & mask));
    } else {
      StoreBigEndian(shifted & mask, a.bytes.data());
    }
    return a;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<AsPrefix> prefixes(rng.Below(40));
    for (AsPrefix& prefix : prefixes) {
      prefix.bits = static_cast<unsigned>(rng.Below(11));
      prefix.first = draw(prefix.bits);
      prefix.as = 1 + static_cast<std::uint32_t>(rng.Below(4));
    }
    const AddressGroups groups = Build(prefixes);
    for (int i = 0; i < 100; ++i) {
      const IpAddress address = draw(v4 ? 32 : 64);
      ASSERT_EQ(groups.AsOf(address), Naive(prefixes, address)) << "round " << round << " " << address.ToString();
    }
  }
}

TEST(AddressGroups, HaveNamesForPeople) {
  const AddressGroups plain;
  EXPECT_EQ(plain.NameOf(At("5.1.2.3:7075")), "5.1.0.0/16");
  EXPECT_EQ(plain.NameOf(At("[2a00:1450::9]:7075")), "2a00:1450::/32");
  EXPECT_EQ(plain.NameOf(At("10.1.2.3:7075")), "10.1.2.3");
  EXPECT_EQ(plain.NameOf(At("[::1]:7075")), "::1");
  const AddressGroups told = Build({V4("5.1.0.0", 16, 64500)});
  EXPECT_EQ(told.NameOf(At("5.1.2.3:7075")), "AS64500");
  EXPECT_EQ(told.NameOf(At("5.2.2.3:7075")), "5.2.0.0/16");
}

TEST(AddressGroups, FindTheLongestPrefixAsANaiveSearchDoes) {
  DriveAgainstNaive(1, true);
  DriveAgainstNaive(2, false);
}

TEST(AddressGroups, TwoPrefixesOfOneAsAreOneGroupAndTheRestIsAsBefore) {
  const AddressGroups groups = Build({V4("5.1.0.0", 16, 64500), V4("5.2.0.0", 16, 64500), V4("5.2.7.0", 24, 64501),
                                      V4("10.0.0.0", 8, 64502), {*IpAddress::Parse("2a00::"), 16, 64500}});
  const auto group = [&](std::string_view address) { return groups.Of(*Endpoint::Parse(address, 1)); };
  EXPECT_EQ(groups.prefixes(), 5u);
  EXPECT_EQ(group("5.1.2.3"), group("5.2.3.4"));
  EXPECT_EQ(group("5.1.2.3"), group("2a00:7::1"));
  EXPECT_NE(group("5.2.3.4"), group("5.2.7.4"));
  EXPECT_EQ(group("5.3.0.1"), Endpoint::Parse("5.3.0.1", 1)->group());
  EXPECT_NE(group("10.0.0.1"), group("10.0.0.2")) << "private addresses are groups of their own";
}

TEST(AddressGroups, AMillionPrefixesFitInSixteenMegabytes) {
  AddressGroups::Builder builder;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) builder.Add({IpAddress::V4(i * 4096), 24, 1 + i % 70'000});
  const AddressGroups groups = std::move(builder).Build();
  EXPECT_EQ(groups.prefixes(), 1'000'000u);
  EXPECT_LE(groups.memory_bytes(), 16u << 20);
  EXPECT_EQ(groups.AsOf(IpAddress::V4(4096 * 77 + 9)), 78u);
}

// Slash-sixteens of one provider, and one slash-sixteen each of everybody else.
TEST(AddressGroups, AProviderWithAHundredPrefixesGetsTheSlotsOfOneGroup) {
  AddressGroups::Builder builder;
  for (std::uint32_t i = 0; i < 100; ++i) builder.Add({IpAddress::V4(0x09000000u + (i << 16)), 16, 64500});
  const AddressGroups by_as = std::move(builder).Build();
  std::vector<std::unique_ptr<Peer>> peers;
  for (std::uint32_t i = 0; i < 200; ++i) {
    peers.push_back(std::make_unique<Peer>(i));
    peers.back()->id = MakeIdentity(static_cast<std::uint16_t>(1000 + i)).id();
    peers.back()->endpoint = {IpAddress::V4((i < 100 ? 0x09000000u : 0x0b000000u) + (i << 16) + 1), 7075};
  }
  const auto slots_of_the_provider = [&](const AddressGroups& groups) {
    Rng rng = Rng::FromNumber(3);
    View view({}, rng, groups);
    for (const auto& peer : peers) view.Offer(*peer);
    std::size_t held = 0;
    for (std::size_t i = 0; i < 100; ++i) held += view.Holds(*peers[i]) ? 1 : 0;
    return held;
  };
  EXPECT_GT(slots_of_the_provider(AddressGroups::Plain()), 15u) << "half of the groups, about 26 peers of 64 slots";
  EXPECT_LE(slots_of_the_provider(by_as), 1u);
}

TEST(AddressGroups, TheBookCapsAnAsAsOneGroupAlsoWhenItLearnsOfItLater) {
  AddressGroups::Builder builder;
  builder.Add(V4("9.0.0.0", 8, 64500));
  const AddressGroups by_as = std::move(builder).Build();
  PeerBook book(SipKey{}, 64, AddressGroups::Plain());
  std::vector<NodeId> evicted;
  const auto admit = [&](std::uint32_t address) {
    Peer& peer = book.GetOrAdd(MakeIdentity(static_cast<std::uint16_t>(address >> 16)).id(), Time{});
    const bool admitted = book.AdmitToTable(peer, {IpAddress::V4(address), 7075}, evicted);
    if (!admitted) book.Remove(NodeId(peer.id));
    for (const NodeId& id : std::exchange(evicted, {})) book.Remove(id);
    return admitted;
  };
  for (std::uint32_t i = 0; i < 54; ++i) ASSERT_TRUE(admit(0x09010000u + (i << 16)));
  for (std::uint32_t i = 0; i < 10; ++i) ASSERT_TRUE(admit(0x0b010000u + (i << 16)));
  book.Regroup(by_as);
  for (std::uint32_t i = 10; i < 60; ++i) EXPECT_TRUE(admit(0x0b010000u + (i << 16)));
  EXPECT_FALSE(admit(0x09500000u));
  std::size_t of_the_as = 0;
  for (const Peer* peer : book.table()) of_the_as += by_as.AsOf(peer->endpoint.address) == 64500 ? 1 : 0;
  EXPECT_EQ(of_the_as, kPerGroupOverCapacity);
  book.CheckInvariants();
}

// How many of nine strangers, each in a /16 of its own, get a channel that the node did not choose.
std::size_t Welcomed(const AddressGroups* at_start, const AddressGroups* from_the_fifth) {
  Pump pump;
  MemberOptions options;
  options.config.address_groups = at_start;
  pump.Add("8.1.0.1:1001", options);
  std::vector<std::unique_ptr<Puppet>> strangers;
  for (std::uint16_t i = 0; i < 9; ++i) {
    if (i == 4 && from_the_fifth != at_start) {
      Effects out;
      options.config.address_groups = from_the_fifth;
      pump.node(0).Reconfigure(options.config, pump.now, out);
      pump.node(0).CheckInvariants(pump.now);
    }
    strangers.push_back(std::make_unique<Puppet>(pump, "9." + std::to_string(i) + ".0.1:1", 50 + i));
    strangers.back()->Dial(0);
  }
  return pump.node(0).Status().channels;
}

TEST(AddressGroups, ANodeWelcomesEightStrangersOfAnAs) {
  AddressGroups::Builder builder;
  for (std::uint32_t i = 0; i < 9; ++i) builder.Add({IpAddress::V4(0x09000000u + (i << 16)), 16, 64500});
  const AddressGroups by_as = std::move(builder).Build();
  EXPECT_EQ(Welcomed(nullptr, nullptr), 9u);
  EXPECT_EQ(Welcomed(&by_as, &by_as), 8u);
  EXPECT_EQ(Welcomed(nullptr, &by_as), 8u) << "those who were there already count too";
  EXPECT_EQ(Welcomed(&by_as, nullptr), 9u);
}

}  // namespace
}  // namespace hearsay::test
