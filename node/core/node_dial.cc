// SPDX-License-Identifier: MIT
//
// Whom to dial, when, and what becomes of those that were not met.
#include <algorithm>

#include "node/core/node_impl.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxOwnDials = 64;        // to known peers and to what we were told; those of slots come on top
constexpr std::size_t kMaxDialsOfAKind = 48;    // so that thousands of dead peers leave some to what is told, and back
constexpr std::size_t kMaxDialsAtAddress = 4;   // of what we were told, at one global address

// Whoever said what comes from the queue may have been found out since.
bool StillCounts(HearsayQueue::Item item, const Speakers& speakers, HearsayQueue& queue, Time now) {
  const Influence influence = speakers.Of(item.speaker, now);
  if (influence == Influence::kNone) return false;
  if (influence == Influence::kFull || item.lane == HearsayLane::kDoubtful) return true;
  item.lane = HearsayLane::kDoubtful;
  queue.Push(item);
  return false;
}

}  // namespace

// Every dial opens a mapping in what may translate for us (own_address.h).
bool Node::Impl::Dial(const DialRequest& request, Time now, Effects& out) {
  own_.NoteContacted(request.endpoint.address, now);
  return dialler_.Start(request, now, out);
}

bool Node::Impl::MayDial(DialPurpose purpose) const {
  const std::size_t both = dialler_.pending(DialPurpose::kKnownPeer) + dialler_.pending(DialPurpose::kHearsay);
  return dialler_.pending(purpose) < kMaxDialsOfAKind && both < kMaxOwnDials;
}

bool Node::Impl::DialPeer(Peer& peer, Time now, Effects& out) {
  const bool started = Dial({.endpoint = peer.endpoint,
                             .pin = {},
                             .purpose = DialPurpose::kKnownPeer,
                             .expected = peer.id,
                             .heard_from = {}},
                            now, out);
  if (!started) return false;
  book_.SetState(peer, PeerState::kDialling);
  return true;
}

// A place that is free, a dial that has ended, or a budget that has grown.
void Node::Impl::DialNext(Time now, Effects& out) {
  DialChosen(now, out);
  DialTold(now, out);
}

// Whom the view chooses gets a channel, whatever the budget.
void Node::Impl::DialChosen(Time now, Effects& out) {
  const bool refills = now >= view_.RefillAt();
  for (Peer* peer : view_.Refill(book_.table(), now)) Adopt(*peer, now);
  if (view_.RefillAt() != kNever) timers_.SetNoLater(budget_, view_.RefillAt());
  if (book_.verified_count() <= kViewSlots) {
    if (refills) DialAllChosen(now, out);
    return;
  }
  for (Peer* peer : view_.SlotPeers()) {
    if (peer->state == PeerState::kVerified) DialPeer(*peer, now, out);
  }
}

// At most kViewSlots are verified, so each of them is chosen.
void Node::Impl::DialAllChosen(Time now, Effects& out) {
  for (Peer* peer : book_.table()) {
    if (peer->state == PeerState::kVerified) DialPeer(*peer, now, out);
  }
}

// A slot has chosen it: a channel that it has already is ours to keep from now on.
void Node::Impl::Adopt(Peer& peer, Time now) {
  view_changed_ = true;
  if (!peer.channel) return;
  SetInbound(peer, false);
  Rearm(peer, now);
}

// What we were told, within the budget.
void Node::Impl::DialTold(Time now, Effects& out) {
  while (!hearsay_.empty() && WantsPeers() && MayDial(DialPurpose::kHearsay)) {
    // The scope of what comes next is not known before it is taken; the budget is one for all.
    const Scope scope = own_.All().empty() ? Scope::kGlobal : own_.All().front().scope();
    const Rate rate = rhythm_.VerificationRate(scope, IsGrowing(now));
    const Time ready = hearsay_dials_.ReadyAt(rate, now);
    if (ready > now) return timers_.SetNoLater(budget_, std::max(ready, now + milliseconds{10}));
    const auto item = hearsay_.Pop();
    if (!IsNews(item->endpoint, now) || !StillCounts(*item, speakers_, hearsay_, now)) continue;
    // Told again, it is dialled when we know how the others of its address ended.
    const bool lan = IsLanScope(item->endpoint.scope());
    if (!lan && dialler_.PendingAt(item->endpoint.address) >= kMaxDialsAtAddress) continue;
    hearsay_dials_.Take(rate, now);
    // One packet to who may be somebody's victim, two to who would take a slot; more where few are known, and where
    // whoever tells lives next door.
    const bool wanted = lan || book_.verified_count() <= kViewSlots;
    const std::size_t packets = item->lane == HearsayLane::kWinner ? 2 : 1;
    Dial({.endpoint = item->endpoint,
          .pin = {},
          .purpose = DialPurpose::kHearsay,
          .expected = {},
          .heard_from = item->speaker,
          .max_hellos = wanted ? kMaxDialAttempts : packets},
         now, out);
  }
}

bool Node::Impl::WantsPeers() const {
  return !config_.enough_peers || book_.verified_count() + dialler_.pending() < *config_.enough_peers;
}

void Node::Impl::ScheduleRetry(Peer& peer, Duration delay, Time now) {
  timers_.Set(peer.retry, now + delay);
}

void Node::Impl::Retry(Peer& peer, Time now, Effects& out) {
  if (peer.channel || peer.state == PeerState::kDialling) return;
  const Rate rate = rhythm_.VerificationRate(peer.endpoint.scope(), IsGrowing(now));
  if (!MayDial(DialPurpose::kKnownPeer) || !known_dials_.Take(rate, now)) {
    // Each asks again some time while all who wait would have their turn, or thousands of dead ones would wake us
    // thousands of times a second.
    const auto waiting = static_cast<std::int64_t>(book_.table().size() - book_.verified_count());
    const Duration turns = rate.period * waiting / std::int64_t{rate.tokens};
    const Duration draw{static_cast<std::int64_t>(rng_.Below(static_cast<std::uint64_t>(turns.count()) + 1))};
    return ScheduleRetry(peer, known_dials_.ReadyAt(rate, now) - now + std::max(draw, Jittered(seconds{1})), now);
  }
  if (!DialPeer(peer, now, out)) ScheduleRetry(peer, Jittered(seconds{1}), now);
}

void Node::Impl::OnDialFailed(const DialOutcome& outcome, Time now, Effects& out) {
  const Error why = outcome.result ? Error::kWrongNodeId : outcome.result.error();
  const Endpoint& endpoint = outcome.request.endpoint;
  bootstrap_.OnDialFailed(endpoint, why, counters_, out);
  // Ourselves for ever; others may be heard of again once the reason may have passed.
  const bool lan = IsLanScope(endpoint.scope());
  const bool told = outcome.request.purpose == DialPurpose::kHearsay;
  const bool few = book_.verified_count() <= kViewSlots;
  const Duration wait = lan ? seconds{3} : few ? Unanswered::kFirstWhenFew : Duration{std::chrono::minutes{5}};
  recent_.Add(endpoint, why == Error::kSelf ? kNever : now + wait);
  if (told && why == Error::kTimeout && !outcome.answered) {
    // Lost packets, perhaps: whoever asks on hears of it again (while the table grows; later it costs a pull's wait).
    if (few) idle_pulls_ = 0;
    if (!lan) unanswered_.Add(endpoint, few ? Unanswered::kFirstWhenFew : Unanswered::kFirst, now);
    BlameSpeaker(outcome.request.heard_from, endpoint, now, out);
  }
  OnPeerMissed(outcome.request, why, now, out);
  DialNext(now, out);
}

// The dial, whatever it met, did not meet whom it was for, if it was for anybody.
void Node::Impl::OnPeerMissed(const DialRequest& request, Error why, Time now, Effects& out) {
  Peer* peer = request.expected ? book_.Find(*request.expected) : nullptr;
  if (peer == nullptr) return;
  peer->has_error = true;
  peer->last_error = why;
  if (peer->state == PeerState::kDialling) {
    const bool in_the_cut = FailedInTheCut(*peer, now);
    if (!in_the_cut) ++peer->failures;
    book_.SetState(*peer, why == Error::kWrongNodeId ? PeerState::kRefused : PeerState::kRetry);
    Withdraw(*peer, now);
    const bool gone = now - peer->last_seen > kHorizon && peer->failures >= 8;
    if (gone) return Evict(peer->id, "unseen for 30 days", now, out);
    const std::uint32_t before = peer->failures == 0 ? 0 : peer->failures - 1;
    const Duration back_off = rhythm_.RetryDelay(request.endpoint.scope(), before);
    ScheduleRetry(*peer, Jittered(in_the_cut ? kReturnStagger : back_off), now);
  } else if (peer->channel && peer->channel->sessions.front()->doubted) {
    // Somebody on the path can make up both the hint and what ended the dial: whether it answers pings decides.
    peer->channel->sessions.front()->doubted = false;
    if (!peer->channel->probe.open()) Ping(*peer, LivenessProbe::Cause::kOwn, now, out);
  } else if (peer->channel && peer->in_table && peer->endpoint == request.endpoint &&
             peer->channel->path != request.endpoint) {
    LoseEndpoint(*peer, now, out);  // it reached us from elsewhere while we dialled
  }
}

}  // namespace hearsay
