// SPDX-License-Identifier: MIT
//
// Keepalives in: liveness, records, path challenges, samples, suspicions. Whoever speaks here has proved its id.
#include <algorithm>

#include "node/core/hidden_peers.h"
#include "node/core/node_impl.h"

namespace hearsay {
namespace {

constexpr std::size_t kBareChallengeBytes = kSealOverheadBytes + 2 + 9;  // message and field headers, the token
constexpr Duration kHeardLately = milliseconds{300};  // a suspected peer heard since then is not probed
constexpr Duration kYoung = seconds{5};  // a channel that we opened to verify the peer
constexpr std::uint32_t kToldRetries = 4;
constexpr Duration kToldRetryWait = seconds{1};
constexpr Duration kDuplicateTellWait = std::chrono::minutes{10};
constexpr Duration kRoamWait = milliseconds{500};
constexpr Duration kCrawlerWait = std::chrono::hours{1};  // it may be no crawler any more
constexpr Duration kDismissGrace = milliseconds{300};  // the sample that was sent before "no room" may come after it

}  // namespace

void Node::Impl::OnMessage(Peer& peer, BytesView plaintext, const Datagram& datagram, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  // It is alive, whatever we have time to read.
  peer.last_seen = channel.last_heard = now;
  const std::size_t size = datagram.bytes.size();
  const bool admitted = channel.inbound && !Keeps(peer)
                            ? admission_.AdmitOthersPacket(channel.allowance, size, SourceOf(channel.path), now)
                            : admission_.AdmitPacket(channel.allowance, size, now);
  if (!admitted) return counters_.Drop(Error::kRateLimited);
  const auto kind = codec_.DecodeMessage(plaintext, incoming_);
  if (!kind) return counters_.Drop(kind.error());
  if (kind == ChannelMessageKind::kLeave || kind == ChannelMessageKind::kNoCrawlers) return OnLeft(peer, now, out);
  if (kind == ChannelMessageKind::kNoRoom) return OnDismissed(peer, now);
  if (kind == ChannelMessageKind::kDuplicate) return OnDuplicate(peer, now, out);
  if (kind != ChannelMessageKind::kKeepalive) return;
  counters_.Add(Counter::kKeepalivesReceived);
  OnKeepalive(peer, incoming_, datagram, now, out);
}

void Node::Impl::OnKeepalive(Peer& peer, const Keepalive& in, const Datagram& datagram, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  channel.peer_holds = std::max(channel.peer_holds, std::min(in.record_held, record_sequence_));
  // Somebody who passed one packet on shall not stay in between: where it was proved lately, a packet is enough.
  const bool is_home = peer.in_table && datagram.from == peer.endpoint && now < peer.last_verified + kFresh;
  if (is_home && channel.path != peer.endpoint) {
    channel.path = peer.endpoint;
    channel.proved_at = peer.last_verified;
  }
  if (in.pong != 0) OnPong(peer, in.pong, datagram.from, now);
  if (in.path_response != 0) OnPathResponse(peer, in, datagram, now, out);
  if (!in.record.empty()) OnRecord(peer, in, now, out);
  if (config_.crawlers == CrawlerPolicy::kExclude && channel.record && channel.record->role == Role::kCrawler) {
    counters_.Drop(Error::kRefused);
    return Shun(peer, LeaveKind::kNoCrawlers, kCrawlerWait, now, out);
  }
  // It lives, but our challenge or its answer may have been lost.
  if (channel.verify.token != 0 && channel.record) ConsiderVerifying(peer, now, out);
  if (in.sampled && channel.pull_open) ReadSample(peer, in, now, out);
  if (!in.suspects.empty()) OnSuspects(in, now, out);
  // "A roamed endpoint is used only after path validation": until then answers go to where the peer was.
  const bool roamed = datagram.from != channel.path;
  // Nobody has proved to be there: one packet for one, no larger than what it answers.
  if (roamed && datagram.bytes.size() >= kBareChallengeBytes) {
    if (in.path_challenge != 0) {
      RespondElsewhere(peer, in.path_challenge, datagram.from, now, out);
    } else if (MayFollow(peer, datagram.from, now) && now > channel.roam.sent_at + kRoamWait) {
      Challenge(peer, channel.roam, datagram.from, now, out);
    }
  }
  NoteArrival(peer, in, datagram.local, now, out);
  if (in.spare && OnSpare(peer, now, out)) return;
  if ((in.ping != 0 || in.pull) && !channel.inbound && !Keeps(peer) && !BecomeInbound(peer, now, out)) return;
  if (in.ping == 0 && in.path_challenge == 0 && !in.pull) return;
  const bool challenged = in.path_challenge != 0 && !roamed;
  if (in.ping != 0 || challenged) {
    Keepalive& answer = Draft(peer, now);
    answer.pong = in.ping;
    answer.path_response = challenged ? in.path_challenge : 0;
    if (challenged && IsSpare(peer)) answer.spare = channel.spare = true;
    SendDraft(peer, answer, now, out);
    // Whoever asks is alive: our own keepalive may wait an interval. But that it receives where it was, only its answer
    // to us proves.
    const bool is_proved = !Keeps(peer) || now < channel.proved_at + kFresh / 2;
    if (!channel.probe.open() && is_proved) Rearm(peer, now);
  }
  if (in.pull) AnswerPull(peer, in, now, out);
}

void Node::Impl::OnPong(Peer& peer, std::uint32_t pong, const Endpoint& from, Time now) {
  Channel& channel = *peer.channel;
  const auto answer = channel.probe.OnPong(pong, now);
  if (!answer) return;
  if (from == channel.path && from == channel.pinged) {
    channel.proved_at = now;
    if (peer.in_table && from == peer.endpoint) peer.last_verified = now;
  }
  peer.Answered();
  channel.rtt.Add(answer->round_trip);
  channel.loss.AddAnswered(answer->unanswered_before);
  // Whom others told us to look at may be slow on purpose, and is not our uplink.
  if (answer->cause == LivenessProbe::Cause::kOwn) loss_.AddAnswered(answer->unanswered_before);
  Rearm(peer, now);
}

void Node::Impl::OnRecord(Peer& peer, const Keepalive& in, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  if (in.record_sequence <= channel.record_held()) return;
  if (!channel.allowance.records.Take(kRecordRate, now)) return counters_.Drop(Error::kRateLimited);
  auto record = ReadRecord(in.record, peer.id);
  if (!record) return counters_.Drop(record.error());
  if (record->sequence <= channel.record_held()) return counters_.Drop(Error::kStaleRecord);
  const bool first = channel.record == nullptr;
  const bool differs = !first && (record->attributes != channel.record->attributes ||
                                  record->name != channel.record->name || record->role != channel.record->role);
  channel.record = std::make_unique<NodeRecord>(std::move(*record));
  if (first || differs) Emit(PeerEventKind::kUpdated, peer, first ? "first record" : "", out);
  ConsiderVerifying(peer, now, out);
}

void Node::Impl::OnSuspects(const Keepalive& in, Time now, Effects& out) {
  counters_.Add(Counter::kSuspicionsReceived);
  // Third parties' word causes a probe, never a removal.
  for (const IdPrefix prefix : in.suspects) {
    Peer* peer = book_.FindByPrefix(prefix);
    if (peer == nullptr || !peer->channel || !IsChosen(*peer)) continue;
    if (now < peer->channel->last_heard + kHeardLately) continue;
    if (peer->channel->probe.open() || !asked_work_.Take(Work::kToldProbe, now)) continue;
    Ping(*peer, LivenessProbe::Cause::kTold, now, out);
  }
}

void Node::Impl::ReadSample(Peer& peer, const Keepalive& in, Time now, Effects& out) {
  peer.channel->pull_open = false;
  if (!MayPull(peer)) return;
  counters_.Add(Counter::kSampleEndpointsReceived, in.sample.size());
  const IdPrefix speaker = PrefixOf(peer.id);
  const Influence influence = speakers_.Of(speaker, now);
  if (influence == Influence::kNone) return;
  const Scope scope = peer.channel->path.scope();
  const std::vector<Endpoint> own = own_.All();
  HearsayQueue::Item item{.endpoint = {}, .source = groups_->Of(peer.channel->path), .speaker = speaker, .lane = {}};
  bool fresh = false;
  for (const Endpoint& endpoint : in.sample) {
    if (!MayTravel(endpoint.scope(), scope)) continue;
    if (Peer* known = book_.FindByEndpoint(endpoint)) {
      HeardAlive(*known, now);
      continue;
    }
    if (!hearsay_.WouldTake(endpoint, influence == Influence::kDoubtful) || !IsNews(endpoint, now)) continue;
    if (std::find(own.begin(), own.end(), endpoint) != own.end()) continue;
    item.endpoint = endpoint;
    item.lane = influence == Influence::kDoubtful ? HearsayLane::kDoubtful
                : book_.verified_count() > kViewSlots && view_.WouldWin(endpoint) ? HearsayLane::kWinner
                                                                                   : HearsayLane::kPlain;
    fresh |= hearsay_.Push(item);
  }
  idle_pulls_ = fresh ? 0 : idle_pulls_ + 1;
  if (fresh) DialTold(now, out);
}

// Somebody proved it lately: after a cut it may be back though our own back-off is long. The word of samples is worth
// kToldRetries dials in an outage, no more: the dead stay in samples for minutes, and whoever lies says what it wants.
void Node::Impl::HeardAlive(Peer& peer, Time now) {
  if (peer.state != PeerState::kRetry || peer.failures == 0 || peer.failures > kToldRetries) return;
  timers_.SetNoLater(peer.retry, now + Jittered(kToldRetryWait));
}

// Nobody has proved it to us, we have not found out lately that nobody does, and we want to know.
bool Node::Impl::IsNews(const Endpoint& endpoint, Time now) {
  return book_.FindByEndpoint(endpoint) == nullptr && !recent_.Contains(endpoint, now) &&
         !unanswered_.Contains(endpoint, now) && !dialler_.IsDialling(endpoint) && !bans_.Has(endpoint.address);
}

// "Peers that lie lose influence before they lose the channel." A liar's slots go to others, for Speakers::kShunTime.
void Node::Impl::BlameSpeaker(IdPrefix speaker, const Endpoint& told, Time now, Effects& out) {
  const SipKey& key = state_.table_secret;
  // On one machine all have one address; a private address is a group of its own (proto/endpoint.h).
  const bool one_machine = told.scope() == Scope::kLoopback;
  speakers_.Failed(speaker, one_machine ? SipHash(key, told.ToBytes()) : SipHash(key, groups_->Of(told).key), now);
  if (speakers_.Of(speaker, now) != Influence::kNone) return;
  Peer* peer = book_.FindByPrefix(speaker);
  if (peer == nullptr || !peer->channel || !IsChosen(*peer)) return;
  counters_.Add(Counter::kLiarsShunned);
  peer->has_error = true;
  peer->last_error = Error::kFalseSamples;
  Emit(PeerEventKind::kStale, *peer, "its samples do not verify", out);
  Shun(*peer, LeaveKind::kNoRoom, Speakers::kShunTime, now, out);
}

// Said, or it would take us for dead, and tell everybody. The channel is closed, and perhaps the peer gone.
void Node::Impl::Shun(Peer& peer, LeaveKind kind, Duration wait, Time now, Effects& out) {
  const bool in_table = peer.in_table;
  SendLeave(peer, kind, out);
  CloseChannel(peer, PeerState::kRetry, out, now);
  if (in_table) ScheduleRetry(peer, wait, now);
}

void Node::Impl::AnswerPull(Peer& peer, const Keepalive& in, Time now, Effects& out) {
  if (!peer.channel->pulls.Take(kPullRate, now)) return counters_.Drop(Error::kRateLimited);
  // A sample is larger than what asks for it: not to where nobody has shown lately that it receives (ProveAgain).
  if (now > peer.channel->proved_at + kFresh) return counters_.Drop(Error::kNotExpected);
  if (in.pull_seed != 0 && !asked_work_.Take(Work::kSeededPull, now)) return counters_.Drop(Error::kRateLimited);
  counters_.Add(Counter::kPullsAnswered);
  Keepalive& answer = Draft(peer, now);
  answer.record.clear();  // record and sample together may not fit; the record goes with the next one
  answer.sampled = true;
  const Sampler::Asker asker{.scope = peer.channel->path.scope(), .id = peer.id, .seed = in.pull_seed};
  sampler_.Fill(book_, *groups_, asker, now, rng_, answer.sample);
  if (in.pull_hidden) FillHidden(book_, peer.id, in.pull_seed, now, rng_, answer.hidden);
  SendDraft(peer, answer, now, out);
}

// We dialled it and have no use for the channel, but the peer has. From now on it counts as any other
// that we did not choose. False: there is no room; the channel is closed, and perhaps the peer gone.
bool Node::Impl::BecomeInbound(Peer& peer, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  if (!channel.spare && now < channel.opened_at + kYoung) return true;  // its first question came with its answers
  channel.spare = false;
  SetInbound(peer, true);
  const NodeId id = peer.id;
  TrimInbound(now, out);
  return book_.Find(id) == &peer && peer.channel != nullptr;
}

// True: the channel is closed, and perhaps the peer gone.
bool Node::Impl::OnSpare(Peer& peer, Time now, Effects& out) {
  if (!peer.in_table || peer.channel->spare) return false;  // it is not proved yet; or both said so
  if (Keeps(peer)) {
    if (!peer.channel->probe.open()) Ping(peer, LivenessProbe::Cause::kOwn, now, out);
    return false;
  }
  CloseChannel(peer, PeerState::kVerified, out, now);
  return true;
}

void Node::Impl::OnDismissed(Peer& peer, Time now) {
  Channel& channel = *peer.channel;
  if (channel.dismissed) return;
  channel.dismissed = true;
  channel.probe.Close();
  timers_.Set(channel.timer, now + kDismissGrace);
}

// A later copy of us is at that peer's. It may lie: then it has lost a peer, and our operator a moment in ten minutes.
void Node::Impl::OnDuplicate(Peer& peer, Time now, Effects& out) {
  if (now >= duplicate_told_at_ + kDuplicateTellWait) {
    duplicate_told_at_ = now;
    ReportDuplicate(peer.channel->path, "this peer has another live node with this node's identity, started later; "
                                        "give each node a data dir of its own", out);
  }
  OnLeft(peer, now, out);
}

void Node::Impl::OnLeft(Peer& peer, Time now, Effects& out) {
  const bool no_room = peer.channel->dismissed;
  // It is there, and its channel was of no use to us.
  if (no_room && !Keeps(peer)) return CloseChannel(peer, PeerState::kVerified, out, now);
  counters_.Add(Counter::kPeersLeft);
  Emit(PeerEventKind::kLeft, peer, no_room ? "has no room for us" : "said goodbye", out);
  const bool in_table = peer.in_table;
  CloseChannel(peer, PeerState::kRetry, out, now);
  timers_.SetNoLater(budget_, now);
  if (in_table) ScheduleRetry(peer, Jittered(rhythm_.RetryDelay(peer.endpoint.scope(), no_room ? 4 : 2)), now);
}

}  // namespace hearsay
