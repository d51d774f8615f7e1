// SPDX-License-Identifier: MIT
//
// Puppet: a peer that does exactly what a test tells it: a proved identity with a sealed channel to one node of a Pump,
// and no manners. What gossip does against an authenticated liar is tested with it.
#pragma once

#include <gtest/gtest.h>

#include "proto/codec.h"
#include "proto/handshake.h"
#include "tests/core/pump.h"

namespace hearsay::test {

class Puppet {
 public:
  Puppet(Pump& pump, std::string_view endpoint, std::uint16_t identity)
      : identity_(MakeIdentity(identity)), at_(At(endpoint)), pump_(pump), rng_(Rng::FromNumber(identity)) {}

  const NodeId& id() const { return identity_.id(); }
  const Identity& identity() const { return identity_; }
  const Endpoint& at() const { return at_; }
  const NetworkKey& network() const { return network_; }

  // Runs the handshake and confirms it with `first`.
  void Dial(std::size_t node, const Keepalive& first = {}) {
    node_at_ = pump_.members[node].endpoint;
    Initiator initiator({.endpoint = node_at_, .pin = {}, .boot_epoch = 1, .dial_sequence = 1, .session_id = 1}, rng_);
    Send(initiator.Hello());
    const auto query = Find<HandshakeQuery>();
    ASSERT_TRUE(query);
    const auto proof = initiator.OnQuery(*query, identity_, network_);
    ASSERT_TRUE(proof);
    Send(*proof);
    const auto response = Find<HandshakeResponse>();
    ASSERT_TRUE(response);
    const auto done = initiator.OnResponse(*response, network_);
    ASSERT_TRUE(done);
    session_.emplace(done->keys);
    Say(first);
  }
  // Dials, announces `endpoint` as its own and answers the challenge sent there, if it is where the puppet lives.
  void Join(std::size_t node, const Endpoint& endpoint) {
    Dial(node);
    SayRecord(endpoint);
    Answer();
  }
  void Join(std::size_t node) { Join(node, at_); }

  NodeRecord Record(const Endpoint& endpoint) const {
    NodeRecord record;
    record.id = id();
    record.sequence = 7;
    record.endpoints = {endpoint};
    return record;
  }
  void SayRecord(const Endpoint& endpoint, std::uint64_t sequence = 7) {
    NodeRecord record = Record(endpoint);
    record.sequence = sequence;
    Keepalive k;
    k.record_sequence = sequence;
    k.record = SignRecord(record, identity_, network_);
    Say(k);
  }
  void Say(const Keepalive& keepalive) { SayFrom(at_, keepalive); }
  void SayFrom(const Endpoint& from, const Keepalive& keepalive) {
    DatagramBuffer plain;
    DatagramBuffer sealed;
    sealed.size = *session_->Seal(codec_.EncodeKeepalive(keepalive, plain), sealed.bytes);
    pump_.Inject(from, node_at_, sealed.view());
    pump_.Deliver();
  }
  void SayNoRoom() { SayLeave(LeaveKind::kNoRoom); }
  void SayLeave(LeaveKind kind = LeaveKind::kGoodbye) {
    DatagramBuffer plain;
    DatagramBuffer sealed;
    sealed.size = *session_->Seal(codec_.EncodeLeave(kind, plain), sealed.bytes);
    pump_.Inject(at_, node_at_, sealed.view());
    pump_.Deliver();
  }
  // Answers what was asked: pings and challenges, as a peer that lives; pulls are not answered.
  void Answer() {
    for (const Keepalive& k : Heard()) {
      Keepalive answer;
      answer.pong = k.ping;
      answer.path_response = k.path_challenge;
      if (k.ping != 0 || k.path_challenge != 0) Say(answer);
    }
  }
  // Waits until the node pulls, and gives it this sample; answers its pings meanwhile.
  void AnswerPull(const std::vector<Endpoint>& sample) {
    for (int i = 0; i < 400; ++i) {
      for (const Keepalive& k : Heard()) {
        Keepalive answer;
        answer.pong = k.ping;
        answer.sampled = k.pull;
        if (k.pull) answer.sample = sample;
        Say(answer);
        if (k.pull) return;
      }
      pump_.RunFor(std::chrono::milliseconds{50});
    }
    FAIL() << "the node never asked";
  }
  // What the node sealed to us since the last call, wherever it sent it.
  std::vector<Keepalive> Heard() {
    std::vector<Keepalive> heard;
    DatagramBuffer plain;
    for (; read_ < pump_.log.size(); ++read_) {
      const auto opened = session_->Open(pump_.log[read_].bytes, plain.bytes);
      if (!opened) continue;
      Keepalive k;
      const auto kind = codec_.DecodeMessage(*opened, k);
      if (kind == ChannelMessageKind::kKeepalive) heard.push_back(k);
      if (kind == ChannelMessageKind::kNoRoom) turned_away_ = true;
    }
    return heard;
  }
  // "No room" was among what Heard() has seen.
  bool turned_away() const { return turned_away_; }

 private:
  template <typename P>
  void Send(const P& packet) {
    DatagramBuffer buffer;
    codec_.Encode(packet, network_, buffer);
    pump_.Inject(at_, node_at_, buffer.view());
    pump_.Deliver();
  }
  template <typename P>
  std::optional<P> Find() {
    for (auto it = pump_.log.rbegin(); it != pump_.log.rend(); ++it) {
      const auto packet = codec_.Decode(it->bytes, network_);
      if (it->to == at_ && packet && std::holds_alternative<P>(*packet)) return std::get<P>(*packet);
    }
    return std::nullopt;
  }

  Identity identity_;
  Endpoint at_;
  Endpoint node_at_;
  Pump& pump_;
  Rng rng_;
  NetworkKey network_ = NetworkKey::Open("test");
  Codec codec_;
  std::optional<Session> session_;
  std::size_t read_ = 0;
  bool turned_away_ = false;
};

}  // namespace hearsay::test
