// SPDX-License-Identifier: MIT
// The codecs of what a store keeps: exact round trips, bounds, and an answer for any bytes.
#include "proto/known_peer.h"

#include <gtest/gtest.h>

#include "proto/rng.h"
#include "proto/stored.pb.h"

namespace hearsay {
namespace {

KnownPeer MakePeer() {
  KnownPeer peer;
  peer.id.bytes.fill(std::byte{0xab});
  peer.endpoint = *Endpoint::Parse("[2606:4700::1]:65535");
  peer.first_seen = FromUnixSeconds(1795226400) + Duration{1};
  peer.last_seen = FromUnixSeconds(1795226401) + Duration{2};
  peer.last_verified = FromUnixSeconds(1795226402) + Duration{3};
  peer.failures = 4'294'967'295;
  return peer;
}

NodeState MakeState(std::size_t slots) {
  NodeState state;
  state.boot_epoch = ~std::uint64_t{0};
  state.table_secret.fill(std::byte{0x11});
  state.slot_seeds.assign(slots, ~std::uint64_t{0});
  state.view.assign(slots, MakePeer().id);
  state.listen_port = 65535;
  return state;
}

template <typename Message>
Bytes Serialize(const Message& message) {
  const std::string text = message.SerializeAsString();
  const BytesView bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

stored::KnownPeer PeerMessage() {
  stored::KnownPeer message;
  const Bytes bytes = EncodeKnownPeer(MakePeer());
  EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}
stored::NodeState StateMessage() {
  stored::NodeState message;
  const Bytes bytes = EncodeNodeState(MakeState(3));
  EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

TEST(KnownPeerCodec, ComesBackExactly) {
  EXPECT_EQ(DecodeKnownPeer(EncodeKnownPeer(MakePeer())), MakePeer());
  KnownPeer plain;
  plain.endpoint = *Endpoint::Parse("192.168.0.1:1");
  plain.first_seen = Time::min();
  plain.last_seen = kNever;
  EXPECT_EQ(DecodeKnownPeer(EncodeKnownPeer(plain)), plain);
}

TEST(KnownPeerCodec, StaysWithinItsBound) {
  KnownPeer largest = MakePeer();
  largest.first_seen = largest.last_seen = largest.last_verified = Time::min();  // ten bytes each
  EXPECT_LE(EncodeKnownPeer(largest).size(), kMaxStoredPeerBytes);
  EXPECT_LE(EncodeNodeState(MakeState(kViewSlots)).size(), 8192u);
}

TEST(KnownPeerCodec, RefusesWrongLengthsAndEndpoints) {
  stored::KnownPeer message = PeerMessage();
  message.set_node_id(std::string(31, 'x'));
  EXPECT_EQ(DecodeKnownPeer(Serialize(message)).error(), Error::kMalformed);
  message = PeerMessage();
  message.set_endpoint(std::string(17, 'x'));
  EXPECT_EQ(DecodeKnownPeer(Serialize(message)).error(), Error::kMalformed);
  message = PeerMessage();
  message.set_endpoint(std::string(18, '\0'));
  EXPECT_EQ(DecodeKnownPeer(Serialize(message)).error(), Error::kBadEndpoint);
  EXPECT_EQ(DecodeKnownPeer({}).error(), Error::kMalformed);
  EXPECT_EQ(DecodeKnownPeer(Bytes(kMaxStoredPeerBytes + 1)).error(), Error::kTooLong);
}

TEST(KnownPeerCodec, SkipsFieldsThatItDoesNotKnow) {
  Bytes bytes = EncodeKnownPeer(MakePeer());
  for (const int byte : {0x7a, 0x01, 0x55}) bytes.push_back(static_cast<std::byte>(byte));  // field 15, one byte
  EXPECT_EQ(DecodeKnownPeer(bytes), MakePeer());
}

TEST(NodeStateCodec, ComesBackExactly) {
  for (const std::size_t slots : {std::size_t{0}, std::size_t{1}, kViewSlots}) {
    EXPECT_EQ(DecodeNodeState(EncodeNodeState(MakeState(slots))), MakeState(slots));
  }
}

TEST(NodeStateCodec, RefusesWhatIsOutOfBounds) {
  stored::NodeState message = StateMessage();
  message.set_table_secret("short");
  EXPECT_EQ(DecodeNodeState(Serialize(message)).error(), Error::kMalformed);
  message = StateMessage();
  message.set_listen_port(65536);
  EXPECT_EQ(DecodeNodeState(Serialize(message)).error(), Error::kMalformed);
  message = StateMessage();
  message.add_view("no id");
  EXPECT_EQ(DecodeNodeState(Serialize(message)).error(), Error::kMalformed);
  EXPECT_EQ(DecodeNodeState(EncodeNodeState(MakeState(kViewSlots + 1))).error(), Error::kMalformed);
  EXPECT_EQ(DecodeNodeState(Bytes(8193)).error(), Error::kTooLong);
}

TEST(StoredCodecs, GiveAnAnswerForAnyBytes) {
  Rng rng = Rng::FromNumber(3);
  const Bytes peer = EncodeKnownPeer(MakePeer());
  const Bytes state = EncodeNodeState(MakeState(4));
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = round % 2 == 0 ? peer : state;
    bytes.resize(rng.Below(bytes.size() + 1));
    for (std::uint64_t i = rng.Below(4); i > 0 && !bytes.empty(); --i) {
      bytes[rng.Below(bytes.size())] = static_cast<std::byte>(rng.Below(256));
    }
    // What decodes is a value that encodes and decodes to itself.
    if (const auto decoded = DecodeKnownPeer(bytes)) {
      ASSERT_EQ(DecodeKnownPeer(EncodeKnownPeer(*decoded)), *decoded);
    }
    if (const auto decoded = DecodeNodeState(bytes)) {
      ASSERT_EQ(DecodeNodeState(EncodeNodeState(*decoded)), *decoded);
    }
  }
}

}  // namespace
}  // namespace hearsay
