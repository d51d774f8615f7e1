// SPDX-License-Identifier: MIT
//
// BanList: the bans of a node, by node id and by address prefix, with their reasons and ends.
//
// Asked for each datagram, so an address costs one branch while no address is banned, and one binary search otherwise,
// however many prefix lengths are in use: prefixes either nest or are disjoint, so the outermost ones, in order, are
// disjoint ranges. IPv4 has ranges of its own, because an IPv6 prefix holds no IPv4 address.
// Bounded: kMaxBans of each source. A ban that does not fit is refused; none gives way, so that nobody who can provoke
// bans pushes another out. A change rebuilds the ranges: 4,096 entries in a pass; changes come from operators.
// A ban covers until its `expires`, as of the `now` of the last change: the owner calls Expire() at NextExpiry().
// Order is by subject, the same everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "proto/ban.h"

namespace hearsay {

class BanList {
 public:
  // All that a store remembers, in one pass. What is over already stays until Expire(), and covers nothing.
  void Load(std::vector<BanEntry> stored, Time now);
  // The bans of the settings are these from now on; one that was there keeps its `created`.
  void ReplaceSettings(const std::vector<BanEntry>& bans, Time now);
  // A new ban, or one that replaces that of the same subject and source. False: there is no room.
  bool Put(const BanEntry& ban, Time now);
  // False: there is no such ban.
  bool Remove(const BanSubject& subject, BanSource source, Time now);
  // Takes out, and returns, those that are over.
  std::vector<BanEntry> Expire(Time now);
  Time NextExpiry() const { return next_expiry_; }

  bool Has(const NodeId& id) const { return !ids_.empty() && HasId(id); }
  bool Has(const IpAddress& address) const { return any_address_ && HasAddress(address); }
  bool Holds(const BanSubject& subject, BanSource source) const { return entries_.contains({subject, source}); }
  std::vector<BanEntry> All() const;
  std::size_t size() const { return entries_.size(); }

 private:
  using Key = std::pair<BanSubject, BanSource>;
  template <typename Address>
  struct Range {
    Address first;
    Address last;
  };
  bool HasId(const NodeId& id) const;
  bool HasAddress(const IpAddress& address) const;
  bool Insert(const BanEntry& ban);
  void Rebuild(Time now);

  std::map<Key, BanEntry> entries_;
  std::size_t counts_[2] = {};  // by source
  // Made from entries_, for look-ups; each sorted.
  std::vector<NodeId> ids_;
  std::vector<Range<std::uint32_t>> v4_;
  std::vector<Range<IpAddress>> v6_;
  bool any_address_ = false;
  Time next_expiry_ = kNever;
};

}  // namespace hearsay
