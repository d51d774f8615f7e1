// SPDX-License-Identifier: MIT
//
// ToyPeer: the answering side of the wire with a script instead of a mind: it names whom the test tells it to name, and
// misbehaves where the test wants it. Cookies, proofs, keys and seals are the real ones.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "node/core/seam.h"
#include "proto/codec.h"
#include "proto/cookie.h"
#include "proto/handshake.h"
#include "proto/session.h"

namespace hearsay::test {

struct ToyScript {
  // What a pull is answered with. Empty: pulls get no sample, only the pong.
  std::function<std::vector<Endpoint>(std::uint64_t pull_seed)> sample;
  // Ids of hidden peers, with a sample.
  std::function<std::vector<IdPrefix>()> hidden;
  bool confirms = true;           // knows the dialled endpoint to be its own
  std::optional<Endpoint> confirms_only;  // the one that it knows to be its own, if not all
  bool answers_proofs = true;     // else silence after the syn cookie
  bool answers_keepalives = true; // else silence after the handshake
  bool sends_record = true;
  bool leaves = false;            // answers the first keepalive with goodbye
  bool pings_back = false;        // pings and challenges with each answer
  std::size_t extra_pings = 0;    // unasked keepalives with a ping, with each answer
  std::size_t newer_records = 0;  // after the first answer, each in a keepalive of its own
  std::string software = "toy/1.0";
};

class ToyPeer {
 public:
  static constexpr std::uint64_t kFirstSequence = 7;  // of its record

  ToyPeer(std::uint64_t number, const Endpoint& endpoint, const NetworkKey& network, ToyScript behaviour)
      : script(std::move(behaviour)),
        endpoint_(endpoint),
        network_(network),
        rng_(Rng::FromNumber(number)),
        identity_(rng_.Array<32>()) {
    record_.id = identity_.id();
    record_.sequence = kFirstSequence;
    record_.endpoints = {endpoint};
    record_.software = script.software;
    record_.name = "toy " + std::to_string(number);
    record_.attributes = {{"number", std::to_string(number)}};
  }

  void Receive(const Datagram& datagram, Time now, Effects& out) {
    ++received_;
    const auto packet = codec_.Decode(datagram.bytes, network_);
    if (!packet) return;
    if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) return OnHello(*hello, datagram, now, out);
    if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) return OnProof(*proof, datagram, now, out);
    if (const auto* sealed = std::get_if<SealedPacket>(&*packet)) return OnSealed(*sealed, datagram, out);
  }

  ToyScript script;
  const NodeId& id() const { return identity_.id(); }
  const Endpoint& endpoint() const { return endpoint_; }
  std::size_t received() const { return received_; }
  std::size_t pulls() const { return pulls_; }
  std::size_t seeded_pulls() const { return seeded_pulls_; }
  std::size_t goodbyes() const { return goodbyes_; }
  std::size_t pongs() const { return pongs_; }
  std::size_t path_responses() const { return path_responses_; }
  const std::optional<NodeRecord>& visitor() const { return visitor_; }

 private:
  void OnHello(const BareKeepalive& hello, const Datagram& datagram, Time now, Effects& out) {
    const auto challenge = jar_.Make(datagram.from, hello.query, now, rng_);
    codec_.Encode(HandshakeQuery{.answer_to = hello.query,
                                 .cookie = challenge.cookie,
                                 .responder = identity_.id(),
                                 .ephemeral = challenge.ephemeral,
                                 .observed = datagram.from},
                  network_, buffer_);
    out.AddSend(datagram.from, buffer_.view());
  }

  void OnProof(const HandshakeProof& proof, const Datagram& datagram, Time now, Effects& out) {
    if (!script.answers_proofs) return;
    const auto slot = jar_.Check(datagram.from, proof.query, proof.cookie, now, rng_);
    if (!slot || !VerifyProof(proof, datagram.from, **slot, identity_.id(), network_)) return;
    const bool confirmed = script.confirms && script.confirms_only.value_or(datagram.local) == datagram.local;
    const auto accepted = AcceptProof(proof, datagram.from, **slot,
                                      {.boot_epoch = 1, .session_id = rng_.Next64(), .confirmed = confirmed},
                                      identity_, network_, rng_);
    if (!accepted) return;
    const std::uint64_t session = accepted->result.keys.receive_id;
    visitors_.emplace(session, accepted->result.peer);
    sessions_.emplace(session, Session(accepted->result.keys));
    codec_.Encode(accepted->response, network_, buffer_);
    out.AddSend(datagram.from, buffer_.view());
  }

  void OnSealed(const SealedPacket& packet, const Datagram& datagram, Effects& out) {
    const auto session = sessions_.find(packet.session_id);
    if (session == sessions_.end()) return;
    DatagramBuffer plain;
    const auto opened = session->second.Open(datagram.bytes, plain.bytes);
    if (!opened) return;
    const auto kind = codec_.DecodeMessage(*opened, incoming_);
    if (kind == ChannelMessageKind::kLeave) {
      ++goodbyes_;
      return;
    }
    if (kind != ChannelMessageKind::kKeepalive || !script.answers_keepalives) return;
    if (incoming_.pong != 0) ++pongs_;
    if (incoming_.path_response != 0) ++path_responses_;
    if (!incoming_.record.empty()) {
      if (auto record = OpenRecord(incoming_.record, visitors_.at(packet.session_id), network_)) visitor_ = *record;
    }
    Answer(session->second, datagram.from, out);
  }

  void Answer(Session& session, const Endpoint& to, Effects& out) {
    if (script.leaves) return SendSealed(session, codec_.EncodeLeave(LeaveKind::kGoodbye, buffer_), to, out);
    const bool pull = incoming_.pull;
    Keepalive answer;
    answer.pong = incoming_.ping;
    answer.record_sequence = record_.sequence;
    answer.record_held = visitor_ ? visitor_->sequence : 0;
    if (script.sends_record && incoming_.record_held != record_.sequence) {
      answer.record = SignRecord(record_, identity_, network_);
    }
    if (script.pings_back) {
      answer.ping = ++nonce_;
      answer.path_challenge = rng_.Next64() | 1;
    }
    if (answer.pong != 0) SendSealed(session, codec_.EncodeKeepalive(answer, buffer_), to, out);
    for (; script.newer_records > 0; --script.newer_records) {
      Keepalive news;
      news.record_sequence = ++record_.sequence;
      news.record = SignRecord(record_, identity_, network_);
      SendSealed(session, codec_.EncodeKeepalive(news, buffer_), to, out);
    }
    for (std::size_t i = 0; i < script.extra_pings; ++i) {
      Keepalive nag;
      nag.ping = ++nonce_;
      SendSealed(session, codec_.EncodeKeepalive(nag, buffer_), to, out);
    }
    if (!pull) return;
    ++pulls_;
    if (incoming_.pull_seed != 0) ++seeded_pulls_;
    if (!script.sample) return;
    Keepalive sample;
    sample.sampled = true;
    sample.sample = script.sample(incoming_.pull_seed);
    if (script.hidden && incoming_.pull_hidden) sample.hidden = script.hidden();
    SendSealed(session, codec_.EncodeKeepalive(sample, buffer_), to, out);
  }

  void SendSealed(Session& session, BytesView plaintext, const Endpoint& to, Effects& out) {
    DatagramBuffer packet;
    packet.size = *session.Seal(plaintext, packet.bytes);
    out.AddSend(to, packet.view());
  }

  const Endpoint endpoint_;
  const NetworkKey network_;
  Rng rng_;
  const Identity identity_;
  Codec codec_;
  CookieJar jar_;
  DatagramBuffer buffer_;
  Keepalive incoming_;
  NodeRecord record_;
  std::map<std::uint64_t, Session> sessions_;  // by our receive id
  std::map<std::uint64_t, NodeId> visitors_;
  std::optional<NodeRecord> visitor_;
  std::uint32_t nonce_ = 0;
  std::size_t received_ = 0;
  std::size_t pulls_ = 0;
  std::size_t seeded_pulls_ = 0;
  std::size_t goodbyes_ = 0;
  std::size_t pongs_ = 0;
  std::size_t path_responses_ = 0;
};

}  // namespace hearsay::test
