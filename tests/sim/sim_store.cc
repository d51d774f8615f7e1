// SPDX-License-Identifier: MIT
#include "tests/sim/sim_store.h"

#include <algorithm>

namespace hearsay::sim {

void SimStore::Apply(const PersistPeer& effect, Duration now) {
  CommitBefore(LastFlush(now));
  pending_.push_back({now, effect});
}

void SimStore::Apply(const ForgetPeer& effect, Duration now) {
  CommitBefore(LastFlush(now));
  pending_.push_back({now, effect});
}

void SimStore::Apply(const PersistState& effect, Duration now) {
  CommitBefore(LastFlush(now));
  pending_.push_back({now, effect});
  if (effect.state.boot_epoch != state_.boot_epoch) Flush();
}

void SimStore::Apply(const PersistBan& effect, Duration now) {
  pending_.push_back({now, effect});
  Flush();
}

void SimStore::Apply(const ForgetBan& effect, Duration now) {
  pending_.push_back({now, effect});
  Flush();
}

void SimStore::Flush() { CommitBefore(Duration::max()); }

void SimStore::Crash(Duration now) {
  CommitBefore(LastFlush(now));
  pending_.clear();
}

void SimStore::Erase() {
  pending_.clear();
  peers_.clear();
  bans_.clear();
  state_ = {};
}

Snapshot SimStore::Load() const {
  Snapshot snapshot{state_, {}, {}};
  for (const auto& [subject, ban] : bans_) snapshot.bans.push_back(ban);
  for (const NodeId& id : state_.view) {
    const auto peer = peers_.find(id);
    if (peer != peers_.end()) snapshot.peers.push_back(peer->second);
  }
  return snapshot;
}

std::vector<KnownPeer> SimStore::Rest() const {
  std::vector<KnownPeer> rest;
  for (const auto& [id, peer] : peers_) {
    if (std::find(state_.view.begin(), state_.view.end(), id) == state_.view.end()) rest.push_back(peer);
  }
  return rest;
}

Duration SimStore::LastFlush(Duration now) const {
  if (now < phase_) return Duration::zero();
  return phase_ + (now - phase_) / interval_ * interval_;
}

void SimStore::CommitBefore(Duration boundary) {
  const auto end = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.at >= boundary; });
  for (auto it = pending_.begin(); it != end; ++it) Commit(*it);
  pending_.erase(pending_.begin(), end);
}

void SimStore::Commit(const Pending& pending) {
  if (const auto* put = std::get_if<PersistPeer>(&pending.change)) {
    peers_[put->peer.id] = put->peer;
  } else if (const auto* drop = std::get_if<ForgetPeer>(&pending.change)) {
    peers_.erase(drop->id);
  } else if (const auto* ban = std::get_if<PersistBan>(&pending.change)) {
    bans_[ban->ban.subject] = ban->ban;
  } else if (const auto* lifted = std::get_if<ForgetBan>(&pending.change)) {
    bans_.erase(lifted->subject);
  } else {
    state_ = std::get<PersistState>(pending.change).state;
  }
}

}  // namespace hearsay::sim
