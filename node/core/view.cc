// SPDX-License-Identifier: MIT
#include "node/core/view.h"

#include <utility>

#include "proto/check.h"
#include "proto/siphash.h"

namespace hearsay {

View::View(std::vector<std::uint64_t> seeds, Rng& rng, const AddressGroups& groups) : groups_(&groups) {
  seeds.resize(std::min(seeds.size(), kViewSlots));
  while (seeds.size() < kViewSlots) seeds.push_back(rng.Next64());
  for (const std::uint64_t seed : seeds) slots_.push_back(Slot{.seed = seed});
}

// Most candidates lose by their group: one hash.
std::optional<View::Rank> View::RankBelow(const Rank& than, std::uint64_t seed, const AddressGroup& group,
                                          const Endpoint& endpoint) {
  const SipKey key = SipKeyFromSeed(seed);
  Rank rank;
  rank.group = SipHash(key, group.key);
  if (rank.group > than.group) return std::nullopt;
  rank.port = SipHash(key, endpoint.ToBytes());
  rank.ticket = endpoint.scope() == Scope::kGlobal ? SipHash(key, endpoint.address.bytes) : rank.port;
  return rank < than ? std::optional(rank) : std::nullopt;
}

bool View::Offer(Peer& peer) {
  const AddressGroup group = groups_->Of(peer.endpoint);
  bool changed = false;
  for (Slot& slot : slots_) {
    if (slot.vacant || slot.peer == &peer) continue;
    const auto rank = RankBelow(slot.rank, slot.seed, group, peer.endpoint);
    if (!rank) continue;
    slot.peer = &peer;
    slot.rank = *rank;
    changed = true;
  }
  return changed;
}

bool View::WouldWin(const Endpoint& endpoint) const {
  const AddressGroup group = groups_->Of(endpoint);
  return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return !slot.vacant && RankBelow(slot.rank, slot.seed, group, endpoint).has_value();
  });
}

void View::Withdraw(const Peer& peer) {
  for (Slot& slot : slots_) {
    if (slot.peer == &peer) Vacate(slot);
  }
}

void View::Vacate(Slot& slot) {
  slot.peer = nullptr;
  slot.rank = {};
  if (!std::exchange(slot.vacant, true)) ++vacant_;
}

std::vector<Peer*> View::Refill(std::span<Peer* const> table, Time now) {
  if (vacant_ == 0 || now < RefillAt()) return {};
  refilled_at_ = now;
  return Fill(table);
}

// One pass, whatever the number of slots.
std::vector<Peer*> View::Fill(std::span<Peer* const> table) {
  std::vector<Slot*> vacant;
  for (Slot& slot : slots_) {
    if (std::exchange(slot.vacant, false)) vacant.push_back(&slot);
  }
  vacant_ = 0;
  for (Peer* peer : table) {
    if (!peer->IsVerified()) continue;
    const AddressGroup group = groups_->Of(peer->endpoint);
    for (Slot* slot : vacant) {
      const auto rank = RankBelow(slot->rank, slot->seed, group, peer->endpoint);
      if (!rank) continue;
      slot->peer = peer;
      slot->rank = *rank;
    }
  }
  std::vector<Peer*> chosen;
  for (const Slot* slot : vacant) {
    if (slot->peer != nullptr) chosen.push_back(slot->peer);
  }
  return chosen;
}

void View::Regroup(const AddressGroups& groups, std::span<Peer* const> table) {
  groups_ = &groups;
  for (Slot& slot : slots_) Vacate(slot);
  Fill(table);
}

Peer* View::Reseed(Rng& rng, std::span<Peer* const> table) {
  Slot& slot = slots_[next_reseed_++ % slots_.size()];
  slot.seed = rng.Next64();
  Vacate(slot);
  Fill(table);
  return slot.peer;
}

std::vector<std::uint64_t> View::Seeds() const {
  std::vector<std::uint64_t> seeds;
  for (const Slot& slot : slots_) seeds.push_back(slot.seed);
  return seeds;
}

std::vector<std::size_t> View::SlotsOf(const Peer& peer) const {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].peer == &peer) numbers.push_back(i);
  }
  return numbers;
}

std::vector<Peer*> View::SlotPeers() const {
  std::vector<Peer*> peers;
  for (const Slot& slot : slots_) {
    if (slot.peer != nullptr) peers.push_back(slot.peer);
  }
  return peers;
}

void View::CheckInvariants() const {
  HEARSAY_CHECK(slots_.size() == kViewSlots);
  for (const Slot& slot : slots_) HEARSAY_CHECK(slot.peer == nullptr || slot.peer->in_table);
}

}  // namespace hearsay
