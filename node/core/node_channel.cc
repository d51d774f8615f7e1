// SPDX-License-Identifier: MIT
//
// Sessions and channels: attaching, choosing which session sends, keepalives out, probes, and the end of a peer.
#include <algorithm>

#include "node/core/node_impl.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr std::size_t kSuspicionFanout = 8;       // of whoever was told; whoever found it tells everybody
constexpr Duration kTellWait = milliseconds{10};  // deaths found together are told together
constexpr Duration kOtherFamily = std::chrono::hours{1};  // Guess: how long a peer's address of the other family waits
constexpr int kSoonSamples = 4;                // handshake or challenge, first ping, and two in calm

}  // namespace

bool Node::Impl::IsChosen(const Peer& peer) const {
  return peer.IsVerified() && (book_.verified_count() <= kViewSlots || view_.Holds(peer));
}

// Whose channel we keep alive. A preconfigured peer that we did not choose has other callers: only while we have few.
bool Node::Impl::Keeps(const Peer& peer) const {
  if (IsChosen(peer)) return true;
  const bool needed = book_.verified_count() < Bootstrap::kDefaultMinimum || bootstrap_.IsWeighed(peer.id);
  return peer.channel->preconfigured && needed;
}

// Made by a dial of ours that was to verify the peer, which is done. While few are known every channel is of use.
bool Node::Impl::IsSpare(const Peer& peer) const {
  return !peer.channel->inbound && !peer.channel->pull_open && peer.IsVerified() && !Keeps(peer);
}

Duration Node::Impl::IdleTimeout(const Channel& channel) const {
  return channel.spare ? Rhythm::kSpareTimeout : rhythm_.IdleTimeout(channel.path.scope());
}

bool Node::Impl::MayPull(const Peer& peer) const {
  return peer.channel != nullptr && (IsChosen(peer) || peer.channel->preconfigured);
}

void Node::Impl::Attach(Peer& peer, NewSession fresh, Time now, Effects& out) {
  if (peer.channel == nullptr) {
    // It was gone and comes from elsewhere: what we knew of its endpoint is no proof for now.
    const bool was_gone = peer.state != PeerState::kVerified && peer.state != PeerState::kDialling;
    if (peer.in_table && fresh.inbound && was_gone && peer.endpoint != fresh.path) {
      Withdraw(peer, now);
      book_.DropFromTable(peer);
    }
    if (!peer.in_table) peer.endpoint = fresh.path;
    book_.OpenChannel(peer);
    peer.channel->opened_at = peer.channel->last_heard = now;
    peer.channel->path = peer.channel->first_path = fresh.path;
    SetInbound(peer, fresh.inbound);
    timers_.Cancel(peer.retry);
    if (peer.in_table && (peer.state == PeerState::kRetry || peer.failures > 0)) OnReturn(peer.last_seen, now);
    peer.last_seen = now;
    book_.SetState(peer, PeerState::kActive);
    if (peer.IsVerified() && view_.Offer(peer)) view_changed_ = true;
    if (IsChosen(peer)) SetInbound(peer, false);
    Emit(PeerEventKind::kActive, peer, "", out);
  }
  Channel& channel = *peer.channel;
  if (!fresh.inbound) SetInbound(peer, false);
  channel.dismissed = false;
  channel.preconfigured |= fresh.preconfigured;
  if (fresh.peer_epoch > channel.peer_epoch) {
    // The peer restarted: whatever the old incarnation held is gone.
    for (const auto& old : channel.sessions) DropSession(*old);
    counters_.Add(Counter::kSessionsReplaced, channel.sessions.size());
    channel.sessions.clear();
    channel.peer_epoch = fresh.peer_epoch;
    channel.peer_holds = channel.record_sent = 0;
    channel.record.reset();  // its sequence may begin below the old one's
    channel.probe.Close();
  }
  UdpSession* const added = fresh.session.get();
  session_owner_[added->session.receive_id()] = {&peer, added};
  channel.sessions.push_back(std::move(fresh.session));
  ArrangeSessions(channel, now);
  if (channel.sessions.front().get() == added) {
    channel.path = fresh.path;
    channel.proved_at = now;
  }
  Rearm(peer, now);
}

// The best session sends, the others receive for kDrainTime more.
void Node::Impl::ArrangeSessions(Channel& channel, Time now) {
  auto& sessions = channel.sessions;
  std::stable_sort(sessions.begin(), sessions.end(),
                   [now](const auto& a, const auto& b) { return IsBetterSession(*a, *b, now); });
  sessions.front()->drain_until = kNever;
  for (std::size_t i = 1; i < sessions.size(); ++i) {
    if (sessions[i]->drain_until == kNever) {
      sessions[i]->drain_until = now + kDrainTime;
      counters_.Add(Counter::kSessionsReplaced);
    }
  }
  while (sessions.size() > kMaxSessions || (sessions.size() > 1 && sessions.back()->drain_until <= now)) {
    DropSession(*sessions.back());
    sessions.pop_back();
  }
  if (sessions.size() > 1) timers_.SetNoLater(drain_, now + kDrainTime);
}

void Node::Impl::SetInbound(Peer& peer, bool inbound) {
  if (peer.channel->inbound == inbound) return;
  peer.channel->inbound = inbound;
  if (inbound) {
    inbound_.Add(peer, peer.channel->first_path, groups_->Of(peer.channel->first_path));
  } else {
    inbound_.Remove(peer);
  }
}

void Node::Impl::TrimInbound(Time now, Effects& out) {
  while (Peer* const excess = inbound_.Excess()) {
    counters_.Drop(Error::kRefused);
    // Said, so that it does not take us for dead and tell everybody.
    SendLeave(*excess, LeaveKind::kNoRoom, out);
    CloseChannel(*excess, PeerState::kVerified, out, now);
  }
}

void Node::Impl::SendLeave(Peer& peer, LeaveKind kind, Effects& out) {
  SendLeaveOn(peer.channel->sessions.front()->session, peer.channel->path, kind, out);
}

void Node::Impl::SendLeaveOn(Session& session, const Endpoint& to, LeaveKind kind, Effects& out) {
  if (const auto size = session.Seal(codec_.EncodeLeave(kind, plain_), sealed_.bytes)) {
    out.AddSend(to, BytesView(sealed_.bytes).first(*size));
  }
}

// Ends the channel. A table peer goes on in state `next`; another is forgotten: `peer` may be gone afterwards.
void Node::Impl::CloseChannel(Peer& peer, PeerState next, Effects& out, Time now) {
  HEARSAY_CHECK(peer.channel != nullptr);
  for (const auto& session : peer.channel->sessions) DropSession(*session);
  SetInbound(peer, false);
  GiveUpChallenge(*peer.channel, now);
  timers_.Cancel(peer.channel->timer);
  book_.CloseChannel(peer);
  if (!bootstrap_.empty()) timers_.SetNoLater(bootstrap_timer_, now + Bootstrap::kFirstDelay);
  if (!peer.in_table) return Forget(peer, out);
  book_.SetState(peer, next);
  if (next != PeerState::kVerified) Withdraw(peer, now);
  Persist(peer, now, out);
}

// The table has no place for it (any more), and then the store shall have none.
void Node::Impl::Forget(Peer& peer, Effects& out) {
  timers_.Cancel(peer.retry);
  const NodeId id = peer.id;
  if (Time{peer.persisted_at} != FromUnixSeconds(0)) out.Add(ForgetPeer{id});
  book_.Remove(id);
}

void Node::Impl::Stale(Peer& peer, Time now, Effects& out) {
  counters_.Add(Counter::kPeersStale);
  // One that answers dials and no pings is told of once, and dialled ever later, like one that is dead.
  const bool flaps = std::exchange(peer.silent, true);
  if (flaps) ++peer.failures;
  const bool was_chosen = IsChosen(peer);
  const bool in_table = peer.in_table;
  const bool own_finding = peer.channel->probe.cause() == LivenessProbe::Cause::kOwn;
  const NodeId id = peer.id;
  peer.has_error = true;
  peer.last_error = Error::kTimeout;
  Emit(PeerEventKind::kStale, peer, "missed its keepalives", out);
  CloseChannel(peer, PeerState::kStale, out, now);
  if (was_chosen && !flaps) {
    suspicions_.Expire(now);
    if (suspicions_.full() && tell_.waits()) Tell(now, out);
    suspicions_.Add(PrefixOf(id), now);
    tell_everybody_ |= own_finding;
    timers_.SetNoLater(tell_, now + kTellWait);
  }
  timers_.SetNoLater(budget_, now);
  if (in_table && (flaps || !DialPeer(peer, now, out))) {
    book_.SetState(peer, PeerState::kRetry);
    const std::uint32_t before = peer.failures == 0 ? 0 : peer.failures - 1;
    ScheduleRetry(peer, Jittered(rhythm_.RetryDelay(peer.endpoint.scope(), before)), now);
  }
}

// Suspicions ride on every keepalive; the first ones leave at once.
void Node::Impl::Tell(Time now, Effects& out) {
  timers_.Cancel(tell_);
  // Peers that come and go on purpose must not make us talk: what is over the rate rides on keepalives that go anyway.
  const Scope scope = own_.All().empty() ? Scope::kGlobal : own_.All().front().scope();
  const bool everybody = std::exchange(tell_everybody_, false);
  if (!tells_.Take(rhythm_.TellRate(scope), now)) return;
  std::vector<Peer*> others(book_.channels().begin(), book_.channels().end());
  const std::size_t count = everybody ? others.size() : std::min(others.size(), kSuspicionFanout);
  if (count < others.size()) rng_.PartialShuffle(others, count);
  for (std::size_t i = 0; i < count; ++i) SendDraft(*others[i], Draft(*others[i], now), now, out);
}

void Node::Impl::SetVerified(Peer& peer, const Endpoint& endpoint, Time now, Effects& out) {
  if (!peer.silent) peer.failures = 0;
  peer.has_error = false;
  const bool was_there = peer.in_table && now < peer.last_verified + kFresh;
  // Of one that lives in both families each half of the network tells the address that it can reach: it stays.
  const bool same_family = peer.endpoint.address.IsV4() == endpoint.address.IsV4();
  if (was_there && !same_family) recent_.Add(peer.endpoint, now + kOtherFamily);
  peer.last_verified = now;
  if (peer.channel && peer.channel->path == endpoint) peer.channel->proved_at = now;
  recent_.Remove(endpoint);
  unanswered_.Remove(endpoint);
  dialler_.Cancel(endpoint);
  if (peer.in_table && peer.endpoint == endpoint) {
    if (peer.channel && IsChosen(peer)) SetInbound(peer, false);
    return Rearm(peer, now);
  }
  std::vector<NodeId> evicted;
  const bool was_known = peer.in_table;
  if (was_known) {
    book_.DropFromTable(peer);
    Withdraw(peer, now);
  }
  if (!book_.AdmitToTable(peer, endpoint, evicted)) return;
  counters_.Add(Counter::kPeersVerified);
  if (view_.Offer(peer)) view_changed_ = true;
  for (const NodeId& id : evicted) Evict(id, "its place was needed", now, out);
  if (peer.channel && IsChosen(peer)) SetInbound(peer, false);
  Persist(peer, now, out);
  Emit(PeerEventKind::kVerified, peer, was_known ? "at a new endpoint" : "", out);
  Rearm(peer, now);
}

void Node::Impl::Withdraw(const Peer& peer, Time now) {
  view_.Withdraw(peer);
  if (view_.RefillAt() != kNever) timers_.SetNoLater(budget_, std::max(now, view_.RefillAt()));
}

void Node::Impl::Evict(NodeId id, std::string_view why, Time now, Effects& out) {
  Peer* peer = book_.Find(id);
  if (peer == nullptr) return;
  counters_.Add(Counter::kPeersEvicted);
  Emit(PeerEventKind::kEvicted, *peer, why, out);
  if (peer->in_table) book_.DropFromTable(*peer);
  Withdraw(*peer, now);  // while it is there: slots point to it
  if (!peer->channel) return Forget(*peer, out);
  SendLeave(*peer, LeaveKind::kNoRoom, out);  // or it would call us dead
  CloseChannel(*peer, PeerState::kVerified, out, now);  // and it is forgotten
}

// One more attempt of the probe under way, or the first of a new one.
void Node::Impl::Ping(Peer& peer, LivenessProbe::Cause cause, Time now, Effects& out) {
  Keepalive& keepalive = Draft(peer, now);
  keepalive.ping = peer.channel->NextPing(now, rng_.Next64(), cause);
  SendDraft(peer, keepalive, now, out);
  Rearm(peer, now);
}

void Node::Impl::OnChannelTimer(Peer& peer, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  if (channel.dismissed) return OnLeft(peer, now, out);
  if (!channel.probe.open() && !Keeps(peer)) {
    if (channel.verify.token != 0 && channel.record) ConsiderVerifying(peer, now, out);
    if (now >= channel.last_heard + IdleTimeout(channel)) return CloseChannel(peer, PeerState::kVerified, out, now);
    // We made it and do not need it, and the peer goes on speaking: it has a use for it, whatever it says.
    if (!channel.inbound && !BecomeInbound(peer, now, out)) return;
    return Rearm(peer, now);
  }
  if (channel.probe.attempts() >= AttemptsFor(channel, now)) return Stale(peer, now, out);
  Ping(peer, LivenessProbe::Cause::kOwn, now, out);
}

int Node::Impl::AttemptsFor(const Channel& channel, Time now) const {
  if (admission_.IsFlooded(now)) return LivenessProbe::kMaxAttempts;
  return Rhythm::ProbeAttempts(std::max(channel.loss, loss_).permille());
}

// Sets the one timer that fits: an open probe's timeout, the next keepalive, or the end by silence.
void Node::Impl::Rearm(Peer& peer, Time now) {
  if (!peer.channel || peer.channel->dismissed) return;
  Channel& channel = *peer.channel;
  const Scope scope = channel.path.scope();
  if (channel.probe.open()) {
    // Attempts follow each other quickly; only the last one is given all the time that an answer may take.
    const bool last = channel.probe.attempts() >= AttemptsFor(channel, now);
    const Duration wait =
        last ? rhythm_.ProbeTimeout(scope, channel.rtt) : rhythm_.AttemptSpacing(scope, channel.rtt);
    timers_.Set(channel.timer, channel.probe.last_attempt() + wait + lateness_.Allowance());
  } else if (Keeps(peer)) {
    ScheduleKeepalive(peer, now);
  } else {
    // Its proof may have been lost on the way: asked again, but not in place of a budget that is used up.
    const PathChallenge& open = channel.verify;
    const bool repeats = !peer.in_table && open.token != 0 && open.to == channel.path && Announces(peer, open.to) &&
                         open.attempts < kVerifyAttempts;
    const Time due = std::max(open.sent_at + rhythm_.ProbeTimeout(scope, channel.rtt), now + milliseconds{100});
    timers_.Set(channel.timer, std::min(repeats ? due : kNever, channel.last_heard + IdleTimeout(channel)));
  }
}

void Node::Impl::ScheduleKeepalive(Peer& peer, Time now) {
  const std::size_t view = std::min(book_.verified_count(), kViewSlots);
  const Scope scope = peer.channel->path.scope();
  const Duration interval = rhythm_.KeepaliveInterval(scope, view);
  Duration wait = Jittered(interval);
  if (rhythm_.IsLan(scope)) {
    // Channels that began together shall not be silent together: the first waits are drawn from the whole interval.
    const bool young = now < peer.channel->opened_at + 2 * interval;
    if (young) wait = Duration{static_cast<std::int64_t>(rng_.Below(static_cast<std::uint64_t>(interval.count())))};
    // And it is measured a few times soon: its first samples are of a busy moment.
    if (peer.channel->rtt.samples < kSoonSamples) wait = std::min<Duration>(wait, Jittered(seconds{1}));
  }
  // On this node's own grid: a few keepalives at a time cost one awakening instead of as many.
  const Duration grid = rhythm_.KeepaliveGrid(interval);
  const Duration after_phase = now + wait - bunch_phase_;
  timers_.Set(peer.channel->timer, bunch_phase_ + (after_phase + grid - Duration{1}) / grid * grid);
}

// A keepalive with what every keepalive carries: sequences, our record while the peer lacks it, suspicions.
Keepalive& Node::Impl::Draft(Peer& peer, Time now) {
  Channel& channel = *peer.channel;
  draft_.Clear();
  draft_.record_sequence = record_sequence_;
  draft_.record_held = channel.record_held();
  const bool lacks = channel.peer_holds < record_sequence_;
  const bool sent_lately = channel.record_sent == record_sequence_ && now < channel.record_sent_at + milliseconds{200};
  if (lacks && !sent_lately) draft_.record = OwnRecord(channel.path.scope());
  suspicions_.AppendTo(draft_.suspects, now);
  return draft_;
}

void Node::Impl::SendDraft(Peer& peer, Keepalive& keepalive, Time now, Effects& out) {
  SendDraftTo(peer, keepalive, peer.channel->path, now, out);
}

void Node::Impl::SendDraftTo(Peer& peer, Keepalive& keepalive, const Endpoint& to, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  const auto size = channel.sessions.front()->session.Seal(codec_.EncodeKeepalive(keepalive, plain_), sealed_.bytes);
  if (!size) return;  // the counter is used up: long before, the round asked for a new session
  if (!keepalive.record.empty()) {
    channel.record_sent = record_sequence_;
    channel.record_sent_at = now;
  }
  counters_.Add(Counter::kKeepalivesSent);
  if (!keepalive.suspects.empty()) counters_.Add(Counter::kSuspicionsSent);
  own_.NoteContacted(to.address, now);
  out.AddSend(to, BytesView(sealed_.bytes).first(*size));
}

const Bytes& Node::Impl::OwnRecord(Scope scope) {
  Bytes& cached = records_[scope];
  if (cached.empty()) {
    NodeRecord record;
    record.id = identity_.id();
    record.sequence = record_sequence_;
    record.endpoints = own_.EndpointsFor(scope);
    record.role = config_.role;
    record.software = config_.software;
    record.name = config_.name;
    record.attributes = config_.attributes;
    counters_.Add(Counter::kSignaturesMade);
    cached = SignRecord(record, identity_, network_);
  }
  return cached;
}

void Node::Impl::RecordChanged() {
  ++record_sequence_;
  records_.clear();
}

}  // namespace hearsay
