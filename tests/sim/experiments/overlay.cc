// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/overlay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace hearsay::sim {
namespace {

constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Overlay::Overlay(const std::vector<Endpoint>& nodes) : neighbours_(nodes.size()), in_degrees_(nodes.size()) {
  for (const Endpoint& node : nodes) index_.emplace(node, static_cast<std::uint32_t>(index_.size()));
}

void Overlay::AddView(const Endpoint& node, const std::vector<Endpoint>& view) {
  const std::uint32_t from = index_.at(node);
  for (const Endpoint& peer : std::set<Endpoint>(view.begin(), view.end())) {
    const auto found = index_.find(peer);
    if (found == index_.end()) continue;
    neighbours_[from].push_back(found->second);
    neighbours_[found->second].push_back(from);
    ++in_degrees_[found->second];
  }
}

std::vector<std::uint32_t> Overlay::Distances(std::uint32_t from) const {
  std::vector<std::uint32_t> distance(neighbours_.size(), kFar);
  std::vector<std::uint32_t> queue = {from};
  distance[from] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (const std::uint32_t next : neighbours_[queue[i]]) {
      if (distance[next] != kFar) continue;
      distance[next] = distance[queue[i]] + 1;
      queue.push_back(next);
    }
  }
  return distance;
}

double Overlay::AveragePath(std::size_t sources, Rng& rng) const {
  double sum = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < sources; ++i) {
    for (const std::uint32_t d : Distances(static_cast<std::uint32_t>(rng.Below(neighbours_.size())))) {
      if (d == 0 || d == kFar) continue;
      sum += d;
      ++pairs;
    }
  }
  return pairs == 0 ? 0 : sum / pairs;
}

double Overlay::Clustering(std::size_t samples, Rng& rng) const {
  std::vector<std::uint8_t> mark(neighbours_.size());
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto& all = neighbours_[rng.Below(neighbours_.size())];
    const std::set<std::uint32_t> near(all.begin(), all.end());
    if (near.size() < 2) continue;
    for (const std::uint32_t n : near) mark[n] = 1;
    double closed = 0;
    for (const std::uint32_t n : near) {
      for (const std::uint32_t m : std::set<std::uint32_t>(neighbours_[n].begin(), neighbours_[n].end())) {
        closed += mark[m];
      }
    }
    for (const std::uint32_t n : near) mark[n] = 0;
    sum += closed / (static_cast<double>(near.size()) * static_cast<double>(near.size() - 1));
  }
  return sum / static_cast<double>(samples);
}

double Overlay::LargestComponent() const {
  std::vector<std::uint8_t> seen(neighbours_.size());
  std::size_t largest = 0;
  for (std::uint32_t from = 0; from < neighbours_.size(); ++from) {
    if (seen[from]) continue;
    std::size_t size = 0;
    const std::vector<std::uint32_t> distance = Distances(from);
    for (std::size_t i = 0; i < distance.size(); ++i) {
      if (distance[i] == kFar) continue;
      seen[i] = 1;
      ++size;
    }
    largest = std::max(largest, size);
  }
  return static_cast<double>(largest) / static_cast<double>(neighbours_.size());
}

Overlay::Spread Overlay::InDegrees() const {
  Spread spread;
  spread.least = std::numeric_limits<std::size_t>::max();
  double squares = 0;
  for (const std::size_t d : in_degrees_) {
    spread.mean += static_cast<double>(d);
    squares += static_cast<double>(d) * static_cast<double>(d);
    spread.least = std::min(spread.least, d);
    spread.most = std::max(spread.most, d);
  }
  const auto n = static_cast<double>(in_degrees_.size());
  spread.mean /= n;
  spread.deviation = std::sqrt(squares / n - spread.mean * spread.mean);
  return spread;
}

}  // namespace hearsay::sim
