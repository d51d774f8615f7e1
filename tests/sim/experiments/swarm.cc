// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/swarm.h"

#include <algorithm>

#include "proto/check.h"
#include "proto/record.h"

namespace hearsay::sim {
namespace {

constexpr Duration kRound = std::chrono::seconds{15};
constexpr std::uint64_t kSlices = 60;  // of a round: pushes leave every 250 ms
constexpr Duration kForget = std::chrono::minutes{2};
constexpr Duration kSweepTime = std::chrono::seconds{30};

}  // namespace

Swarm::Swarm(SimNetwork& network, const std::vector<Endpoint>& endpoints, std::uint64_t seed)
    : network_(network), rng_(Rng::FromNumber(seed)) {
  members_.reserve(endpoints.size());
  for (const Endpoint& endpoint : endpoints) {
    const std::size_t member = members_.size();
    members_.push_back({endpoint, Identity(rng_.Array<Identity::kSeedSize>())});
    members_.back().host =
        network_.AddSocket(endpoint, [this, member](const Delivery& d) { OnDatagram(member, d); });
  }
  network_.At(network_.now() + kSweepTime, [this] { Sweep(); });
}

std::vector<Endpoint> Swarm::endpoints() const {
  std::vector<Endpoint> out;
  for (const Member& m : members_) out.push_back(m.endpoint);
  return out;
}

void Swarm::PushAt(std::vector<Endpoint> targets, std::uint32_t per_round) {
  targets_ = std::move(targets);
  pushes_per_round_ = per_round;
  if (pushing_) return;
  pushing_ = true;
  network_.At(network_.now(), [this] { PushSome(); });
}

void Swarm::PushSome() {
  push_debt_ += members_.size() * pushes_per_round_;
  for (; push_debt_ >= kSlices; push_debt_ -= kSlices) {
    Dial(next_pusher_++ % members_.size(), targets_[rng_.Below(targets_.size())]);
  }
  network_.At(network_.now() + kRound / static_cast<Duration::rep>(kSlices), [this] { PushSome(); });
}

void Swarm::Sweep() {
  const Duration now = network_.now();
  answerer_.ForgetSilentSince(Now() - kForget);
  std::erase_if(dials_, [now](const auto& entry) { return entry.second.since + kRound < now; });
  network_.At(now + kSweepTime, [this] { Sweep(); });
}

template <typename P>
void Swarm::Send(std::size_t member, const Endpoint& to, const P& packet) {
  answerer_.codec().Encode(packet, key_, buffer_);
  network_.SendFrom(members_[member].host, to, buffer_.view());
}

void Swarm::Dial(std::size_t member, const Endpoint& target) {
  Initiator initiator(
      {.endpoint = target, .pin = {}, .boot_epoch = 1, .dial_sequence = next_session_, .session_id = next_session_},
      rng_);
  ++next_session_;
  const Cookie query = initiator.query();
  const auto [it, fresh] =
      dials_.emplace(query, Dialling{member, DialAs(member), std::move(initiator), network_.now()});
  HEARSAY_CHECK(fresh);
  Send(member, target, it->second.initiator.Hello());
}

void Swarm::OnDatagram(std::size_t member, const Delivery& delivery) {
  const auto packet = answerer_.codec().Decode(delivery.bytes, key_);
  if (!packet) return;
  if (const auto* sealed = std::get_if<SealedPacket>(&*packet)) return OnSealed(*sealed, delivery);
  if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) return OnHello(member, *hello, delivery);
  if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) return OnProof(member, *proof, delivery);
  if (const auto* query = std::get_if<HandshakeQuery>(&*packet)) return OnQuery(member, *query, delivery);
  if (const auto* done = std::get_if<HandshakeResponse>(&*packet)) return OnResponse(member, *done, delivery);
}

void Swarm::OnHello(std::size_t member, const BareKeepalive& hello, const Delivery& delivery) {
  ++dials_received_;
  Send(member, delivery.from, answerer_.OnHello(hello, delivery.from, members_[member].identity.id(), Now(), rng_));
}

void Swarm::OnProof(std::size_t member, const HandshakeProof& proof, const Delivery& delivery) {
  const auto response =
      answerer_.OnProof(proof, delivery.from, member, members_[member].identity, next_session_, Now(), rng_);
  if (!response) return;
  ++next_session_;
  Send(member, delivery.from, *response);
}

void Swarm::OnQuery(std::size_t member, const HandshakeQuery& query, const Delivery& delivery) {
  const auto it = dials_.find(query.answer_to);
  if (it == dials_.end() || it->second.initiator.proved()) return;
  const auto proof = it->second.initiator.OnQuery(query, IdentityOf(it->second), key_);
  if (proof) Send(member, delivery.from, *proof);
}

void Swarm::OnResponse(std::size_t member, const HandshakeResponse& response, const Delivery& delivery) {
  const auto it = dials_.find(response.answer_to);
  if (it == dials_.end()) return;
  const Dialling dial = std::move(it->second);
  dials_.erase(it);
  const std::uint64_t id = dial.initiator.params().session_id;
  const auto done = dial.initiator.OnResponse(response, key_);
  if (!done) return;
  Link& link = answerer_.Add(id, Link{member, delivery.from, Session(done->keys), Now()});
  // The first sealed packet: who we are and where we say we live, so that we are challenged there.
  answer_.Clear();
  answer_.record_sequence = 1;
  answer_.record = MakeRecord(member, IdentityOf(dial));
  Say(link, delivery.from, answer_);
}

Bytes Swarm::MakeRecord(std::size_t member, const Identity& identity) {
  NodeRecord record;
  record.id = identity.id();
  record.sequence = 1;
  record.endpoints = {Announces(member)};
  return SignRecord(record, identity, key_);
}

void Swarm::OnSealed(const SealedPacket& packet, const Delivery& delivery) {
  const Answerer::Heard heard = answerer_.Open(packet, delivery.bytes, incoming_);
  if (heard.link == nullptr || heard.kind != ChannelMessageKind::kKeepalive) return;
  Link& link = *heard.link;
  link.heard = Now();
  answer_.Clear();
  if (incoming_.ping != 0 && AnswersPings(link.member, delivery.from)) answer_.pong = incoming_.ping;
  answer_.path_response = incoming_.path_challenge;
  if (incoming_.pull && AnswersPulls(link.member, delivery.from)) {
    ++pulls_answered_;
    answer_.sampled = true;
    Sample(link.member, delivery.from, answer_.sample);
  }
  if (answer_.pong != 0 || answer_.path_response != 0 || answer_.sampled) Say(link, delivery.from, answer_);
}

void Swarm::Say(Link& link, const Endpoint& to, const Keepalive& keepalive) {
  const BytesView sealed = answerer_.Seal(link, keepalive);
  if (!sealed.empty()) network_.SendFrom(members_[link.member].host, to, sealed);
}

void Swarm::SampleOfMembers(std::size_t count, std::vector<Endpoint>& out) {
  const std::size_t n = std::min(count, members_.size());
  while (out.size() < n) {
    const Endpoint& draw = members_[rng_.Below(members_.size())].endpoint;
    if (std::find(out.begin(), out.end(), draw) == out.end()) out.push_back(draw);
  }
}

void Swarm::Sample(std::size_t, const Endpoint&, std::vector<Endpoint>& out) {
  SampleOfMembers(kMaxSampleEndpoints, out);
}

}  // namespace hearsay::sim
