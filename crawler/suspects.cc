// SPDX-License-Identifier: MIT
#include "crawler/suspects.h"

#include <cmath>
#include <utility>
#include <vector>

#include "crawler/median.h"

namespace hearsay {
namespace {

constexpr double kShare = 0.6;
constexpr double kChance = 1e-6;
constexpr std::size_t kFewest = 8;

std::size_t Dialled(const MappedNode& node) {
  return std::size_t{node.judged_verified} + node.judged_silent;
}
double ShareOf(const MappedNode& node) {
  return static_cast<double>(node.judged_verified) / static_cast<double>(Dialled(node));
}

// P(X <= k), X binomial of n trials with chance p, 0 < p < 1.
double AtMost(std::size_t k, std::size_t n, double p) {
  const auto trials = static_cast<double>(n);
  double sum = 0;
  for (std::size_t i = 0; i <= k; ++i) {
    const auto hits = static_cast<double>(i);
    sum += std::exp(std::lgamma(trials + 1) - std::lgamma(hits + 1) - std::lgamma(trials - hits + 1) +
                    hits * std::log(p) + (trials - hits) * std::log1p(-p));
  }
  return sum;
}

}  // namespace

bool IsJudged(const MappedNode& node) { return node.untried == 0 && Dialled(node) >= kFewest; }

void FlagSuspects(Census& census) {
  std::vector<double> shares;
  for (const MappedNode& node : census.nodes) {
    if (Dialled(node) >= kFewest) shares.push_back(ShareOf(node));
  }
  if (shares.empty()) return;
  const double median = MedianOf(std::move(shares));
  const double usual = 0.9 * median;
  if (usual <= 0) return;
  for (MappedNode& node : census.nodes) {
    if (Dialled(node) < kFewest || ShareOf(node) >= kShare * median) continue;
    node.suspect = AtMost(node.judged_verified, Dialled(node), usual) < kChance;
  }
}

}  // namespace hearsay
