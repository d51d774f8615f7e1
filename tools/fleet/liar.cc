// SPDX-License-Identifier: MIT
#include "tools/fleet/liar.h"

#include <algorithm>

namespace hearsay::fleet {
namespace {

Bytes RecordOf(const Identity& identity, const NetworkKey& network, const Endpoint& own, Liar::Says says,
               std::uint64_t sequence) {
  NodeRecord record;
  record.id = identity.id();
  record.sequence = sequence;
  record.endpoints = {own};
  record.software = std::move(says.software);
  record.role = says.role;
  return SignRecord(record, identity, network);
}

}  // namespace

Liar::Liar(Identity identity, const NetworkKey& network, const Endpoint& own, Says says,
           std::vector<Endpoint> lies, const Rng::Seed& chance, Time now)
    : identity_(std::move(identity)),
      network_(network),
      own_(own),
      epoch_(static_cast<std::uint64_t>(
          std::max<std::int64_t>(now.time_since_epoch() / std::chrono::milliseconds{1}, 1))),
      record_(RecordOf(identity_, network_, own, std::move(says), epoch_)),
      lies_(std::move(lies)),
      rng_(chance) {}

void Liar::Receive(const Datagram& datagram, Time now, Effects& out) {
  const auto packet = codec_.Decode(datagram.bytes, network_);
  if (!packet) return;
  if (const auto* sealed = std::get_if<SealedPacket>(&*packet)) return OnSealed(*sealed, datagram, now, out);
  if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) return OnHello(*hello, datagram, now, out);
  if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) return OnProof(*proof, datagram, now, out);
}

void Liar::OnHello(const BareKeepalive& hello, const Datagram& datagram, Time now, Effects& out) {
  const CookieJar::Challenge challenge = jar_.Make(datagram.from, hello.query, now, rng_);
  codec_.Encode(HandshakeQuery{.answer_to = hello.query,
                               .cookie = challenge.cookie,
                               .responder = identity_.id(),
                               .ephemeral = challenge.ephemeral,
                               .observed = datagram.from},
                network_, sealed_);
  out.AddSend(datagram.from, sealed_.view());
}

void Liar::OnProof(const HandshakeProof& proof, const Datagram& datagram, Time now, Effects& out) {
  const auto slot = jar_.Check(datagram.from, proof.query, proof.cookie, now, rng_);
  if (!slot || !MakeRoom(now)) return;
  if (!VerifyProof(proof, datagram.from, **slot, identity_.id(), network_)) return;
  const ResponderParams params{
      .boot_epoch = epoch_, .session_id = rng_.Next64(), .confirmed = proof.dialled == own_};
  const auto accepted = AcceptProof(proof, datagram.from, **slot, params, identity_, network_, rng_);
  if (!accepted) return;
  links_.try_emplace(params.session_id, Link{Session(accepted->result.keys), now});
  codec_.Encode(accepted->response, network_, sealed_);
  out.AddSend(datagram.from, sealed_.view());
}

bool Liar::MakeRoom(Time now) {
  if (links_.size() < kMaxSessions) return true;
  std::erase_if(links_, [now](const auto& entry) { return entry.second.heard + kSilence < now; });
  return links_.size() < kMaxSessions;
}

void Liar::OnSealed(const SealedPacket& packet, const Datagram& datagram, Time now, Effects& out) {
  const auto it = links_.find(packet.session_id);
  if (it == links_.end()) return;
  const auto opened = it->second.session.Open(datagram.bytes, plain_.bytes);
  if (!opened) return;
  it->second.heard = now;
  const auto kind = codec_.DecodeMessage(*opened, incoming_);
  if (!kind) return;
  if (kind == ChannelMessageKind::kKeepalive) return Answer(it->second.session, datagram.from, out);
  if (kind != ChannelMessageKind::kUnknown) links_.erase(it);  // every other message ends the channel
}

void Liar::Answer(Session& session, const Endpoint& to, Effects& out) {
  answer_.Clear();
  answer_.record_sequence = epoch_;
  answer_.pong = incoming_.ping;
  answer_.path_response = incoming_.path_challenge;
  if (incoming_.record_held < epoch_) answer_.record = record_;
  if (answer_.pong != 0 || answer_.path_response != 0) Say(session, to, out);
  if (!incoming_.pull) return;
  answer_.Clear();
  answer_.record_sequence = epoch_;
  answer_.sampled = true;
  const std::size_t count = std::min(lies_.size(), kMaxSampleEndpoints);
  rng_.PartialShuffle(lies_, count);
  answer_.sample.assign(lies_.begin(), lies_.begin() + static_cast<std::ptrdiff_t>(count));
  Say(session, to, out);
}

void Liar::Say(Session& session, const Endpoint& to, Effects& out) {
  const auto size = session.Seal(codec_.EncodeKeepalive(answer_, plain_), sealed_.bytes);
  if (size) out.AddSend(to, BytesView(sealed_.bytes).first(*size));
}

}  // namespace hearsay::fleet
