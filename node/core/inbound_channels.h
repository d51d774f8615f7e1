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
#include <vector>

#include "node/core/peer.h"
#include "proto/siphash.h"

namespace hearsay {

class InboundChannels {
 public:
  explicit InboundChannels(const SipKey& secret) : secret_(secret) {}

  void Add(Peer& peer, const Endpoint& from, const AddressGroup& group) {
    entries_.push_back({&peer, from.address, group});
    Group& its = groups_[group];
    ++its.size;
    its.limited = from.scope() == Scope::kGlobal;
  }
  void Remove(const Peer& peer) {
    const auto it = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.peer == &peer; });
    const auto group = groups_.find(it->group);
    if (--group->second.size == 0) groups_.erase(group);
    *it = entries_.back();
    entries_.pop_back();
  }
  std::size_t size() const { return entries_.size(); }

  // Who has to go; null when there is room for all.
  Peer* Excess() const {
    const auto gives_way = [&](const auto& a, const auto& b) {
      if (a.second.size != b.second.size) return a.second.size < b.second.size;
      return RankOf(a.first.key) < RankOf(b.first.key);
    };
    const bool full = entries_.size() > kMaxInbound;
    const auto crowded = std::find_if(groups_.begin(), groups_.end(), [](const auto& g) {
      return g.second.limited && g.second.size > kMaxInboundPerGroup;
    });
    if (crowded != groups_.end()) return LastOf(crowded->first);
    return full ? LastOf(std::max_element(groups_.begin(), groups_.end(), gives_way)->first) : nullptr;
  }

 private:
  struct Entry {
    Peer* peer = nullptr;
    IpAddress address;
    AddressGroup group;
  };
  struct Group {
    std::size_t size = 0;
    bool limited = false;
  };
  template <typename Key>
  std::uint64_t RankOf(const Key& key) const {
    return SipHash(secret_, key);
  }
  Peer* LastOf(const AddressGroup& group) const {
    std::map<IpAddress, std::size_t> sharing;
    for (const Entry& e : entries_) {
      if (e.group == group) ++sharing[e.address];
    }
    const auto rank = [&](const Entry& e) {
      return std::tuple(sharing[e.address], RankOf(e.address.bytes), RankOf(e.peer->id.bytes));
    };
    const Entry* last = nullptr;
    for (const Entry& e : entries_) {
      if (e.group == group && (last == nullptr || rank(e) > rank(*last))) last = &e;
    }
    return last->peer;
  }

  SipKey secret_;
  std::vector<Entry> entries_;            // at most kMaxInbound + 1
  std::map<AddressGroup, Group> groups_;  // none is empty
};

}  // namespace hearsay
