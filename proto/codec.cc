// SPDX-License-Identifier: MIT
#include "proto/codec.h"

#include <algorithm>

#include "proto/check.h"
#include "proto/hearsay.pb.h"
#include "proto/session.h"

namespace hearsay {
namespace {

constexpr std::size_t kResetBytes = 1 + 8 + NetworkKey::kMacSize;
constexpr std::size_t kV4Bytes = 6;

template <std::size_t N>
void Set(std::string* field, const ByteArray<N>& value) {
  field->assign(reinterpret_cast<const char*>(value.data()), N);
}

template <std::size_t N>
bool Get(const std::string& field, ByteArray<N>& out) {
  if (field.size() != N) return false;
  std::memcpy(out.data(), field.data(), N);
  return true;
}

bool GetEndpoint(const std::string& field, Endpoint& out) {
  ByteArray<Endpoint::kSize> bytes;
  if (!Get(field, bytes)) return false;
  out = Endpoint::FromBytes(bytes);
  return true;
}

void Seal(PacketKind kind, const google::protobuf::MessageLite& message, const NetworkKey& network,
          DatagramBuffer& out) {
  const std::size_t body = message.ByteSizeLong();
  HEARSAY_CHECK(1 + body + NetworkKey::kMacSize <= kMaxDatagramBytes);
  out.bytes[0] = PacketByte(kind);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.bytes.data()) + 1);
  const NetworkKey::Mac mac = network.ComputeMac(BytesView(out.bytes.data(), 1 + body));
  std::copy(mac.begin(), mac.end(), out.bytes.begin() + static_cast<std::ptrdiff_t>(1 + body));
  out.size = 1 + body + NetworkKey::kMacSize;
}

Expected<Packet> DecodeBareKeepalive(const wire::BareKeepalive& m, std::size_t size) {
  if (size < kHelloBytes) return Unexpected(Error::kTooShort);
  BareKeepalive p;
  if (!Get(m.query(), p.query)) return Unexpected(Error::kMalformed);
  return p;
}

Expected<Packet> DecodeQuery(const wire::NodeIdHandshake& m) {
  HandshakeQuery p;
  const auto& q = m.query();
  if (!Get(m.answer_to(), p.answer_to) || !Get(q.cookie(), p.cookie) || !Get(q.node_id(), p.responder.bytes) ||
      !Get(q.ephemeral(), p.ephemeral) || !GetEndpoint(q.observed(), p.observed)) {
    return Unexpected(Error::kMalformed);
  }
  return p;
}

Expected<Packet> DecodeProof(const wire::NodeIdHandshake& m) {
  HandshakeProof p;
  const auto& r = m.response();
  if (!Get(m.query().cookie(), p.query) || !Get(r.cookie(), p.cookie) || !Get(r.node_id(), p.initiator.bytes) ||
      !Get(r.ephemeral(), p.ephemeral) || !GetEndpoint(r.dialled(), p.dialled) || !Get(r.signature(), p.signature)) {
    return Unexpected(Error::kMalformed);
  }
  p.session_id = r.session_id();
  p.boot_epoch = r.boot_epoch();
  p.dial_sequence = r.dial_sequence();
  return p;
}

Expected<Packet> DecodeResponse(const wire::NodeIdHandshake& m) {
  HandshakeResponse p;
  const auto& r = m.response();
  if (!Get(m.answer_to(), p.answer_to) || !Get(r.ephemeral(), p.ephemeral) || !Get(r.signature(), p.signature)) {
    return Unexpected(Error::kMalformed);
  }
  p.session_id = r.session_id();
  p.boot_epoch = r.boot_epoch();
  p.confirmed = r.confirmed();
  return p;
}

void PackSample(const std::vector<Endpoint>& sample, wire::Keepalive& m) {
  std::string* v4 = nullptr;
  std::string* v6 = nullptr;
  for (const Endpoint& e : sample) {
    const ByteArray<Endpoint::kSize> bytes = e.ToBytes();
    if (e.address.IsV4()) {
      if (v4 == nullptr) v4 = m.mutable_sample_v4();
      v4->append(reinterpret_cast<const char*>(bytes.data()) + 12, kV4Bytes);
    } else {
      if (v6 == nullptr) v6 = m.mutable_sample_v6();
      v6->append(reinterpret_cast<const char*>(bytes.data()), Endpoint::kSize);
    }
  }
}

// Endpoints that may never be dialled are dropped one by one: one bad entry must not cost the others.
bool UnpackSample(const wire::Keepalive& m, std::vector<Endpoint>& out) {
  const std::string& v4 = m.sample_v4();
  const std::string& v6 = m.sample_v6();
  if (v4.size() % kV4Bytes != 0 || v6.size() % Endpoint::kSize != 0) return false;
  if (v4.size() / kV4Bytes + v6.size() / Endpoint::kSize > kMaxSampleEndpoints) return false;
  for (std::size_t i = 0; i < v4.size(); i += kV4Bytes) {
    const BytesView b = AsBytes(v4).subspan(i, kV4Bytes);
    const Endpoint e{IpAddress::V4(LoadBigEndian<std::uint32_t>(b.data())),
                     LoadBigEndian<std::uint16_t>(b.data() + 4)};
    if (e.IsDialable()) out.push_back(e);
  }
  for (std::size_t i = 0; i < v6.size(); i += Endpoint::kSize) {
    const Endpoint e = Endpoint::FromBytes(AsBytes(v6).subspan(i).first<Endpoint::kSize>());
    if (e.IsDialable() && !e.address.IsV4()) out.push_back(e);
  }
  return true;
}

}  // namespace

struct Codec::Messages {
  wire::BareKeepalive hello;
  wire::NodeIdHandshake handshake;
  wire::ChannelMessage channel;
};

Codec::Codec() : messages_(std::make_unique<Messages>()) {}
Codec::~Codec() = default;

void Codec::Encode(const BareKeepalive& packet, const NetworkKey& network, DatagramBuffer& out) {
  wire::BareKeepalive& m = messages_->hello;
  m.Clear();
  Set(m.mutable_query(), packet.query);
  // The padding's own tag and length take two bytes more from 128 bytes on: 1 + 2 for the sizes used here.
  const std::size_t bare = 1 + m.ByteSizeLong() + NetworkKey::kMacSize;
  m.mutable_padding()->assign(kHelloBytes - bare - 3, '\0');
  Seal(PacketKind::kBareKeepalive, m, network, out);
  HEARSAY_CHECK(out.size == kHelloBytes);
}

void Codec::Encode(const HandshakeQuery& packet, const NetworkKey& network, DatagramBuffer& out) {
  wire::NodeIdHandshake& m = messages_->handshake;
  m.Clear();
  Set(m.mutable_answer_to(), packet.answer_to);
  auto& q = *m.mutable_query();
  Set(q.mutable_cookie(), packet.cookie);
  Set(q.mutable_node_id(), packet.responder.bytes);
  Set(q.mutable_ephemeral(), packet.ephemeral);
  Set(q.mutable_observed(), packet.observed.ToBytes());
  Seal(PacketKind::kNodeIdHandshake, m, network, out);
  HEARSAY_CHECK(out.size <= kHelloBytes);
}

void Codec::Encode(const HandshakeProof& packet, const NetworkKey& network, DatagramBuffer& out) {
  wire::NodeIdHandshake& m = messages_->handshake;
  m.Clear();
  Set(m.mutable_query()->mutable_cookie(), packet.query);
  auto& r = *m.mutable_response();
  Set(r.mutable_cookie(), packet.cookie);
  Set(r.mutable_node_id(), packet.initiator.bytes);
  Set(r.mutable_ephemeral(), packet.ephemeral);
  Set(r.mutable_dialled(), packet.dialled.ToBytes());
  r.set_session_id(packet.session_id);
  r.set_boot_epoch(packet.boot_epoch);
  r.set_dial_sequence(packet.dial_sequence);
  Set(r.mutable_signature(), packet.signature);
  Seal(PacketKind::kNodeIdHandshake, m, network, out);
}

void Codec::Encode(const HandshakeResponse& packet, const NetworkKey& network, DatagramBuffer& out) {
  wire::NodeIdHandshake& m = messages_->handshake;
  m.Clear();
  Set(m.mutable_answer_to(), packet.answer_to);
  auto& r = *m.mutable_response();
  Set(r.mutable_ephemeral(), packet.ephemeral);
  r.set_session_id(packet.session_id);
  r.set_boot_epoch(packet.boot_epoch);
  r.set_confirmed(packet.confirmed);
  Set(r.mutable_signature(), packet.signature);
  Seal(PacketKind::kNodeIdHandshake, m, network, out);
}

void Codec::Encode(const ResetHint& packet, const NetworkKey& network, DatagramBuffer& out) {
  out.bytes[0] = PacketByte(PacketKind::kReset);
  StoreBigEndian(packet.session_id, out.bytes.data() + 1);
  const NetworkKey::Mac mac = network.ComputeMac(BytesView(out.bytes.data(), 9));
  std::copy(mac.begin(), mac.end(), out.bytes.begin() + 9);
  out.size = kResetBytes;
  static_assert(kResetBytes < kSealOverheadBytes, "a reset hint is shorter than whatever triggered it");
}

Expected<Packet> Codec::Decode(BytesView datagram, const NetworkKey& network) {
  if (datagram.empty()) return Unexpected(Error::kTooShort);
  if (datagram.size() > kMaxDatagramBytes) return Unexpected(Error::kTooLong);
  const auto first = std::to_integer<unsigned>(datagram[0]);
  if (first >> 4 != kMajorVersion) return Unexpected(Error::kWrongVersion);
  const auto kind = static_cast<PacketKind>(first & 15);
  if (kind == PacketKind::kSealed) {
    if (datagram.size() < kSealOverheadBytes) return Unexpected(Error::kTooShort);
    return SealedPacket{SealedSessionId(datagram)};
  }
  if (kind != PacketKind::kBareKeepalive && kind != PacketKind::kNodeIdHandshake && kind != PacketKind::kReset) {
    return Unexpected(Error::kUnknownPacket);
  }
  if (datagram.size() < kResetBytes) return Unexpected(Error::kTooShort);
  const BytesView covered = datagram.first(datagram.size() - NetworkKey::kMacSize);
  if (!network.VerifyMac(covered, datagram.last(NetworkKey::kMacSize))) return Unexpected(Error::kWrongNetwork);
  const BytesView body = covered.subspan(1);
  if (kind == PacketKind::kReset) {
    if (body.size() != 8) return Unexpected(Error::kMalformed);
    return ResetHint{LoadBigEndian<std::uint64_t>(body.data())};
  }
  const int size = static_cast<int>(body.size());
  if (kind == PacketKind::kBareKeepalive) {
    if (!messages_->hello.ParseFromArray(body.data(), size)) return Unexpected(Error::kMalformed);
    return DecodeBareKeepalive(messages_->hello, datagram.size());
  }
  const wire::NodeIdHandshake& m = messages_->handshake;
  if (!messages_->handshake.ParseFromArray(body.data(), size)) return Unexpected(Error::kMalformed);
  if (m.has_query() && m.has_response()) return DecodeProof(m);
  if (m.has_query()) return DecodeQuery(m);
  if (m.has_response()) return DecodeResponse(m);
  return Unexpected(Error::kMalformed);
}

BytesView Codec::EncodeKeepalive(const Keepalive& keepalive, DatagramBuffer& out) {
  HEARSAY_CHECK(keepalive.sample.size() <= kMaxSampleEndpoints && keepalive.record.size() <= kMaxRecordBytes &&
                keepalive.suspects.size() <= kMaxSuspicions && keepalive.hidden.size() <= kMaxHidden);
  messages_->channel.Clear();
  wire::Keepalive& m = *messages_->channel.mutable_keepalive();
  m.set_ping(keepalive.ping);
  m.set_pong(keepalive.pong);
  m.set_record_sequence(keepalive.record_sequence);
  m.set_record_held(keepalive.record_held);
  if (!keepalive.record.empty()) m.mutable_record()->assign(AsText(keepalive.record));
  m.set_pull(keepalive.pull);
  m.set_pull_seed(keepalive.pull_seed);
  m.set_sampled(keepalive.sampled);
  PackSample(keepalive.sample, m);
  for (const IdPrefix id : keepalive.suspects) m.add_suspects(id);
  m.set_path_challenge(keepalive.path_challenge);
  m.set_path_response(keepalive.path_response);
  m.set_spare(keepalive.spare);
  m.set_pull_hidden(keepalive.pull_hidden);
  for (const IdPrefix id : keepalive.hidden) m.add_hidden(id);
  out.size = messages_->channel.ByteSizeLong();
  HEARSAY_CHECK(out.size <= kMaxPlaintextBytes);
  messages_->channel.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.bytes.data()));
  return out.view();
}

BytesView Codec::EncodeLeave(LeaveKind kind, DatagramBuffer& out) {
  messages_->channel.Clear();
  wire::Leave& leave = *messages_->channel.mutable_leave();
  leave.set_no_room(kind == LeaveKind::kNoRoom);
  leave.set_duplicate(kind == LeaveKind::kDuplicate);
  leave.set_no_crawlers(kind == LeaveKind::kNoCrawlers);
  out.size = messages_->channel.ByteSizeLong();
  messages_->channel.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.bytes.data()));
  return out.view();
}

Expected<ChannelMessageKind> Codec::DecodeMessage(BytesView plaintext, Keepalive& out) {
  out.Clear();
  wire::ChannelMessage& channel = messages_->channel;
  if (!channel.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()))) {
    return Unexpected(Error::kMalformed);
  }
  if (channel.has_leave()) {
    if (channel.leave().duplicate()) return ChannelMessageKind::kDuplicate;
    if (channel.leave().no_crawlers()) return ChannelMessageKind::kNoCrawlers;
    return channel.leave().no_room() ? ChannelMessageKind::kNoRoom : ChannelMessageKind::kLeave;
  }
  if (!channel.has_keepalive()) return ChannelMessageKind::kUnknown;
  const wire::Keepalive& m = channel.keepalive();
  if (m.record().size() > kMaxRecordBytes || m.suspects_size() > static_cast<int>(kMaxSuspicions) ||
      m.hidden_size() > static_cast<int>(kMaxHidden)) {
    return Unexpected(Error::kTooLong);
  }
  out.ping = m.ping();
  out.pong = m.pong();
  out.record_sequence = m.record_sequence();
  out.record_held = m.record_held();
  const BytesView record = AsBytes(m.record());
  out.record.assign(record.begin(), record.end());
  out.pull = m.pull();
  out.pull_seed = m.pull_seed();
  out.sampled = m.sampled();
  if (!UnpackSample(m, out.sample)) return Unexpected(Error::kMalformed);
  out.suspects.assign(m.suspects().begin(), m.suspects().end());
  out.path_challenge = m.path_challenge();
  out.path_response = m.path_response();
  out.spare = m.spare();
  out.pull_hidden = m.pull_hidden();
  out.hidden.assign(m.hidden().begin(), m.hidden().end());
  return ChannelMessageKind::kKeepalive;
}

void Keepalive::Clear() {
  ping = pong = 0;
  record_sequence = record_held = pull_seed = path_challenge = path_response = 0;
  pull = sampled = spare = pull_hidden = false;
  record.clear();
  sample.clear();
  suspects.clear();
  hidden.clear();
}

}  // namespace hearsay
