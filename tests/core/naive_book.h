// SPDX-License-Identifier: MIT
//
// NaiveBook: a table of peers and the slots that choose among them, as plain vectors, sorts and searches, written from
// the rules in peer_book.h and view.h. What the real ones are held against (book_twin.h).
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "node/core/address_groups.h"
#include "node/core/peer.h"
#include "proto/siphash.h"

namespace hearsay::test {

struct Twin {
  NodeId id;
  Endpoint endpoint;
  PeerState state = PeerState::kHeard;
  bool in_table = false;
  std::uint32_t failures = 0;
  bool IsVerified() const { return in_table && (state == PeerState::kVerified || state == PeerState::kActive); }
};

class NaiveBook {
 public:
  NaiveBook(const SipKey& secret, std::size_t capacity, const AddressGroups& groups,
            const std::vector<std::uint64_t>& seeds)
      : secret_(secret), capacity_(capacity), groups_(&groups) {
    for (const std::uint64_t seed : seeds) slots_.push_back({.seed = seed, .peer = {}});
  }

  const std::vector<Twin>& twins() const { return twins_; }
  const std::vector<NodeId>& table() const { return table_; }
  void Add(const NodeId& id) { twins_.push_back({.id = id, .endpoint = {}}); }
  Twin* Find(const NodeId& id) {
    const auto it = std::ranges::find(twins_, id, &Twin::id);
    return it == twins_.end() ? nullptr : &*it;
  }
  void Leave(Twin& twin) {
    if (!std::exchange(twin.in_table, false)) return;
    const auto it = std::ranges::find(table_, twin.id);
    *it = table_.back();
    table_.pop_back();
    std::erase(by_age_, twin.id);
  }
  void Forget(const NodeId& id) {
    Leave(*Find(id));
    std::erase_if(twins_, [&](const Twin& t) { return t.id == id; });
  }
  bool Enter(Twin& twin, const Endpoint& endpoint, std::vector<NodeId>& evicted) {
    const auto evict = [&](Twin& victim) {
      evicted.push_back(victim.id);
      Leave(victim);
    };
    for (Twin& other : twins_) {
      if (other.in_table && other.endpoint == endpoint && other.id != twin.id) evict(other);
    }
    Leave(twin);
    std::vector<Twin*> ports;
    for (Twin& other : twins_) {
      if (other.in_table && other.endpoint.address == endpoint.address) ports.push_back(&other);
    }
    if (endpoint.scope() == Scope::kGlobal && ports.size() >= 16) {
      std::erase_if(ports, [](const Twin* t) { return t->failures == 0 || t->state == PeerState::kActive; });
      if (ports.empty()) return false;
      evict(**std::ranges::max_element(ports, {}, [](const Twin* t) { return std::pair(t->failures, t->id); }));
    }
    if (table_.size() >= capacity_) {
      Twin* victim = Victim(GroupRank(endpoint));
      if (victim == nullptr) return false;
      evict(*victim);
    }
    twin.in_table = true;
    twin.endpoint = endpoint;
    table_.push_back(twin.id);
    by_age_.push_back(twin.id);
    return true;
  }
  void Regroup(const AddressGroups& groups) {
    groups_ = &groups;
    by_age_ = table_;
    for (Slot& slot : slots_) Refill(slot);
  }

  void Offer(const Twin& twin) {
    for (Slot& slot : slots_) {
      const bool better =
          !slot.peer || RankOf(slot.seed, twin.endpoint) < RankOf(slot.seed, Find(*slot.peer)->endpoint);
      if (better) slot.peer = twin.id;
    }
  }
  void Withdraw(const NodeId& id) {
    for (Slot& slot : slots_) {
      if (slot.peer == id) Refill(slot);
    }
  }
  void Reseed(std::size_t which, std::uint64_t seed) {
    slots_[which].seed = seed;
    Refill(slots_[which]);
  }
  std::vector<NodeId> Chosen() const {
    std::vector<NodeId> chosen;
    for (const Slot& slot : slots_) {
      if (slot.peer) chosen.push_back(*slot.peer);
    }
    std::ranges::sort(chosen);
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
  }

 private:
  struct Slot {
    std::uint64_t seed = 0;
    std::optional<NodeId> peer;
  };
  using Rank = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

  std::uint64_t GroupRank(const Endpoint& e) const { return SipHash(secret_, groups_->Of(e).key); }
  Twin* Victim(std::uint64_t mine) {
    std::map<std::uint64_t, std::vector<Twin*>> groups;
    for (const NodeId& id : by_age_) groups[GroupRank(Find(id)->endpoint)].push_back(Find(id));
    std::pair<std::size_t, std::uint64_t> largest{};
    for (const auto& [rank, members] : groups) largest = std::max(largest, {members.size(), rank});
    const std::size_t my_size = groups.contains(mine) ? groups[mine].size() : 0;
    if (largest.first > 4 && largest.first > my_size) return groups[largest.second].back();
    if (my_size >= 4 || groups.empty() || groups.rbegin()->first <= mine) return nullptr;
    return groups.rbegin()->second.back();
  }

  Rank RankOf(std::uint64_t seed, const Endpoint& e) const {
    const SipKey key = SipKeyFromSeed(seed);
    const std::uint64_t whole = SipHash(key, e.ToBytes());
    const std::uint64_t ticket = e.scope() == Scope::kGlobal ? SipHash(key, e.address.bytes) : whole;
    return {SipHash(key, groups_->Of(e).key), ticket, whole};
  }
  void Refill(Slot& slot) {
    slot.peer.reset();
    std::optional<Rank> best;
    for (const Twin& twin : twins_) {
      if (!twin.IsVerified() || (best && RankOf(slot.seed, twin.endpoint) >= *best)) continue;
      best = RankOf(slot.seed, twin.endpoint);
      slot.peer = twin.id;
    }
  }

  const SipKey secret_;
  const std::size_t capacity_;
  const AddressGroups* groups_;
  std::vector<Twin> twins_;
  std::vector<NodeId> table_;   // in the book's order: whoever leaves is replaced by the last
  std::vector<NodeId> by_age_;  // table peers, the newest last
  std::vector<Slot> slots_;
};

}  // namespace hearsay::test
