// SPDX-License-Identifier: MIT
// What a store gives back may be damaged or foreign: a value or an error, and no value that breaks arithmetic later.
#include "proto/known_peer.h"

#include "proto/stored.pb.h"
#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using testing_proto::At;
using testing_proto::IdentityOf;

KnownPeer Peer() {
  return {.id = IdentityOf(1).id(),
          .endpoint = At("8.8.8.8:7075"),
          .first_seen = FromUnixSeconds(1'800'000'000),
          .last_seen = FromUnixSeconds(1'800'000'100) + Duration{123456},
          .last_verified = FromUnixSeconds(1'800'000'050),
          .failures = UINT32_MAX,
          .heard_from = UINT64_MAX};
}

NodeState State() {
  NodeState state;
  state.boot_epoch = UINT64_MAX - 1;
  state.table_secret.fill(std::byte{0xff});
  state.slot_seeds.assign(kViewSlots, UINT64_MAX);
  state.view.assign(kViewSlots, IdentityOf(1).id());
  state.listen_port = 65535;
  return state;
}

Error Failure(const stored::KnownPeer& m) {
  const auto peer = DecodeKnownPeer(AsBytes(m.SerializeAsString()));
  return peer ? Error::kCount : peer.error();
}

stored::KnownPeer Stored() {
  const Bytes bytes = EncodeKnownPeer(Peer());
  stored::KnownPeer m;
  EXPECT_TRUE(m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return m;
}

TEST(KnownPeer, ComesBackAsItWentIn) {
  const Bytes bytes = EncodeKnownPeer(Peer());
  EXPECT_LE(bytes.size(), kMaxStoredPeerBytes / 2);
  EXPECT_EQ(*DecodeKnownPeer(bytes), Peer());
  KnownPeer bare{.id = {}, .endpoint = At("[::1]:1")};
  EXPECT_EQ(*DecodeKnownPeer(EncodeKnownPeer(bare)), bare);
}

TEST(KnownPeer, RefusesWhatCannotBe) {
  EXPECT_EQ(DecodeKnownPeer({}).error(), Error::kMalformed);
  EXPECT_EQ(DecodeKnownPeer(Bytes(kMaxStoredPeerBytes + 1)).error(), Error::kTooLong);
  EXPECT_EQ(DecodeKnownPeer(AsBytes("\xff\xff")).error(), Error::kMalformed);
  const auto with = [](auto change) {
    stored::KnownPeer m = Stored();
    change(m);
    return Failure(m);
  };
  EXPECT_EQ(with([](auto&) {}), Error::kCount);
  EXPECT_EQ(with([](auto& m) { m.set_node_id("short"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_endpoint("short"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_endpoint(std::string(18, '\0')); }), Error::kBadEndpoint);
  EXPECT_EQ(with([](auto& m) { m.set_first_seen(-1); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_last_seen(INT64_MIN); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_last_verified(INT64_MAX); }), Error::kMalformed);
}

TEST(KnownPeer, EveryTruncationAndFlipGivesAValueOrAnError) {
  const Bytes bytes = EncodeKnownPeer(Peer());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto peer = DecodeKnownPeer(BytesView(bytes).first(size));
    EXPECT_TRUE(!peer || peer->id == Peer().id);
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    const auto peer = DecodeKnownPeer(flipped);
    EXPECT_TRUE(!peer || peer->endpoint.IsDialable());
  }
}

TEST(NodeState, ComesBackAsItWentIn) {
  const Bytes bytes = EncodeNodeState(State());
  EXPECT_LE(bytes.size(), kMaxStoredStateBytes / 2);
  EXPECT_EQ(*DecodeNodeState(bytes), State());
  EXPECT_EQ(*DecodeNodeState(EncodeNodeState(NodeState{})), NodeState{});
}

TEST(NodeState, RefusesWhatCannotBe) {
  EXPECT_EQ(DecodeNodeState({}).error(), Error::kMalformed);
  EXPECT_EQ(DecodeNodeState(Bytes(kMaxStoredStateBytes + 1)).error(), Error::kTooLong);
  const auto with = [](auto change) {
    const Bytes bytes = EncodeNodeState(State());
    stored::NodeState m;
    EXPECT_TRUE(m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    change(m);
    const auto state = DecodeNodeState(AsBytes(m.SerializeAsString()));
    return state ? Error::kCount : state.error();
  };
  EXPECT_EQ(with([](auto&) {}), Error::kCount);
  EXPECT_EQ(with([](auto& m) { m.set_table_secret("15 bytes, short"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_slot_seeds(1); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_view(std::string(32, 'v')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_view(0, "short"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_listen_port(65536); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_boot_epoch(UINT64_MAX); }), Error::kMalformed);
}

}  // namespace
}  // namespace hearsay
