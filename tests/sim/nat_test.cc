// SPDX-License-Identifier: MIT
//
// The four kinds of translator, each by who gets in: RFC 3489 section 5 as a table of cases.
#include "tests/sim/nat.h"

#include <gtest/gtest.h>

namespace hearsay::sim {
namespace {

using std::chrono::seconds;

const IpAddress kPublic = IpAddress::V4(0x05010203);
const Endpoint kInside{IpAddress::V4(0x0a000002), 7075};
const Endpoint kFriend{IpAddress::V4(0x05090909), 7075};
const Endpoint kFriendsOtherPort{kFriend.address, 9999};
const Endpoint kStranger{IpAddress::V4(0x05080808), 7075};

Nat Make(NatKind kind) { return Nat(NatConfig{kind, kPublic, seconds{60}}); }

struct Case {
  NatKind kind;
  bool friends_other_port_enters;
  bool stranger_enters;
};
class NatKinds : public testing::TestWithParam<Case> {};

TEST_P(NatKinds, LetInWhomRfc3489Says) {
  Nat nat = Make(GetParam().kind);
  const auto mapped = nat.Outbound(kInside, kFriend, seconds{0});
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->address, kPublic);
  EXPECT_EQ(nat.Inbound(mapped->port, kFriend, seconds{1}), kInside);
  EXPECT_EQ(nat.Inbound(mapped->port, kFriendsOtherPort, seconds{1}).has_value(), GetParam().friends_other_port_enters);
  EXPECT_EQ(nat.Inbound(mapped->port, kStranger, seconds{1}).has_value(), GetParam().stranger_enters);
}

TEST_P(NatKinds, KeepOneMappingForAllTargetsUnlessSymmetric) {
  Nat nat = Make(GetParam().kind);
  const auto first = nat.Outbound(kInside, kFriend, seconds{0});
  const auto second = nat.Outbound(kInside, kStranger, seconds{0});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first == *second, GetParam().kind != NatKind::kSymmetric);
}

TEST_P(NatKinds, ForgetAMappingThatOnlyInboundTrafficUses) {
  Nat nat = Make(GetParam().kind);
  const auto mapped = nat.Outbound(kInside, kFriend, seconds{0});
  EXPECT_TRUE(nat.Inbound(mapped->port, kFriend, seconds{60}));
  EXPECT_FALSE(nat.Inbound(mapped->port, kFriend, seconds{61}));
  const auto again = nat.Outbound(kInside, kFriend, seconds{62});
  ASSERT_TRUE(again);
  EXPECT_NE(again->port, mapped->port);
  EXPECT_EQ(nat.mappings(), 1u);
}

TEST_P(NatKinds, KeepAMappingThatOutboundTrafficRefreshes) {
  Nat nat = Make(GetParam().kind);
  const auto mapped = nat.Outbound(kInside, kFriend, seconds{0});
  for (int t = 50; t <= 500; t += 50) ASSERT_EQ(nat.Outbound(kInside, kFriend, seconds{t}), mapped);
  EXPECT_EQ(nat.Inbound(mapped->port, kFriend, seconds{560}), kInside);
}

TEST_P(NatKinds, LoseWhatIsSentToTheirOwnPublicAddress) {
  Nat nat = Make(GetParam().kind);
  EXPECT_FALSE(nat.Outbound(kInside, Endpoint{kPublic, 20'001}, seconds{0}));
}

TEST_P(NatKinds, LetEverybodyInByAStaticMappingForEver) {
  Nat nat = Make(GetParam().kind);
  nat.MapStatic(kInside, 7075);
  EXPECT_EQ(nat.Inbound(7075, kStranger, seconds{100'000}), kInside);
  EXPECT_EQ(nat.Outbound(kInside, kStranger, seconds{100'001}), (Endpoint{kPublic, 7075}));
}

TEST_P(NatKinds, RefuseNewFlowsWhenFullAndRecoverWhenTheyExpire) {
  Nat nat = Make(GetParam().kind);
  for (std::uint32_t i = 0; i < Nat::kMaxMappings; ++i) {
    const Endpoint inside{IpAddress::V4(0x0a000000 + i), 7075};
    ASSERT_TRUE(nat.Outbound(inside, kFriend, seconds{0}));
  }
  const Endpoint late{IpAddress::V4(0x0aff0000), 7075};
  EXPECT_FALSE(nat.Outbound(late, kFriend, seconds{1}));
  EXPECT_TRUE(nat.Outbound(late, kFriend, seconds{100}));
  EXPECT_EQ(nat.mappings(), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, NatKinds,
                         testing::Values(Case{NatKind::kFullCone, true, true},
                                         Case{NatKind::kAddressRestricted, true, false},
                                         Case{NatKind::kPortRestricted, false, false},
                                         Case{NatKind::kSymmetric, false, false}),
                         [](const auto& kind) {
                           switch (kind.param.kind) {
                             case NatKind::kFullCone: return "FullCone";
                             case NatKind::kAddressRestricted: return "AddressRestricted";
                             case NatKind::kPortRestricted: return "PortRestricted";
                             case NatKind::kSymmetric: return "Symmetric";
                           }
                           return "Unknown";
                         });

TEST(Nat, ForgetsAPermissionThatOnlyOtherFlowsOfTheMappingRefresh) {
  Nat nat = Make(NatKind::kPortRestricted);
  const auto mapped = nat.Outbound(kInside, kFriend, seconds{0});
  ASSERT_EQ(nat.Outbound(kInside, kStranger, seconds{50}), mapped);
  EXPECT_TRUE(nat.Inbound(mapped->port, kStranger, seconds{100}));
  EXPECT_FALSE(nat.Inbound(mapped->port, kFriend, seconds{100}));
}

}  // namespace
}  // namespace hearsay::sim
