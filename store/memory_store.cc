// SPDX-License-Identifier: MIT
// The store that lives in a std::map.
#include "store/memory_store.h"

#include "proto/check.h"

namespace hearsay {

Result<std::optional<NodeState>> MemoryStore::LoadState() const {
  const std::lock_guard lock(mutex_);
  if (!state_) return std::nullopt;
  const auto state = DecodeNodeState(*state_);
  if (!state) {
    return tl::unexpected("memory store: the node state does not decode (" + std::string(ErrorName(state.error())) +
                          "); restart the node");
  }
  return *state;
}

Result<Store::Page> MemoryStore::LoadPeers(std::optional<NodeId> from, std::size_t limit) const {
  HEARSAY_CHECK(limit > 0);
  const std::lock_guard lock(mutex_);
  Page page;
  auto it = from ? peers_.lower_bound(*from) : peers_.begin();
  for (std::size_t read = 0; it != peers_.end() && read < limit; ++it, ++read) {
    if (auto peer = DecodeKnownPeer(it->second)) {
      page.peers.push_back(*peer);
    } else {
      ++page.skipped;
    }
  }
  if (it != peers_.end()) page.next = it->first;
  return page;
}

Result<std::vector<KnownPeer>> MemoryStore::FindPeers(std::span<const NodeId> ids) const {
  const std::lock_guard lock(mutex_);
  std::vector<KnownPeer> found;
  for (const NodeId& id : ids) {
    const auto it = peers_.find(id);
    if (it == peers_.end()) continue;
    if (auto peer = DecodeKnownPeer(it->second)) found.push_back(*peer);
  }
  return found;
}

Result<std::size_t> MemoryStore::CountPeers() const {
  const std::lock_guard lock(mutex_);
  return peers_.size();
}

Result<Store::Bans> MemoryStore::LoadBans() const {
  const std::lock_guard lock(mutex_);
  Bans out;
  for (const auto& [subject, bytes] : bans_) {
    if (auto ban = DecodeBan(bytes)) {
      out.bans.push_back(std::move(*ban));
    } else {
      ++out.skipped;
    }
  }
  return out;
}

Result<void> MemoryStore::Apply(std::span<const Change> batch) {
  const std::lock_guard lock(mutex_);
  Table<NodeId> peers(peers_);
  Table<BanSubject> bans(bans_);
  std::optional<Bytes> state = state_;
  for (const Change& change : batch) {
    if (const auto* peer = std::get_if<PutPeer>(&change)) {
      if (!peers.Put(peer->peer.id, EncodeKnownPeer(peer->peer), capacity_)) {
        return tl::unexpected("memory store: full: it may hold " + std::to_string(capacity_) +
                              " peers; raise store_capacity");
      }
    } else if (const auto* gone = std::get_if<DropPeer>(&change)) {
      peers.Drop(gone->id);
    } else if (const auto* ban = std::get_if<PutBan>(&change)) {
      if (!bans.Put(ban->ban.subject, EncodeBan(ban->ban), kMaxBans)) {
        return tl::unexpected("memory store: full: it may hold " + std::to_string(kMaxBans) + " bans; lift some");
      }
    } else if (const auto* lifted = std::get_if<DropBan>(&change)) {
      bans.Drop(lifted->subject);
    } else {
      state = EncodeNodeState(std::get<PutState>(change).state);
    }
  }
  peers.CommitTo(peers_);
  bans.CommitTo(bans_);
  state_ = std::move(state);
  return {};
}

}  // namespace hearsay
