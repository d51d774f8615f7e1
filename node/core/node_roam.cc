// SPDX-License-Identifier: MIT
//
// Roaming, our own: noticing that we have moved to another address, and telling everybody before they miss us.
//
// Nobody tells the machine of its interfaces. What it sees: a path challenge, on a channel, that came in at another of
// our addresses than that channel's packets did before. The peer had our packet from a new place and asks whether we
// are there. So each other peer is pinged at once: it sees the new source, validates that path, and has no reason to
// call us stale. Where the new address is not yet known as ours, a handshake with the first one says whether we are
// seen there as we are here; then it stands in our record, by which peers may prove it and pass it on.
// An attacker who is our peer, on a machine with several addresses, gains one keepalive to each peer in kMoveWait.
//
// Behind a translation it is the line that moves. Then peers challenge us as well, on channels that were long settled,
// and those who know us by the old endpoint find nobody there. Whoever challenges us so is asked by a handshake where
// it sees us: three groups' word makes us give up what we announce (own_address.h). One in kAskWait.
// And one of those whom we chose is asked each round: else only those who challenge us would have a vote ten minutes
// after all was calm, and three groups of liars would be the majority.
#include <algorithm>

#include "node/core/node_impl.h"

namespace hearsay {
namespace {

constexpr Duration kMoveWait = seconds{5};
constexpr Duration kAskWait = seconds{20};
constexpr Duration kSettled = std::chrono::minutes{1};  // a channel's first challenges are to verify the peer

}  // namespace

void Node::Impl::NoteArrival(Peer& peer, const Keepalive& in, const Endpoint& local, Time now, Effects& out) {
  const Endpoint before = std::exchange(peer.channel->local, local);
  if (in.path_challenge == 0 || before == Endpoint{}) return;
  if (before == local) {
    Time& asked_at = peer.channel->asked_where_at;  // each by itself: none shall keep the others from being asked
    if (!own_.IsVoted() || now < std::max(peer.channel->opened_at + kSettled, asked_at + kAskWait)) return;
    asked_at = now;
    return AskWhere(peer, now, out);
  }
  if (now < moved_at_ + kMoveWait) return;
  moved_at_ = now;
  if (!own_.IsKnown(local)) AskWhere(peer, now, out);
  for (Peer* const other : book_.channels()) {
    if (other == &peer || other->channel->dismissed || other->channel->probe.open()) continue;
    Ping(*other, LivenessProbe::Cause::kOwn, now, out);
  }
}

// By a handshake: where does it see us?
void Node::Impl::AskWhere(const Peer& peer, Time now, Effects& out) {
  Dial({.endpoint = peer.channel->path,
        .pin = {},
        .purpose = DialPurpose::kRekey,
        .expected = peer.id,
        .heard_from = {}},
       now, out);
}

void Node::Impl::RefreshVotes(Time now, Effects& out) {
  const std::span<Peer* const> channels = book_.channels();
  if (!own_.IsVoted() || channels.empty()) return;
  const Peer& peer = *channels[rng_.Below(channels.size())];
  if (IsChosen(peer) && peer.channel->path.scope() == Scope::kGlobal) AskWhere(peer, now, out);
}

void Node::Impl::LearnBound(const Endpoint& local, Time now, Effects& out) {
  if (own_.LearnBound(local)) TellRecord(now, out);
}

// Our record is another one: everybody hears of it now, or with the next keepalive when it changes all the time.
void Node::Impl::TellRecord(Time now, Effects& out) {
  RecordChanged();
  if (!asked_work_.Take(Work::kRecordTell, now)) return;
  for (Peer* const peer : book_.channels()) SendDraft(*peer, Draft(*peer, now), now, out);
}

// Does its record, signed by it, name this endpoint?
bool Node::Impl::Announces(const Peer& peer, const Endpoint& endpoint) const {
  if (!peer.channel || !peer.channel->record) return false;
  const std::vector<Endpoint>& list = peer.channel->record->endpoints;
  return std::find(list.begin(), list.end(), endpoint) != list.end();
}

}  // namespace hearsay
