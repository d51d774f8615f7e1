// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/crowd.h"

#include <chrono>

namespace hearsay::sim {
namespace {

constexpr Duration kForget = std::chrono::minutes{1};

}  // namespace

Crowd::Crowd(SimNetwork& network, const CrowdPlan& plan, std::uint64_t seed)
    : network_(network), plan_(plan), rng_(Rng::FromNumber(seed)) {
  network_.AddCrowd([this](const Delivery& delivery) { OnDatagram(delivery); });
  network_.At(network_.now() + kForget, [this] { Sweep(); });
}

void Crowd::Sweep() {
  answerer_.ForgetSilentSince(Now() - kForget);
  network_.At(network_.now() + kForget, [this] { Sweep(); });
}

template <typename P>
void Crowd::Send(const Delivery& answered, const P& packet) {
  answerer_.codec().Encode(packet, key_, buffer_);
  network_.SendFromCrowd(answered.local, answered.from, buffer_.view());
}

void Crowd::OnDatagram(const Delivery& delivery) {
  const auto number = plan_.NumberAt(delivery.local);
  if (!number || !plan_.Answers(*number)) return;
  const auto packet = answerer_.codec().Decode(delivery.bytes, key_);
  if (!packet) return;
  if (const auto* sealed = std::get_if<SealedPacket>(&*packet)) return OnSealed(*sealed, delivery);
  if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) {
    const Identity self = plan_.IdentityOf(*number);
    Send(delivery, answerer_.OnHello(*hello, delivery.from, self.id(), Now(), rng_));
  } else if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) {
    const Identity self = plan_.IdentityOf(*number);
    const auto response = answerer_.OnProof(*proof, delivery.from, *number, self, next_session_++, Now(), rng_);
    if (response) Send(delivery, *response);
  }
}

void Crowd::OnSealed(const SealedPacket& packet, const Delivery& delivery) {
  const Answerer::Heard heard = answerer_.Open(packet, delivery.bytes, incoming_);
  if (heard.link == nullptr) return;
  if (heard.kind == ChannelMessageKind::kLeave) return answerer_.Forget(packet.session_id);
  if (heard.kind != ChannelMessageKind::kKeepalive) return;
  heard.link->heard = Now();
  Answer(*heard.link, delivery);
}

void Crowd::Answer(Answerer::Link& link, const Delivery& delivery) {
  const auto member = static_cast<CrowdPlan::Number>(link.member);
  answer_.Clear();
  answer_.pong = incoming_.ping;
  answer_.path_response = incoming_.path_challenge;
  if (incoming_.record_held == 0) {
    const NodeRecord record = plan_.RecordOf(member);
    answer_.record_sequence = record.sequence;
    answer_.record = SignRecord(record, plan_.IdentityOf(member), key_);
  }
  if (incoming_.pull) {
    answer_.sampled = true;
    plan_.Sample(member, incoming_.pull_seed != 0, rng_, answer_.sample);
    if (incoming_.pull_hidden) plan_.HiddenPeers(member, answer_.hidden);
  }
  if (answer_.pong == 0 && answer_.path_response == 0 && !answer_.sampled) return;
  const BytesView sealed = answerer_.Seal(link, answer_);
  if (!sealed.empty()) network_.SendFromCrowd(delivery.local, delivery.from, sealed);
}

}  // namespace hearsay::sim
