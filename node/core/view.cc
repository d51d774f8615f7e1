// SPDX-License-Identifier: MIT
#include "node/core/view.h"

#include "proto/check.h"
#include "proto/siphash.h"

namespace hearsay {

View::View(std::vector<std::uint64_t> seeds, Rng& rng) {
  seeds.resize(std::min(seeds.size(), kViewSlots));
  while (seeds.size() < kViewSlots) seeds.push_back(rng.Next64());
  for (const std::uint64_t seed : seeds) slots_.push_back(Slot{.seed = seed, .peer = {}, .rank = {}, .filled = false});
}

View::Rank View::RankOf(std::uint64_t seed, const Endpoint& endpoint) {
  const SipKey key = SipKeyFromSeed(seed);
  Rank rank;
  rank.group = SipHash(key, endpoint.group().key);
  rank.ticket = endpoint.scope() == Scope::kGlobal ? SipHash(key, endpoint.address.bytes)
                                                   : SipHash(key, endpoint.ToBytes());
  return rank;
}

void View::Put(Slot& slot, const NodeId& peer, Rank rank) {
  Empty(slot);
  slot.peer = peer;
  slot.rank = rank;
  slot.filled = true;
  ++held_[peer];
}

void View::Empty(Slot& slot) {
  if (!slot.filled) return;
  const auto it = held_.find(slot.peer);
  if (--it->second == 0) held_.erase(it);
  slot.filled = false;
  slot.rank = {};
}

bool View::Offer(const Peer& peer) {
  bool changed = false;
  for (Slot& slot : slots_) {
    const Rank rank = RankOf(slot.seed, peer.endpoint);
    if (slot.filled && (slot.peer == peer.id || rank >= slot.rank)) continue;
    Put(slot, peer.id, rank);
    changed = true;
  }
  return changed;
}

void View::Withdraw(const NodeId& id, std::span<Peer* const> table) {
  if (!Holds(id)) return;
  for (Slot& slot : slots_) {
    if (!slot.filled || slot.peer != id) continue;
    Empty(slot);
    Refill(slot, table);
  }
}

void View::Refill(Slot& slot, std::span<Peer* const> table) {
  const Peer* best = nullptr;
  Rank best_rank;
  for (const Peer* peer : table) {
    if (!peer->IsVerified()) continue;
    const Rank rank = RankOf(slot.seed, peer->endpoint);
    if (best == nullptr || rank < best_rank) {
      best = peer;
      best_rank = rank;
    }
  }
  if (best != nullptr) Put(slot, best->id, best_rank);
}

void View::Reseed(Rng& rng, std::span<Peer* const> table) {
  Slot& slot = slots_[next_reseed_++ % slots_.size()];
  Empty(slot);
  slot.seed = rng.Next64();
  Refill(slot, table);
}

std::vector<std::uint64_t> View::Seeds() const {
  std::vector<std::uint64_t> seeds;
  for (const Slot& slot : slots_) seeds.push_back(slot.seed);
  return seeds;
}

std::vector<NodeId> View::Chosen() const {
  std::vector<NodeId> ids;
  for (const auto& [id, count] : held_) ids.push_back(id);
  return ids;
}

void View::CheckInvariants() const {
  HEARSAY_CHECK(slots_.size() == kViewSlots);
  std::size_t filled = 0;
  for (const Slot& slot : slots_) filled += slot.filled ? 1 : 0;
  std::size_t held = 0;
  for (const auto& [id, count] : held_) held += count;
  HEARSAY_CHECK(filled == held);
}

}  // namespace hearsay
