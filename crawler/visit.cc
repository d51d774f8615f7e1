// SPDX-License-Identifier: MIT
#include "crawler/visit.h"

#include <algorithm>
#include <utility>

namespace hearsay {
namespace {

// A pull that was answered without a sample met an empty bucket, which gets two tokens a second.
constexpr Duration kRestTime = milliseconds{600};

}  // namespace

Visit::Visit(Caller& caller, const Frontier* heard, const VisitLimits& limits, const Endpoint& endpoint,
             const Handshaken& handshake, Duration handshake_rtt, Time now)
    : caller_(caller),
      heard_(heard),
      limits_(limits),
      endpoint_(endpoint),
      peer_(handshake.peer),
      expires_(now + limits.time),
      session_(handshake.keys),
      expected_rtt_(handshake_rtt) {}

void Visit::Begin(Time now, Effects& out) {
  Move(VisitEvent::kBegin);
  Ask(now, out);
}

void Visit::Ask(Time now, Effects& out) {
  ++questions_;
  sent_at_.clear();
  awaits_pong_ = true;
  pulls_now_ = awaits_sample_ = !PullsOver();
  if (pulls_now_) {
    seed_ = pulls_ % 2 == 0 ? 0 : caller_.rng().Next64() | 1;
    ++pulls_;
    caller_.counters().Add(Counter::kPullsSent);
  }
  Transmit(now, out);
}

void Visit::Transmit(Time now, Effects& out) {
  // The last packet is for goodbye.
  if (packets_ + 1 >= limits_.packets) return End(VisitEvent::kSpent, VisitEnd::kLimit, out);
  const auto doubling = std::min<std::size_t>(sent_at_.size(), 5);
  sent_at_.push_back(now);
  SendKeepalive(++nonce_, out);
  const Scope scope = endpoint_.scope();
  RoundTrip rtt;
  rtt.Add(expected_rtt_);
  deadline_ = now + caller_.rhythm().ProbeTimeout(scope, rtt) * (1 << doubling);
}

void Visit::Settle(Time now, Effects& out) {
  awaits_pong_ = awaits_sample_ = false;
  const bool pulls = !PullsOver();
  if (!pulls && questions_ >= limits_.questions) {
    return End(VisitEvent::kSettledLast, dry_ >= limits_.dry_pulls ? VisitEnd::kDry : VisitEnd::kLimit, out);
  }
  const Time next = sent_at_.front() + limits_.interval;
  if (!pulls && next > now) {
    Move(VisitEvent::kSettledEarly);
    return Rest(next);
  }
  Move(VisitEvent::kSettled);
  Ask(now, out);
}

void Visit::Rest(Time until) { deadline_ = until; }

void Visit::End(VisitEvent event, VisitEnd why, Effects& out) {
  Move(event);
  end_ = why;
  if (event == VisitEvent::kLeave) return;
  DatagramBuffer plain;
  SendSealed(caller_.codec().EncodeLeave(LeaveKind::kGoodbye, plain), out);
}

void Visit::Stop(Effects& out) {
  if (!over()) End(VisitEvent::kStop, VisitEnd::kStopped, out);
}

void Visit::Tick(Time now, Effects& out) {
  if (over()) return;
  if (now >= expires_) return End(VisitEvent::kSpent, VisitEnd::kLimit, out);
  if (now < deadline_) return;
  if (state_ == VisitState::kResting) {
    if (awaits_sample_) {
      ++dry_;
      return Settle(now, out);
    }
    Move(VisitEvent::kDue);
    return Ask(now, out);
  }
  if (pulls_now_ && !awaits_sample_) return Settle(now, out);  // only the pong was lost
  if (sent_at_.size() < limits_.attempts) {
    Move(VisitEvent::kUnanswered);
    return Transmit(now, out);
  }
  if (limits_.pulls == 0 && questions_ < limits_.questions) return Settle(now, out);
  End(VisitEvent::kUnansweredLast, VisitEnd::kSilent, out);
}

Time Visit::NextDeadline() const { return over() ? kNever : std::min(deadline_, expires_); }

void Visit::Receive(BytesView packet, Time now, Effects& out, std::vector<Endpoint>& named) {
  if (over()) return;
  DatagramBuffer buffer;
  const auto plaintext = session_.Open(packet, buffer.bytes);
  if (!plaintext) return caller_.counters().Drop(plaintext.error());
  Keepalive& message = caller_.incoming();
  const auto kind = caller_.codec().DecodeMessage(*plaintext, message);
  if (!kind) return caller_.counters().Drop(kind.error());
  if (*kind == ChannelMessageKind::kLeave || *kind == ChannelMessageKind::kNoRoom ||
      *kind == ChannelMessageKind::kDuplicate) {
    return End(VisitEvent::kLeave, VisitEnd::kLeft, out);
  }
  if (*kind == ChannelMessageKind::kNoCrawlers) return End(VisitEvent::kLeave, VisitEnd::kExcluded, out);
  if (*kind == ChannelMessageKind::kKeepalive) OnKeepalive(message, now, out, named);
}

void Visit::OnKeepalive(const Keepalive& message, Time now, Effects& out, std::vector<Endpoint>& named) {
  caller_.counters().Add(Counter::kKeepalivesReceived);
  spoke_ = true;
  ReadRecord(message);
  if (message.record_held == caller_.record_sequence()) holds_our_record_ = true;
  if (message.ping != 0) owed_pong_ = message.ping;
  if (message.path_challenge != 0) owed_path_ = message.path_challenge;
  const bool pong = ReadPong(message, now);
  const bool sample = awaits_sample_ && message.sampled;
  if (sample) ReadSample(message, named);
  if (pong && awaits_sample_) {
    Move(VisitEvent::kPongAlone);
    Rest(now + kRestTime);
  } else if ((pong || sample) && !awaits_pong_) {
    Settle(now, out);
  } else if (sample) {
    Move(VisitEvent::kSampleAlone);
  }
  const bool owes = owed_pong_ != 0 || owed_path_ != 0;  // the next question would have carried it
  if (!over() && owes && packets_ + 1 < limits_.packets) SendKeepalive(0, out);
}

void Visit::ReadRecord(const Keepalive& message) {
  if (message.record.empty() || records_read_ >= kMaxRecords) return;
  if (record_ && message.record_sequence <= record_->sequence) return;
  ++records_read_;
  // "Its own channel proves what its signature would."
  auto record = hearsay::ReadRecord(message.record, peer_);
  if (!record) return caller_.counters().Drop(record.error());
  if (record_ && record->sequence <= record_->sequence) return;
  record_ = std::move(*record);
  signed_record_ = message.record;
}

bool Visit::ReadPong(const Keepalive& message, Time now) {
  const std::uint32_t age = nonce_ - message.pong;
  if (!awaits_pong_ || message.pong == 0 || age >= sent_at_.size()) return false;
  awaits_pong_ = false;
  rtts_.push_back(now - sent_at_[sent_at_.size() - 1 - age]);
  expected_rtt_ = (7 * expected_rtt_ + rtts_.back()) / 8;  // RFC 6298's smoothing
  return true;
}

void Visit::ReadSample(const Keepalive& message, std::vector<Endpoint>& named) {
  awaits_sample_ = false;
  for (const IdPrefix id : message.hidden) {
    if (hidden_.size() < kMaxHiddenOfVisit) hidden_.insert(id);
  }
  caller_.counters().Add(Counter::kSampleEndpointsReceived, message.sample.size());
  bool fresh = false;
  for (const Endpoint& endpoint : message.sample) {
    if (!MayTravel(endpoint.scope(), endpoint_.scope())) {
      caller_.counters().Drop(Error::kBadEndpoint);
      continue;
    }
    const auto at = std::lower_bound(named_.begin(), named_.end(), endpoint);
    if (at != named_.end() && *at == endpoint) continue;
    named_.insert(at, endpoint);
    named.push_back(endpoint);
    fresh = fresh || heard_ == nullptr || !heard_->Find(endpoint);
  }
  dry_ = fresh ? 0 : dry_ + 1;
}

void Visit::SendKeepalive(std::uint32_t ping, Effects& out) {
  Keepalive& message = caller_.outgoing();
  message.Clear();
  message.ping = ping;
  message.pong = std::exchange(owed_pong_, 0);
  message.path_response = std::exchange(owed_path_, 0);
  message.record_sequence = caller_.record_sequence();
  message.record_held = record_ ? record_->sequence : 0;
  if (!holds_our_record_) message.record = caller_.record();
  if (ping != 0 && awaits_sample_) {
    message.pull = true;
    message.pull_seed = seed_;
    message.pull_hidden = true;
  }
  DatagramBuffer plain;
  caller_.counters().Add(Counter::kKeepalivesSent);
  SendSealed(caller_.codec().EncodeKeepalive(message, plain), out);
}

void Visit::SendSealed(BytesView plaintext, Effects& out) {
  DatagramBuffer packet;
  const auto size = session_.Seal(plaintext, packet.bytes);
  if (!size) return;  // cannot happen below kMaxPackets; `packets` is far below
  packet.size = *size;
  ++packets_;
  out.AddSend(endpoint_, packet.view());
}

}  // namespace hearsay
