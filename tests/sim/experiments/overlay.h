// SPDX-License-Identifier: MIT
//
// Overlay: the graph that all views make together. Channels carry both ways, so that edges have no direction, except
// for in-degrees.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "proto/endpoint.h"
#include "proto/rng.h"

namespace hearsay::sim {

class Overlay {
 public:
  explicit Overlay(const std::vector<Endpoint>& nodes);
  // Of a node's view; endpoints of nobody here are left out.
  void AddView(const Endpoint& node, const std::vector<Endpoint>& view);

  double Clustering(std::size_t samples, Rng& rng) const;   // mean local coefficient
  double AveragePath(std::size_t sources, Rng& rng) const;  // hops, between nodes that reach each other
  double LargestComponent() const;                          // share of the nodes
  struct Spread {
    double mean = 0;
    double deviation = 0;
    std::size_t least = 0;
    std::size_t most = 0;
  };
  Spread InDegrees() const;

 private:
  std::vector<std::uint32_t> Distances(std::uint32_t from) const;

  std::map<Endpoint, std::uint32_t> index_;
  std::vector<std::vector<std::uint32_t>> neighbours_;  // may repeat
  std::vector<std::size_t> in_degrees_;
};

}  // namespace hearsay::sim
