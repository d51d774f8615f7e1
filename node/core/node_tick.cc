// SPDX-License-Identifier: MIT
//
// Time: the timers, pulls, rounds, bootstrap.
#include <algorithm>

#include "node/core/node_impl.h"

namespace hearsay {
namespace {

constexpr Duration kEagerPull = milliseconds{125};  // 8 a second after start, and while the table grows
constexpr std::size_t kEnoughHearsay = 512;         // waiting: no need to ask for more; a round's dials while growing
constexpr std::uint64_t kDoubtfulPulls = 8;         // a doubtful speaker is asked when chosen once in so many times
constexpr Duration kSteadyPull = kRoundTime / 2;        // two a round
constexpr int kPullDraws = 32;                      // misses all who may be asked, if one in eight may, one time in 72
constexpr int kIdlePulls = 12;                      // answers without news that end the eager phase
constexpr std::size_t kReverifyEachRound = 8;       // beside what is retried: the dead must not take from it
constexpr std::size_t kReverifyLooks = 1024;        // at table peers, each round, for one that is due
constexpr Time kForEver = kNever - Duration{1};      // still "recent" then: one of our own endpoints

}  // namespace

void Node::Impl::Tick(Time now, Effects& out) {
  if (left_) return;
  const std::size_t first_effect = out.list.size();
  if (!started_) Start(now, out);
  lateness_.Add(now - std::min(now, NextDeadline()));
  failed_.clear();
  dialler_.Tick(now, out, failed_);
  // Finishing one may start others; those do not end in this loop.
  const std::vector<DialOutcome> failed = std::move(failed_);
  failed_ = {};
  for (const DialOutcome& outcome : failed) OnDialFailed(outcome, now, out);
  // Bounded: whatever a timer sets is later than now or handled in the next call.
  std::size_t budget = timers_.size() + 16;
  while (budget-- > 0) {
    const Timer* timer = timers_.PopDue(now);
    if (timer == nullptr) break;
    RunTimer(*timer, now, out);
  }
  CountSends(first_effect, out);
}

Time Node::Impl::NextDeadline() const {
  if (left_) return kNever;
  return std::min(timers_.Next(), dialler_.NextDeadline());
}

void Node::Impl::Start(Time now, Effects& out) {
  started_ = true;
  // Before anything is sent: a session made under an epoch that was not stored could be repeated.
  out.Add(PersistState{StateToStore()});
  timers_.Set(round_, now + kRoundTime);
  timers_.Set(pull_, now + kEagerPull);
  timers_.Set(budget_, now);
  RunBootstrap(now, out);
}

void Node::Impl::RunTimer(const Timer& timer, Time now, Effects& out) {
  switch (timer.kind) {
    case TimerKind::kChannel: return OnChannelTimer(book_.At(timer.owner), now, out);
    case TimerKind::kRetry: return Retry(book_.At(timer.owner), now, out);
    case TimerKind::kRound: return Round(now, out);
    case TimerKind::kPull: return Pull(now, out);
    case TimerKind::kBootstrap: return RunBootstrap(now, out);
    case TimerKind::kBudget: return DialNext(now, out);
    case TimerKind::kDrain:
      responder_.Expire(now);
      if (const Time next = responder_.NextDeadline(); next != kNever) {
        timers_.SetNoLater(drain_, std::max(next, now + Responder::kWaitTime / 10));
      }
      for (Peer* peer : book_.channels()) {
        if (peer->channel->sessions.size() > 1) ArrangeSessions(*peer->channel, now);
      }
      return;
    case TimerKind::kTell: return Tell(now, out);
    case TimerKind::kBans: return EndBans(now, out);
  }
}

void Node::Impl::Remember(std::span<const KnownPeer> peers, Time now, Effects& out) {
  for (const KnownPeer& known : peers) {
    if (known.id == identity_.id() || book_.Find(known.id) != nullptr) continue;
    if (bans_.Has(known.id) || bans_.Has(known.endpoint.address)) continue;
    if (book_.FindByEndpoint(known.endpoint) != nullptr || book_.table().size() >= kTableCapacity) continue;
    Peer& peer = book_.GetOrAdd(known.id, now);
    peer.state = PeerState::kRetry;  // before it is counted; no step of its life
    // A wall clock that went backwards must not make the past the future.
    peer.first_seen = std::min(known.first_seen, now);
    peer.last_seen = std::min(known.last_seen, now);
    peer.last_verified = std::min(known.last_verified, now);
    peer.failures = known.failures;
    peer.heard_from = known.heard_from;
    peer.persisted_at = std::max<Time>(peer.last_seen, FromUnixSeconds(1));  // 0 is never
    std::vector<NodeId> evicted;
    if (!book_.AdmitToTable(peer, known.endpoint, evicted)) {
      Forget(peer, out);
      continue;
    }
    // Best first: the last view at once, then by how long ago each was seen, a second for each hour.
    const bool in_last_view = std::find(state_.view.begin(), state_.view.end(), known.id) != state_.view.end();
    const Duration age = now - peer.last_seen;
    ScheduleRetry(peer, in_last_view ? Duration{0} : std::min<Duration>(age / 3600, seconds{30}), now);
    for (const NodeId& id : evicted) Evict(id, "its place was needed", now, out);
  }
}

// Two pulls a round; eight a second after start and while the table grows, for as long as they bring news.
void Node::Impl::Pull(Time now, Effects& out) {
  const bool eager = (growth_.growing() || now < started_at_ + kBurstTime) && idle_pulls_ < kIdlePulls;
  timers_.Set(pull_, now + Jittered(eager ? kEagerPull : kSteadyPull));
  if (hearsay_.size() >= kEnoughHearsay || !WantsPeers()) return;
  Peer* const target = ChoosePullTarget(now);
  if (target == nullptr) return;
  Peer& peer = *target;
  Keepalive& keepalive = Draft(peer, now);
  keepalive.pull = true;
  peer.channel->pull_open = true;
  counters_.Add(Counter::kPullsSent);
  // A pull asks for life as well, and measures.
  const bool idle = !peer.channel->probe.open();
  if (idle) keepalive.ping = peer.channel->NextPing(now, rng_.Next64());
  SendDraft(peer, keepalive, now, out);
  if (idle) Rearm(peer, now);
}

Peer* Node::Impl::ChoosePullTarget(Time now) {
  // Drawn until one may be asked: nearly all channels may, and a walk over them all would cost more.
  const std::span<Peer* const> channels = book_.channels();
  Peer* peer = nullptr;
  for (int draw = 0; draw < kPullDraws && !channels.empty(); ++draw) {
    peer = channels[rng_.Below(channels.size())];
    if (MayPull(*peer)) break;
    peer = nullptr;
  }
  if (peer == nullptr) return nullptr;
  switch (speakers_.Of(PrefixOf(peer->id), now)) {
    case Influence::kFull: return peer;
    case Influence::kDoubtful: return rng_.Below(kDoubtfulPulls) == 0 ? peer : nullptr;
    case Influence::kNone: break;
  }
  return nullptr;
}

void Node::Impl::Round(Time now, Effects& out) {
  if (now > round_at_ + 2 * kRoundTime) running_since_ = now;  // the first one, or the process was stopped
  round_at_ = now;
  timers_.Set(round_, now + Jittered(kRoundTime));
  growth_.Round(book_.Spread());
  if (book_.verified_count() <= kViewSlots) {
    DialAllChosen(now, out);
  } else if (growth_.warm()) {
    view_changed_ = true;
    if (Peer* peer = view_.Reseed(rng_, book_.table())) Adopt(*peer, now);
  }
  Reverify(now, out);
  RefreshVotes(now, out);
  for (Peer* const p : book_.channels()) {
    Peer& peer = *p;
    if (peer.in_table && now > peer.persisted_at + kRefreshTime) Persist(peer, now, out);
    if (IsChosen(peer)) SetInbound(peer, false);  // since it came
    ProveAgain(peer, now, out);
    if (peer.channel->record && !peer.in_table) {
      // An announced endpoint that did not answer a challenge (its answers may leave elsewhere) gets a dial.
      const PathChallenge& open = peer.channel->verify;
      if (open.token != 0 && IsNews(open.to, now)) {
        hearsay_.Push({.endpoint = open.to,
                       .source = groups_->Of(peer.channel->path),
                       .speaker = PrefixOf(peer.id),
                       .lane = HearsayLane::kPlain});
      }
      ConsiderVerifying(peer, now, out);
    }
    // Rekey by count and age. The initiator acts; the other side only when it did not.
    const UdpSession& session = *peer.channel->sessions.front();
    const Duration limit = session.initiator == identity_.id() ? kRekeyAge : kRekeyAge + kRekeyAge / 4;
    if (session.session.NeedsRekey() || now > session.established + limit) {
      Dial({.endpoint = peer.in_table ? peer.endpoint : peer.channel->path,
            .pin = {},
            .purpose = DialPurpose::kRekey,
            .expected = peer.id,
            .heard_from = {}},
           now, out);
    }
  }
  if (view_changed_) out.Add(PersistState{StateToStore()});
  view_changed_ = false;
  timers_.SetNoLater(budget_, now + milliseconds{1});
}

// "Entries are re-verified round-robin": those without a channel that were not proved lately.
void Node::Impl::Reverify(Time now, Effects& out) {
  const std::size_t looks = std::min(book_.table().size(), kReverifyLooks);
  std::size_t dialled = 0;
  for (std::size_t i = 0; i < looks && dialled < kReverifyEachRound; ++i, ++reverified_to_) {
    Peer& peer = *book_.table()[reverified_to_ % book_.table().size()];
    if (peer.state != PeerState::kVerified || now <= peer.last_verified + kFresh / 2) continue;
    if (DialPeer(peer, now, out)) ++dialled;
  }
}

std::uint64_t Node::Impl::OnlineWeight() const {
  std::uint64_t weight = 0;
  for (const Peer* peer : book_.channels()) weight += peer->IsVerified() ? bootstrap_.WeightOf(peer->id) : 0;
  return weight;
}

void Node::Impl::RunBootstrap(Time now, Effects& out) {
  const Time next = bootstrap_.Tick(now, OnlineWeight(), rng_, out);
  if (next != kNever) timers_.Set(bootstrap_timer_, std::max(next, now + milliseconds{100}));
}

void Node::Impl::OnResolved(const Resolved& resolved, Time now, Effects& out) {
  if (left_) return;
  const std::size_t first_effect = out.list.size();
  std::vector<Resolved::Contact> contacts = bootstrap_.OnResolved(resolved, counters_, out);
  // Each time another one first: there may be more than are dialled at a time, and the first ones dead.
  if (!contacts.empty()) {
    const auto first = static_cast<std::ptrdiff_t>(rng_.Below(contacts.size()));
    std::rotate(contacts.begin(), contacts.begin() + first, contacts.end());
  }
  for (const Resolved::Contact& contact : contacts) {
    if (bans_.Has(contact.endpoint.address) || (contact.pin && bans_.Has(*contact.pin))) {
      bootstrap_.OnDialFailed(contact.endpoint, Error::kBanned, counters_, out);
      continue;
    }
    if (recent_.Contains(contact.endpoint, kForEver)) {
      bootstrap_.OnDialFailed(contact.endpoint, Error::kSelf, counters_, out);
      continue;
    }
    const Peer* known = book_.FindByEndpoint(contact.endpoint);
    if (known != nullptr && known->channel) continue;
    Dial({.endpoint = contact.endpoint,
          .pin = contact.pin,
          .purpose = DialPurpose::kBootstrap,
          .expected = known == nullptr ? std::nullopt : std::optional(known->id),
          .heard_from = {},
          .max_hellos = kBootstrapHellos},
         now, out);
  }
  // More contacts may mean a higher minimum: look again.
  if (!bootstrap_.empty()) timers_.SetNoLater(bootstrap_timer_, now + Bootstrap::kFirstDelay);
  CountSends(first_effect, out);
}

void Node::Impl::Persist(Peer& peer, Time now, Effects& out) {
  peer.persisted_at = now;
  out.Add(PersistPeer{{.id = peer.id,
                       .endpoint = peer.endpoint,
                       .first_seen = peer.first_seen,
                       .last_seen = peer.last_seen,
                       .last_verified = peer.last_verified,
                       .failures = peer.failures,
                       .heard_from = peer.heard_from}});
}

void Node::Impl::Emit(PeerEventKind kind, const Peer& peer, std::string_view detail, Effects& out) {
  PeerEvent event;
  event.kind = kind;
  event.id = peer.id;
  event.endpoint = peer.in_table || !peer.channel ? peer.endpoint : peer.channel->path;
  event.detail = detail;
  if (peer.channel && peer.channel->record) event.attributes = peer.channel->record->attributes;
  out.Add(std::move(event));
}

}  // namespace hearsay
