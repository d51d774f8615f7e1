// SPDX-License-Identifier: MIT
//
// Why a peer is where it is: what the classes of this folder hold about it, side by side, for an operator.
//
// Reads only: nothing is decided, kept or counted for it.
#include "node/core/node_impl.h"

namespace hearsay {

PeerExplanation Node::Impl::Explain(const Peer& peer, Time now) const {
  PeerExplanation why;
  why.peer = InfoOf(peer);
  why.in_table = peer.in_table;
  why.last_verified = peer.last_verified;
  const Peer* teller = peer.heard_from == 0 ? nullptr : book_.FindByPrefix(peer.heard_from);
  if (teller != nullptr) why.teller = teller->id;
  why.group = groups_->NameOf(why.peer.endpoint);
  why.group_peers = book_.PeersInGroupOf(why.peer.endpoint);
  why.chosen = IsChosen(peer);
  why.slots = view_.SlotsOf(peer);
  why.verified_peers = book_.verified_count();
  if (const Channel* channel = peer.channel.get()) {
    why.channel = {.opened_at = channel->opened_at,
                   .last_heard = channel->last_heard,
                   .inbound = channel->inbound,
                   .preconfigured = channel->preconfigured,
                   .sessions = channel->sessions.size()};
  }
  const IdPrefix speaker = PrefixOf(peer.id);
  const Speakers::Record record = speakers_.Of(speaker);
  why.speaker = {.proved = record.proved, .failed = record.failed, .influence = speakers_.Of(speaker, now)};
  if (why.speaker.influence == Influence::kNone) why.speaker.shunned_until = record.at + Speakers::kShunTime;
  return why;
}

std::optional<PeerExplanation> Node::Explain(const NodeId& id, Time now) const {
  const Peer* peer = impl_->book_.Find(id);
  return peer == nullptr ? std::nullopt : std::optional(impl_->Explain(*peer, now));
}

}  // namespace hearsay
