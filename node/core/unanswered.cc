// SPDX-License-Identifier: MIT
#include "node/core/unanswered.h"

#include <algorithm>

namespace hearsay {

const Unanswered::Entry* Unanswered::Find(std::uint32_t hash) const {
  if (entries_.empty()) return nullptr;
  const Entry* set = const_cast<Unanswered*>(this)->SetOf(hash);
  for (std::size_t i = 0; i < kWays; ++i) {
    if (set[i].until != 0 && set[i].hash == hash) return &set[i];
  }
  return nullptr;
}

bool Unanswered::Contains(const Endpoint& endpoint, Time now) const {
  if (entries_.empty()) return false;
  const Entry* entry = Find(Hash(endpoint));
  return entry != nullptr && Seconds(now) < entry->until;
}

void Unanswered::Remove(const Endpoint& endpoint) {
  if (const Entry* entry = Find(Hash(endpoint))) {
    *const_cast<Entry*>(entry) = {};
    --used_;
  }
}

void Unanswered::Add(const Endpoint& endpoint, Duration first, Time now) {
  if (used_ * 2 >= entries_.size() && entries_.size() < kMaxEntries) Grow();
  const std::uint32_t hash = Hash(endpoint);
  Entry& entry = Place(hash);
  const bool known = entry.until != 0 && entry.hash == hash;
  if (entry.until == 0) ++used_;
  const std::uint32_t failures = known ? std::min<std::uint32_t>(entry.failures + 1u, 15) : 0;
  const Duration memory = std::min<Duration>(first * (1 << std::min<std::uint32_t>(failures, 8)), kLongest);
  entry.hash = hash;
  entry.until = Seconds(now + memory);
  entry.failures = failures;
}

// Its own place, a free one, or that of the one that would be forgiven first.
Unanswered::Entry& Unanswered::Place(std::uint32_t hash) {
  if (const Entry* own = Find(hash)) return *const_cast<Entry*>(own);
  Entry* set = SetOf(hash);
  return *std::min_element(set, set + kWays, [](const Entry& a, const Entry& b) { return a.until < b.until; });
}

void Unanswered::Grow() {
  std::vector<Entry> old(std::max<std::size_t>(entries_.size() * 2, 16 * kWays));
  old.swap(entries_);
  used_ = 0;
  for (const Entry& entry : old) {
    if (entry.until == 0) continue;
    Entry& place = Place(entry.hash);
    if (place.until == 0) ++used_;
    place = entry;
  }
}

}  // namespace hearsay
