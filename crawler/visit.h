// SPDX-License-Identifier: MIT
//
// Visit: one node's turn in a crawl, from the finished handshake to goodbye: record, round-trip time, peers.
//
// Its states and events are a table: states.h, shown in README.md.
//
// One question is open at a time: a keepalive with a ping, and a pull until `dry_pulls` in a row brought nothing that
// this node had not named before or the crawl had not heard of, or `pulls` were spent. Every second pull carries a
// fresh seed: it reaches verified table peers that a random sample of recent ones leaves out. Samples are read only as
// the answer to an open pull, and of them only what the scope rule lets this node tell us (MayTravel). Its pings and
// path challenges are answered.
// Bounds: `packets` sent and `time` spent, whatever the node does; 32 endpoints a pull; kMaxRecords records.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "crawler/caller.h"
#include "crawler/frontier.h"
#include "crawler/states.h"
#include "node/core/seam.h"
#include "proto/handshake.h"
#include "proto/record.h"
#include "proto/session.h"

namespace hearsay {

struct VisitLimits {
  std::size_t pulls = 14;     // below a responder's burst of 16 a channel, so that a whole visit fits into it
  std::size_t dry_pulls = 2;  // in a row: a random sample and a seeded one
  std::size_t questions = 1;  // at least; those beyond the pulls only ping
  Duration interval{};        // between questions that only ping
  std::size_t attempts = 3;   // of one question
  std::size_t packets = 40;   // sealed packets to one node: questions, their repeats, answers, goodbye
  Duration time = seconds{20};
};

enum class VisitEnd : std::uint8_t { kNone, kDry, kLimit, kSilent, kLeft, kExcluded, kStopped };

class Visit {
 public:
  // `caller` and `heard` are borrowed and outlive the visit. `heard` is what the crawl has heard of; null: a visit for
  // itself. `handshake_rtt` is the first guess of the round-trip time.
  Visit(Caller& caller, const Frontier* heard, const VisitLimits& limits, const Endpoint& endpoint,
        const Handshaken& handshake, Duration handshake_rtt, Time now);

  void Begin(Time now, Effects& out);
  // A sealed packet for this session. Appends to `named` what is new to this visit.
  void Receive(BytesView packet, Time now, Effects& out, std::vector<Endpoint>& named);
  void Tick(Time now, Effects& out);
  void Stop(Effects& out);
  Time NextDeadline() const;

  VisitState state() const { return state_; }
  bool over() const { return state_ == VisitState::kOver; }
  VisitEnd end() const { return end_; }
  const NodeId& peer() const { return peer_; }
  const Endpoint& endpoint() const { return endpoint_; }
  std::uint64_t session_id() const { return session_.receive_id(); }
  bool spoke() const { return spoke_; }  // one keepalive of it arrived: the channel works
  std::size_t questions() const { return questions_; }
  const std::vector<Duration>& rtts() const { return rtts_; }  // of answered pings, in order
  const std::optional<NodeRecord>& record() const { return record_; }
  const Bytes& signed_record() const { return signed_record_; }  // the same, as it came
  const std::set<IdPrefix>& hidden() const { return hidden_; }  // peers that it says nobody can dial

 private:
  static constexpr std::size_t kMaxRecords = 4;
  static constexpr std::size_t kMaxHiddenOfVisit = 256;  // as many as a node has channels that it did not choose

  bool PullsOver() const { return pulls_ >= limits_.pulls || dry_ >= limits_.dry_pulls; }
  void Move(VisitEvent event) { state_ = Next(state_, event); }
  void Ask(Time now, Effects& out);       // a new question
  void Transmit(Time now, Effects& out);  // the open question, once more
  void Settle(Time now, Effects& out);    // the question is answered or given up
  void Rest(Time until);
  void End(VisitEvent event, VisitEnd why, Effects& out);
  void OnKeepalive(const Keepalive& message, Time now, Effects& out, std::vector<Endpoint>& named);
  void ReadRecord(const Keepalive& message);
  bool ReadPong(const Keepalive& message, Time now);
  void ReadSample(const Keepalive& message, std::vector<Endpoint>& named);
  void SendKeepalive(std::uint32_t ping, Effects& out);
  void SendSealed(BytesView plaintext, Effects& out);

  Caller& caller_;
  const Frontier* const heard_;
  const VisitLimits limits_;
  const Endpoint endpoint_;
  const NodeId peer_;
  const Time expires_;
  Session session_;
  VisitState state_ = VisitState::kAsking;
  VisitEnd end_ = VisitEnd::kNone;
  Time deadline_{};

  // The open question.
  std::vector<Time> sent_at_;  // of its pings; the last carries nonce_
  std::uint32_t nonce_ = 0;
  bool pulls_now_ = false;     // it pulls
  bool awaits_pong_ = false;
  bool awaits_sample_ = false;
  std::uint64_t seed_ = 0;

  // What we owe the node.
  std::uint32_t owed_pong_ = 0;
  std::uint64_t owed_path_ = 0;
  bool holds_our_record_ = false;

  std::size_t questions_ = 0;
  std::size_t pulls_ = 0;
  std::size_t dry_ = 0;  // pulls in a row that brought nothing new
  std::size_t packets_ = 0;
  std::size_t records_read_ = 0;
  bool spoke_ = false;
  Duration expected_rtt_;
  std::vector<Duration> rtts_;
  std::optional<NodeRecord> record_;
  Bytes signed_record_;
  std::set<IdPrefix> hidden_;
  std::vector<Endpoint> named_;  // by this node so far, ordered
};

}  // namespace hearsay
