// SPDX-License-Identifier: MIT
// The codec is total: every packet comes back as it went in, and everything else is an enumerated error.
// SPEC.md section 16, properties 1 (amplification), 5 (sizes), 8 (tolerance) and 9.
#include "proto/codec.h"

#include <functional>
#include <set>

#include "proto/hearsay.pb.h"
#include "proto/session.h"
#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using testing_proto::At;
using testing_proto::Exchange;
using testing_proto::Fixed;
using testing_proto::IdentityOf;

struct CodecTest : testing::Test {
  NetworkKey network = NetworkKey::Open("test");
  Codec codec;
  DatagramBuffer buffer;
  Keepalive keepalive;
  Exchange exchange;

  template <typename P>
  Bytes Encoded(const P& packet) {
    codec.Encode(packet, network, buffer);
    return Bytes(buffer.view().begin(), buffer.view().end());
  }
  Bytes WithMac(Bytes bytes) const {
    const NetworkKey::Mac mac = network.ComputeMac(bytes);
    bytes.insert(bytes.end(), mac.begin(), mac.end());
    return bytes;
  }
  Bytes Raw(PacketKind kind, std::string_view body) const {
    Bytes bytes{PacketByte(kind)};
    bytes.insert(bytes.end(), AsBytes(body).begin(), AsBytes(body).end());
    return WithMac(bytes);
  }
  Error Failure(BytesView bytes) {
    const auto packet = codec.Decode(bytes, network);
    return packet ? Error::kCount : packet.error();
  }
  BareKeepalive Hello() { return exchange.initiator.Hello(); }
  HandshakeProof LargestProof() {
    HandshakeProof proof = exchange.Proof();
    proof.session_id = proof.boot_epoch = proof.dial_sequence = UINT64_MAX;
    return proof;
  }
  HandshakeResponse LargestResponse() {
    HandshakeResponse response = exchange.Accept().response;
    response.session_id = response.boot_epoch = UINT64_MAX;
    response.confirmed = true;
    return response;
  }
  static void FillSample(Keepalive& k, const std::string& address) {
    k.sample.clear();
    for (std::size_t i = 1; i <= kMaxSampleEndpoints; ++i) k.sample.push_back(At(address + std::to_string(i)));
  }
  // One of each kind that carries a MAC.
  std::vector<Bytes> EveryPacket() {
    return {Encoded(Hello()), Encoded(exchange.Query()), Encoded(exchange.Proof()), Encoded(exchange.Accept().response),
            Encoded(ResetHint{0x0102030405060708})};
  }
};

TEST_F(CodecTest, EveryPacketComesBackAsItWentIn) {
  const auto round_trip = [&](const auto& packet) {
    using P = std::decay_t<decltype(packet)>;
    const auto decoded = codec.Decode(Encoded(packet), network);
    ASSERT_TRUE(decoded) << ErrorName(decoded.error());
    ASSERT_TRUE(std::holds_alternative<P>(*decoded));
    EXPECT_EQ(std::get<P>(*decoded), packet);
  };
  round_trip(Hello());
  round_trip(exchange.Query());
  round_trip(exchange.Proof());
  round_trip(LargestProof());
  round_trip(LargestResponse());
  HandshakeResponse zeros = LargestResponse();
  zeros.session_id = zeros.boot_epoch = 0;
  zeros.confirmed = false;
  round_trip(zeros);
  const auto reset = codec.Decode(Encoded(ResetHint{77}), network);
  ASSERT_TRUE(reset);
  EXPECT_EQ(std::get<ResetHint>(*reset).session_id, 77u);
}

TEST_F(CodecTest, NoAnswerToAnUnprovenSourceIsLargerThanWhatItAnswers) {
  const std::size_t hello = Encoded(Hello()).size();
  const std::size_t query = Encoded(exchange.Query()).size();
  EXPECT_EQ(hello, kHelloBytes);
  EXPECT_LE(query, hello);
  EXPECT_EQ(query, 175u);
  EXPECT_LE(Encoded(LargestResponse()).size(), Encoded(exchange.Proof()).size());
  EXPECT_EQ(Encoded(ResetHint{UINT64_MAX}).size(), 25u);
  EXPECT_LT(25u, kSealOverheadBytes);
}

TEST_F(CodecTest, ABareKeepaliveWithoutItsPaddingIsRefused) {
  wire::BareKeepalive m;
  m.set_query(std::string(32, 'q'));
  EXPECT_EQ(Failure(Raw(PacketKind::kBareKeepalive, m.SerializeAsString())), Error::kTooShort);
  m.set_padding(std::string(kHelloBytes - 1 - 34 - 3 - 16, '\0'));
  EXPECT_EQ(Failure(Raw(PacketKind::kBareKeepalive, m.SerializeAsString())), Error::kCount);
  m.mutable_padding()->pop_back();
  EXPECT_EQ(Failure(Raw(PacketKind::kBareKeepalive, m.SerializeAsString())), Error::kTooShort);
}

TEST_F(CodecTest, EveryTruncationIsAnError) {
  for (const Bytes& packet : EveryPacket()) {
    for (std::size_t size = 0; size < packet.size(); ++size) {
      EXPECT_NE(Failure(BytesView(packet).first(size)), Error::kCount) << size;
    }
    Bytes longer = packet;
    longer.push_back(std::byte{0});
    EXPECT_EQ(Failure(longer), Error::kWrongNetwork);
  }
}

TEST_F(CodecTest, EveryFlippedBitIsAnError) {
  for (const Bytes& packet : EveryPacket()) {
    for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
      Bytes flipped = packet;
      flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
      // The one exception in kind, not in effect: it may now claim to be sealed, and no session opens it.
      const auto decoded = codec.Decode(flipped, network);
      EXPECT_TRUE(!decoded || std::holds_alternative<SealedPacket>(*decoded)) << bit;
    }
  }
}

TEST_F(CodecTest, EveryTruncationUnderAValidMacIsAnError) {
  // In an open network anybody can make the MAC; damage must then meet the field checks.
  for (const Bytes& packet : EveryPacket()) {
    const BytesView body = BytesView(packet).first(packet.size() - NetworkKey::kMacSize);
    for (std::size_t size = 1; size < body.size(); ++size) {
      const Bytes cut = WithMac(Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)));
      EXPECT_NE(Failure(cut), Error::kCount) << size;
    }
  }
}

TEST_F(CodecTest, ChecksSizeThenVersionThenKindThenNetworkThenFields) {
  EXPECT_EQ(Failure({}), Error::kTooShort);
  EXPECT_EQ(Failure(Bytes(kMaxDatagramBytes + 1, std::byte{0xff})), Error::kTooLong);
  for (unsigned version = 0; version < 16; ++version) {
    for (unsigned kind = 0; kind < 16; ++kind) {
      const Bytes packet(40, static_cast<std::byte>(version << 4 | kind));
      const bool sealed = kind == 3;
      const Error expected = version != kMajorVersion ? Error::kWrongVersion
                             : kind == 0 || kind > 4  ? Error::kUnknownPacket
                             : sealed                 ? Error::kCount
                                                      : Error::kWrongNetwork;
      EXPECT_EQ(Failure(packet), expected) << version << " " << kind;
      EXPECT_EQ(Failure(BytesView(packet).first(1)), version != kMajorVersion ? Error::kWrongVersion
                                                     : kind == 0 || kind > 4  ? Error::kUnknownPacket
                                                                              : Error::kTooShort);
    }
  }
  EXPECT_EQ(Failure(Raw(PacketKind::kNodeIdHandshake, "\xff\xff\xff\xff\xff\xff\xff\xff")), Error::kMalformed);
  EXPECT_EQ(Failure(Raw(PacketKind::kNodeIdHandshake, std::string(8, '\0'))), Error::kMalformed);
  EXPECT_EQ(Failure(Raw(PacketKind::kReset, "123456789")), Error::kMalformed);
  EXPECT_EQ(Failure(Raw(PacketKind::kReset, "1234567")), Error::kTooShort);
}

TEST_F(CodecTest, AnotherNetworksPacketsAreSilence) {
  const NetworkKey others[] = {NetworkKey::Open("tesu"), NetworkKey::Closed("test", Fixed(1))};
  for (const Bytes& packet : EveryPacket()) {
    for (const NetworkKey& other : others) {
      const auto decoded = codec.Decode(packet, other);
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error(), Error::kWrongNetwork);
    }
  }
}

TEST_F(CodecTest, FieldsOfTheWrongLengthAreMalformed) {
  const auto packet = [&](std::function<void(wire::NodeIdHandshake&)> change, const Bytes& good) {
    wire::NodeIdHandshake m;
    EXPECT_TRUE(m.ParseFromArray(good.data() + 1, static_cast<int>(good.size() - 17)));
    change(m);
    return Failure(Raw(PacketKind::kNodeIdHandshake, m.SerializeAsString()));
  };
  const Bytes query = Encoded(exchange.Query());
  const Bytes proof = Encoded(exchange.Proof());
  const Bytes response = Encoded(exchange.Accept().response);
  for (const std::size_t n : {0, 1, 17, 19, 31, 33, 63, 65}) {
    const std::string v(n, 'v');
    EXPECT_EQ(packet([&](auto& m) { m.set_answer_to(v); }, query), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_query()->set_cookie(v); }, query), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_query()->set_node_id(v); }, query), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_query()->set_ephemeral(v); }, query), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_query()->set_observed(v); }, query), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_query()->set_cookie(v); }, proof), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_cookie(v); }, proof), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_node_id(v); }, proof), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_ephemeral(v); }, proof), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_dialled(v); }, proof), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_signature(v); }, proof), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.set_answer_to(v); }, response), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_ephemeral(v); }, response), Error::kMalformed);
    EXPECT_EQ(packet([&](auto& m) { m.mutable_response()->set_signature(v); }, response), Error::kMalformed);
  }
  EXPECT_EQ(packet([](auto& m) { m.clear_query(); }, query), Error::kMalformed);
}

TEST_F(CodecTest, UnknownFieldsAreTolerated) {
  for (const Bytes& packet : EveryPacket()) {
    if (packet[0] == PacketByte(PacketKind::kReset)) continue;
    Bytes extended(packet.begin(), packet.end() - 16);
    for (const char c : std::string_view("\x9a\x06\x03xyz")) extended.push_back(static_cast<std::byte>(c));
    EXPECT_EQ(Failure(WithMac(extended)), Error::kCount);
  }
  wire::ChannelMessage m;
  m.mutable_keepalive()->set_ping(5);
  const std::string body = m.SerializeAsString() + "\x9a\x06\x03xyz";
  EXPECT_EQ(codec.DecodeMessage(AsBytes(body), keepalive), ChannelMessageKind::kKeepalive);
  EXPECT_EQ(keepalive.ping, 5u);
  EXPECT_EQ(codec.DecodeMessage(AsBytes("\x9a\x06\x03xyz"), keepalive), ChannelMessageKind::kUnknown);
  EXPECT_EQ(codec.DecodeMessage({}, keepalive), ChannelMessageKind::kUnknown);
}

// ---- Channel messages ----

TEST_F(CodecTest, EveryKeepaliveComesBackAsItWentIn) {
  Keepalive k;
  const auto round_trip = [&] {
    Keepalive out;
    const auto kind = codec.DecodeMessage(codec.EncodeKeepalive(k, buffer), out);
    ASSERT_TRUE(kind);
    EXPECT_EQ(*kind, ChannelMessageKind::kKeepalive);
    EXPECT_EQ(out, k);
  };
  round_trip();
  k.ping = UINT32_MAX;
  k.pong = 1;
  k.record_sequence = k.record_held = k.pull_seed = k.path_challenge = k.path_response = UINT64_MAX;
  k.pull = k.sampled = k.spare = true;
  k.suspects.assign(kMaxSuspicions, UINT64_MAX);
  k.sample = {At("8.8.8.8:1"), At("10.0.0.1:2"), At("[2606:4700::1]:3"), At("[::1]:4")};
  round_trip();
  k.sample.clear();
  k.record.assign(kMaxRecordBytes, std::byte{7});
  round_trip();
  k.Clear();
  round_trip();
}

TEST_F(CodecTest, AKeepaliveWithNothingElseIsAtMostSixtyFourBytesSealed) {
  Keepalive k;
  k.ping = UINT32_MAX;
  k.pong = UINT32_MAX;
  k.record_sequence = (1ull << 35) - 1;  // unix seconds until the year 3058
  k.record_held = (1ull << 35) - 1;
  const std::size_t plain = codec.EncodeKeepalive(k, buffer).size();
  EXPECT_EQ(plain, 26u);
  EXPECT_LE(plain + kSealOverheadBytes, 64u);
}

TEST_F(CodecTest, ASampleOfThirtyTwoEndpointsIsAtMostSevenHundredBytes) {
  Keepalive k;
  k.ping = k.pong = UINT32_MAX;
  k.record_sequence = k.record_held = (1ull << 35) - 1;
  k.sampled = true;
  FillSample(k, "[2606:4700::1]:");
  const std::size_t v6 = codec.EncodeKeepalive(k, buffer).size() + kSealOverheadBytes;
  EXPECT_LE(v6, kMaxSampleBytes);
  FillSample(k, "8.8.8.8:");
  EXPECT_LE(codec.EncodeKeepalive(k, buffer).size() + kSealOverheadBytes, 300u);
}

TEST_F(CodecTest, ARecordOrASampleFitsBesideEverythingElse) {
  Keepalive k;
  k.ping = k.pong = UINT32_MAX;
  k.record_sequence = k.record_held = k.pull_seed = k.path_challenge = k.path_response = UINT64_MAX;
  k.pull = k.sampled = k.spare = true;
  k.suspects.assign(kMaxSuspicions, UINT64_MAX);
  k.record.assign(kMaxRecordBytes, std::byte{1});
  EXPECT_LE(codec.EncodeKeepalive(k, buffer).size(), kMaxPlaintextBytes);
  k.record.clear();
  FillSample(k, "[2606:4700::1]:");
  EXPECT_LE(codec.EncodeKeepalive(k, buffer).size(), kMaxPlaintextBytes);
}

TEST_F(CodecTest, ALeaveIsALeaveWhateverStandsBesideIt) {
  EXPECT_EQ(codec.DecodeMessage(codec.EncodeLeave(LeaveKind::kGoodbye, buffer), keepalive), ChannelMessageKind::kLeave);
  EXPECT_EQ(codec.DecodeMessage(codec.EncodeLeave(LeaveKind::kNoRoom, buffer), keepalive), ChannelMessageKind::kNoRoom);
  EXPECT_EQ(codec.DecodeMessage(codec.EncodeLeave(LeaveKind::kDuplicate, buffer), keepalive),
            ChannelMessageKind::kDuplicate);
  EXPECT_EQ(codec.DecodeMessage(codec.EncodeLeave(LeaveKind::kNoCrawlers, buffer), keepalive),
            ChannelMessageKind::kNoCrawlers);
  wire::ChannelMessage m;
  m.mutable_keepalive()->set_ping(1);
  m.mutable_leave();
  EXPECT_EQ(codec.DecodeMessage(AsBytes(m.SerializeAsString()), keepalive), ChannelMessageKind::kLeave);
}

TEST_F(CodecTest, FieldsBeyondTheirLimitsAreErrors) {
  const auto failure = [&](auto change) {
    wire::ChannelMessage m;
    change(*m.mutable_keepalive());
    const auto kind = codec.DecodeMessage(AsBytes(m.SerializeAsString()), keepalive);
    return kind ? Error::kCount : kind.error();
  };
  EXPECT_EQ(failure([](auto& k) { k.set_record(std::string(kMaxRecordBytes + 1, 'r')); }), Error::kTooLong);
  EXPECT_EQ(failure([](auto& k) {
              for (std::size_t i = 0; i <= kMaxSuspicions; ++i) k.add_suspects(i);
            }),
            Error::kTooLong);
  EXPECT_EQ(failure([](auto& k) { k.set_sample_v4("7 bytes"); }), Error::kMalformed);
  EXPECT_EQ(failure([](auto& k) { k.set_sample_v6("17 bytes, not 18!"); }), Error::kMalformed);
  EXPECT_EQ(failure([](auto& k) { k.set_sample_v4(std::string(33 * 6, '\x08')); }), Error::kMalformed);
  EXPECT_EQ(failure([](auto& k) {
              k.set_sample_v4(std::string(16 * 6, '\x08'));
              k.set_sample_v6(std::string(17 * 18, '\x20'));
            }),
            Error::kMalformed);
  EXPECT_EQ(codec.DecodeMessage(AsBytes("\x0a\x05short"), keepalive).error(), Error::kMalformed);
  EXPECT_EQ(codec.DecodeMessage(AsBytes("\xff"), keepalive).error(), Error::kMalformed);
}

TEST_F(CodecTest, OneBadEndpointInASampleDoesNotCostTheOthers) {
  wire::ChannelMessage m;
  auto* v4 = m.mutable_keepalive()->mutable_sample_v4();
  v4->assign("\x08\x08\x08\x08\x00\x01\xe0\x00\x00\x01\x00\x01", 12);   // 224.0.0.1: dropped
  v4->append("\x08\x08\x08\x08\x00\x00\x08\x08\x08\x09\x00\x02", 12);  // port 0: dropped
  auto* v6 = m.mutable_keepalive()->mutable_sample_v6();
  *v6 = std::string(AsText(At("8.8.8.8:5").ToBytes()));  // IPv4 in the other list: dropped
  *v6 += AsText(At("[ff02::1]:5").ToBytes());
  *v6 += AsText(At("[2606:4700::1]:5").ToBytes());
  ASSERT_TRUE(codec.DecodeMessage(AsBytes(m.SerializeAsString()), keepalive));
  EXPECT_EQ(keepalive.sample, (std::vector<Endpoint>{At("8.8.8.8:1"), At("8.8.8.9:2"), At("[2606:4700::1]:5")}));
}

TEST_F(CodecTest, NothingOfOneMessageIsLeftInTheNext) {
  Keepalive full;
  full.ping = full.pong = 1;
  full.record_sequence = full.record_held = full.pull_seed = full.path_challenge = full.path_response = 1;
  full.pull = full.sampled = true;
  full.suspects = {1};
  full.sample = {At("8.8.8.8:1")};
  full.record = Bytes(10);
  const Bytes full_bytes(codec.EncodeKeepalive(full, buffer).begin(), codec.EncodeKeepalive(full, buffer).end());
  Keepalive bare;
  bare.ping = 2;
  const BytesView bare_bytes = codec.EncodeKeepalive(bare, buffer);
  EXPECT_EQ(ToHex(bare_bytes), "0a020802");
  Keepalive out;
  ASSERT_TRUE(codec.DecodeMessage(full_bytes, out));
  EXPECT_EQ(out, full);
  ASSERT_TRUE(codec.DecodeMessage(bare_bytes, out));
  EXPECT_EQ(out, bare);
  EXPECT_FALSE(codec.DecodeMessage(AsBytes("\xff"), out));
  EXPECT_EQ(out, Keepalive{});
}

TEST_F(CodecTest, RandomBytesGiveAValueOrAnError) {
  Rng rng = Rng::FromNumber(11);
  for (int i = 0; i < 100'000; ++i) {
    Bytes bytes(rng.Below(200));
    rng.Fill(bytes);
    if (!bytes.empty()) bytes[0] = static_cast<std::byte>(0x11 + rng.Below(4));
    // Under a valid MAC half of the time, to get past it.
    const Bytes packet = rng.Chance(1, 2) ? WithMac(bytes) : bytes;
    const auto decoded = codec.Decode(packet, network);
    ASSERT_TRUE(decoded || decoded.error() < Error::kCount);
    const auto message = codec.DecodeMessage(bytes, keepalive);
    ASSERT_TRUE(message || message.error() < Error::kCount);
    ASSERT_LE(keepalive.sample.size(), kMaxSampleEndpoints);
  }
}

TEST(ErrorNames, AreStableUniqueAndSnakeCase) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Error::kCount); ++i) {
    const std::string_view name = ErrorName(static_cast<Error>(i));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << name;
    EXPECT_NE(name, "unknown");
  }
}

}  // namespace
}  // namespace hearsay
