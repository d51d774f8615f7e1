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

Result<void> MemoryStore::Apply(std::span<const Change> batch) {
  const std::lock_guard lock(mutex_);
  Edits edits;
  std::optional<Bytes> state = state_;
  std::size_t count = peers_.size();
  const auto holds = [&](const NodeId& id) {
    const auto edit = edits.find(id);
    return edit == edits.end() ? peers_.contains(id) : edit->second.has_value();
  };
  for (const Change& change : batch) {
    if (const auto* put = std::get_if<PutPeer>(&change)) {
      if (!holds(put->peer.id) && ++count > capacity_) {
        return tl::unexpected("memory store: full: it may hold " + std::to_string(capacity_) +
                              " peers; raise store_capacity");
      }
      edits[put->peer.id] = EncodeKnownPeer(put->peer);
    } else if (const auto* drop = std::get_if<DropPeer>(&change)) {
      if (holds(drop->id)) --count;
      edits[drop->id] = std::nullopt;
    } else {
      state = EncodeNodeState(std::get<PutState>(change).state);
    }
  }
  for (auto& [id, bytes] : edits) {
    if (bytes) {
      peers_[id] = std::move(*bytes);
    } else {
      peers_.erase(id);
    }
  }
  state_ = std::move(state);
  return {};
}

}  // namespace hearsay
