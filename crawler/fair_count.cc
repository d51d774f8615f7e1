// SPDX-License-Identifier: MIT
#include "crawler/fair_count.h"

#include <algorithm>
#include <vector>

#include "crawler/median.h"

namespace hearsay {
namespace {

double Rare(const GroupRare& group) { return static_cast<double>(group.rare); }

}  // namespace

double FairCount(std::span<const GroupRare> groups) {
  std::vector<double> sizes;
  std::vector<double> rates;
  for (const GroupRare& group : groups) {
    if (group.all == 0) continue;
    sizes.push_back(static_cast<double>(group.all));
    rates.push_back(Rare(group) / sizes.back());
  }
  if (sizes.empty()) sizes = rates = {0.0};
  const double largest = kFairSize * MedianOf(std::move(sizes));
  const auto size_of = [&](const GroupRare& group) { return std::min(static_cast<double>(group.all), largest); };
  double all = 0;
  double slack = 0;
  for (const GroupRare& group : groups) {
    all += size_of(group);
    slack += std::min(Rare(group), kFairSlack);
  }
  const double rate = std::max(MedianOf(std::move(rates)), all > 0 ? slack / all : 0);
  double counted = 0;
  for (const GroupRare& group : groups) {
    counted += std::min(Rare(group), kFairSlack + kFairTimes * rate * size_of(group));
  }
  return counted;
}

}  // namespace hearsay
