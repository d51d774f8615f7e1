// SPDX-License-Identifier: MIT
#include "crawler/fair_count.h"

#include <algorithm>
#include <vector>

namespace hearsay {
namespace {

double MedianRate(std::span<const GroupNamings> groups) {
  std::vector<double> rates;
  for (const GroupNamings& group : groups) {
    if (group.namings > 0) rates.push_back(static_cast<double>(group.rare) / static_cast<double>(group.namings));
  }
  if (rates.empty()) return 0;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>((rates.size() - 1) / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  return *middle;
}

double SlackRate(std::span<const GroupNamings> groups) {
  double rare = 0;
  double namings = 0;
  for (const GroupNamings& group : groups) {
    rare += std::min(static_cast<double>(group.rare), kFairSlack);
    namings += static_cast<double>(group.namings);
  }
  return namings > 0 ? rare / namings : 0;
}

}  // namespace

double FairCount(std::span<const GroupNamings> groups) {
  const double rate = std::max(MedianRate(groups), SlackRate(groups));
  double counted = 0;
  for (const GroupNamings& group : groups) {
    const double most = kFairSlack + kFairTimes * rate * static_cast<double>(group.namings);
    counted += std::min(static_cast<double>(group.rare), most);
  }
  return counted;
}

}  // namespace hearsay
