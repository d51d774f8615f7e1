// SPDX-License-Identifier: MIT
#include "node/core/ban_list.h"

#include <algorithm>

namespace hearsay {
namespace {

std::uint32_t V4Number(const IpAddress& address) { return LoadBigEndian<std::uint32_t>(address.bytes.data() + 12); }

// Ranges come in the order of their beginnings, an outer one before those within it.
template <typename Ranges, typename Address>
void AddOutermost(Ranges& ranges, const Address& first, const Address& last) {
  if (ranges.empty() || ranges.back().last < first) ranges.push_back({first, last});
}

template <typename Ranges, typename Address>
bool IsWithin(const Ranges& ranges, const Address& address) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), address,
                                      [](const Address& a, const auto& range) { return a < range.first; });
  return after != ranges.begin() && address <= std::prev(after)->last;
}

}  // namespace

bool BanList::HasId(const NodeId& id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

bool BanList::HasAddress(const IpAddress& address) const {
  return address.IsV4() ? IsWithin(v4_, V4Number(address)) : IsWithin(v6_, address);
}

bool BanList::Insert(const BanEntry& ban) {
  const Key key{ban.subject, ban.source};
  std::size_t& count = counts_[static_cast<std::size_t>(ban.source)];
  const auto found = entries_.find(key);
  if (found == entries_.end() && count >= kMaxBans) return false;
  if (found == entries_.end()) ++count;
  entries_.insert_or_assign(key, ban);
  return true;
}

void BanList::Load(std::vector<BanEntry> stored, Time now) {
  for (const BanEntry& ban : stored) Insert(ban);
  Rebuild(now);
}

void BanList::ReplaceSettings(const std::vector<BanEntry>& bans, Time now) {
  std::map<BanSubject, Time> created;
  for (const auto& [key, ban] : entries_) {
    if (key.second == BanSource::kSettings) created.emplace(key.first, ban.created);
  }
  std::erase_if(entries_, [](const auto& entry) { return entry.first.second == BanSource::kSettings; });
  counts_[static_cast<std::size_t>(BanSource::kSettings)] = 0;
  for (BanEntry ban : bans) {
    ban.source = BanSource::kSettings;
    const auto was = created.find(ban.subject);
    ban.created = was == created.end() ? now : was->second;
    if (ban.expires > now) Insert(ban);
  }
  Rebuild(now);
}

bool BanList::Put(const BanEntry& ban, Time now) {
  if (!Insert(ban)) return false;
  Rebuild(now);
  return true;
}

bool BanList::Remove(const BanSubject& subject, BanSource source, Time now) {
  if (entries_.erase({subject, source}) == 0) return false;
  --counts_[static_cast<std::size_t>(source)];
  Rebuild(now);
  return true;
}

std::vector<BanEntry> BanList::Expire(Time now) {
  std::vector<BanEntry> over;
  for (const auto& [key, ban] : entries_) {
    if (ban.expires <= now) over.push_back(ban);
  }
  for (const BanEntry& ban : over) {
    entries_.erase({ban.subject, ban.source});
    --counts_[static_cast<std::size_t>(ban.source)];
  }
  Rebuild(now);
  return over;
}

std::vector<BanEntry> BanList::All() const {
  std::vector<BanEntry> out;
  out.reserve(entries_.size());
  for (const auto& [key, ban] : entries_) out.push_back(ban);
  return out;
}

void BanList::Rebuild(Time now) {
  ids_.clear();
  v4_.clear();
  v6_.clear();
  next_expiry_ = kNever;
  for (const auto& [key, ban] : entries_) {
    next_expiry_ = std::min(next_expiry_, ban.expires);
    if (ban.expires <= now) continue;
    if (const auto* id = std::get_if<NodeId>(&ban.subject)) {
      ids_.push_back(*id);
      continue;
    }
    const IpPrefix& prefix = std::get<IpPrefix>(ban.subject);
    if (prefix.IsV4()) {
      AddOutermost(v4_, V4Number(prefix.address), V4Number(prefix.Last()));
    } else {
      AddOutermost(v6_, prefix.address, prefix.Last());
    }
  }
  any_address_ = !v4_.empty() || !v6_.empty();
}

}  // namespace hearsay
