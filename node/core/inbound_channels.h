// SPDX-License-Identifier: MIT
//
// InboundChannels: the channels that others opened to us and that we did not choose, and who has to go when there are
// too many: more than kMaxInboundPerGroup of one global address group, or kMaxInbound in all.
//
// Whoever came was served its first packet before anybody goes, so a newcomer has its sample. Then the largest group
// gives way (of equals the one that ranks last under our secret), and in it whoever shares its address with most others
// (of equals the address that ranks last). Nobody can aim at whom to push out.
// What an attacker gains: with k addresses of a group it has at most k / (k + 1) of the group's places beside one
// honest node, however many ids it has; with g groups at most g x kMaxInboundPerGroup places, taken from the largest
// groups first, so that an honest node alone in its group is the last to go.
#pragma once

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "node/core/peer.h"
#include "proto/siphash.h"

namespace hearsay {

class InboundChannels {
 public:
  explicit InboundChannels(const SipKey& secret) : secret_(secret) {}

  void Add(Peer& peer, const Endpoint& from, const AddressGroup& group) {
    const std::uint64_t rank = SipHash(secret_, group.key);
    entries_.push_back({&peer, from.address, rank});
    auto it = FindGroup(rank);
    if (it == groups_.end()) {
      it = groups_.insert(it, {.rank = rank, .size = 0, .limited = from.scope() == Scope::kGlobal});
    }
    ++it->size;
  }
  void Remove(const Peer& peer) {
    const auto it = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.peer == &peer; });
    const auto group = FindGroup(it->group);
    if (--group->size == 0) {
      *group = groups_.back();
      groups_.pop_back();
    }
    *it = entries_.back();
    entries_.pop_back();
  }
  std::size_t size() const { return entries_.size(); }

  // Who has to go; null when there is room for all.
  Peer* Excess() const {
    const auto crowded = std::find_if(groups_.begin(), groups_.end(),
                                      [](const Group& g) { return g.limited && g.size > kMaxInboundPerGroup; });
    if (crowded != groups_.end()) return LastOf(crowded->rank);
    if (entries_.size() <= kMaxInbound) return nullptr;
    return LastOf(std::max_element(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
                    return std::pair(a.size, a.rank) < std::pair(b.size, b.rank);
                  })->rank);
  }

 private:
  // A group is known by its rank: a keyed hash of 64 bits, which nobody can make collide.
  struct Entry {
    Peer* peer = nullptr;
    IpAddress address;
    std::uint64_t group = 0;
  };
  struct Group {
    std::uint64_t rank = 0;
    std::size_t size = 0;
    bool limited = false;
  };
  std::vector<Group>::iterator FindGroup(std::uint64_t rank) {
    return std::find_if(groups_.begin(), groups_.end(), [rank](const Group& g) { return g.rank == rank; });
  }
  Peer* LastOf(std::uint64_t group) const {
    std::map<IpAddress, std::size_t> sharing;
    for (const Entry& e : entries_) {
      if (e.group == group) ++sharing[e.address];
    }
    const auto rank = [&](const Entry& e) {
      return std::tuple(sharing[e.address], SipHash(secret_, e.address.bytes), SipHash(secret_, e.peer->id.bytes));
    };
    const Entry* last = nullptr;
    for (const Entry& e : entries_) {
      if (e.group == group && (last == nullptr || rank(e) > rank(*last))) last = &e;
    }
    return last->peer;
  }

  SipKey secret_;
  std::vector<Entry> entries_;  // at most kMaxInbound + 1
  std::vector<Group> groups_;   // none is empty
};

}  // namespace hearsay
