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
  if (entry != nullptr && Seconds(now) < entry->until) return true;
  const Entry* address = Find(HashOfAddress(endpoint.address));
  return address != nullptr && address->failures >= kOfAnAddress && Seconds(now) < address->until;
}

void Unanswered::Remove(const Endpoint& endpoint) {
  Clear(Hash(endpoint));
  Clear(HashOfAddress(endpoint.address));
}

void Unanswered::Clear(std::uint32_t hash) {
  if (const Entry* entry = Find(hash)) {
    *const_cast<Entry*>(entry) = {};
    --used_;
  }
}

void Unanswered::Add(const Endpoint& endpoint, Duration first, Time now) {
  Entry& entry = Take(Hash(endpoint));
  const Duration memory = std::min<Duration>(first * (1 << std::min<std::uint32_t>(entry.failures, 8)), kLongest);
  entry.until = Seconds(now + memory);
  entry.failures = std::min<std::uint32_t>(entry.failures + 1u, 15);
  AddToAddress(endpoint.address, first < kFirst, now);
}

void Unanswered::AddToAddress(const IpAddress& address, bool few, Time now) {
  Entry& entry = Take(HashOfAddress(address));
  if (entry.until <= Seconds(now)) entry.failures = 0;
  entry.until = Seconds(now + (few ? kAddressTimeWhenFew : kAddressTime));
  entry.failures = std::min<std::uint32_t>(entry.failures + 1u, kOfAnAddress);
}

// The entry with this hash, if need be a new one in another's place.
Unanswered::Entry& Unanswered::Take(std::uint32_t hash) {
  if (used_ * 2 >= entries_.size() && entries_.size() < kMaxEntries) Grow();
  Entry& entry = Place(hash);
  if (entry.until == 0) ++used_;
  if (entry.until == 0 || entry.hash != hash) entry = {.hash = hash, .until = 1, .failures = 0};
  return entry;
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
