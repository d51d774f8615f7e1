// SPDX-License-Identifier: MIT
#include "node/core/speakers.h"

#include <algorithm>
#include <vector>

namespace hearsay {

void Speakers::Failed(IdPrefix speaker, std::uint64_t group, Time now) {
  const auto known = records_.find(speaker);
  if (known != records_.end() && std::ranges::count(known->second.failed_groups, group) > 0) return;
  Count(speaker, now, &Record::failed);
  if (const auto it = records_.find(speaker); it != records_.end()) {
    it->second.failed_groups[it->second.next_group++ % kGroups] = group;
  }
}

void Speakers::Count(IdPrefix speaker, Time now, std::uint32_t Record::* what) {
  if (speaker == 0) return;
  if (records_.size() >= kCapacity && !records_.contains(speaker)) {
    records_.erase(std::ranges::min_element(records_, {}, [](const auto& r) { return r.second.at; }));
  }
  Record& r = records_[speaker];
  ++(r.*what);
  r.at = now;
  if (r.trials() < kWindow) return;
  r.proved /= 2;
  r.failed /= 2;
}

std::uint32_t Speakers::FailedPermille(const Record& record) {
  return record.failed * 1000 / std::max(record.trials(), kTrials);
}

std::uint32_t Speakers::MedianFailedPermille() const {
  std::vector<std::uint32_t> rates;
  rates.reserve(records_.size());
  for (const auto& [speaker, record] : records_) rates.push_back(FailedPermille(record));
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>((rates.size() - 1) / 2);
  std::ranges::nth_element(rates, middle);
  return *middle;
}

Influence Speakers::Of(IdPrefix speaker, Time now) const {
  const auto it = records_.find(speaker);
  if (it == records_.end()) return Influence::kFull;
  const Record& r = it->second;
  if (r.trials() < kTrials || r.failed * 2 <= r.trials()) return Influence::kFull;
  std::uint64_t others = 0;
  for (const auto& [other, record] : records_) others += other == speaker ? 0 : record.trials();
  // While nobody else has spoken there is nothing to measure it by: a seed may remember a network that went down.
  if (others < kLiarTrials) return Influence::kDoubtful;
  if (FailedPermille(r) <= 2 * MedianFailedPermille()) return Influence::kFull;
  return r.trials() >= kLiarTrials && now < r.at + kShunTime ? Influence::kNone : Influence::kDoubtful;
}

}  // namespace hearsay
