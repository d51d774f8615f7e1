// SPDX-License-Identifier: MIT
//
// Stage: what every experiment needs: a network of honest nodes, who of the others is hostile, and what views hold.
#pragma once

#include <set>
#include <vector>

#include "tests/sim/experiments/population.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

// Shares are of 1, over running honest nodes.
struct ViewCensus {
  double views = 0;        // of filled slots, how many hold a hostile peer: the mean over nodes
  double samples = 0;      // of peers that Node::SamplePeer() gives, how many are hostile
  std::size_t isolated = 0;  // nodes without one honest peer in view
  double worst = 0;        // the largest share in one node's view
  double table = 0;        // of verified peers, how many are hostile
  double known = 0;        // mean number of honest peers in a table
};

class Stage {
 public:
  explicit Stage(std::uint64_t seed);

  // Honest nodes at these endpoints. Each is given `contacts` endpoints drawn from `seeds` (itself left out).
  std::vector<HostId> AddHonest(const std::vector<Endpoint>& endpoints);
  void Introduce(std::span<const HostId> hosts, const std::vector<Endpoint>& seeds, std::size_t contacts);
  void StartAll(std::span<const HostId> hosts, Duration spread);
  void MarkHostile(const std::vector<Endpoint>& endpoints) { hostile_.insert(endpoints.begin(), endpoints.end()); }

  bool IsHostile(const Endpoint& endpoint) const { return hostile_.contains(endpoint); }
  ViewCensus Count(std::span<const HostId> hosts);
  // How often each endpoint is held by a slot of these nodes.
  std::map<Endpoint, std::size_t> InDegrees(std::span<const HostId> hosts) const;
  std::vector<Endpoint> EndpointsOf(std::span<const HostId> hosts) const;

  Rng rng;  // of the set-up; first, because the network is made from the seed too
  SimNetwork network;
  Population population;

 private:
  static SimConfig Config(std::uint64_t seed);
  std::set<Endpoint> hostile_;
};

inline constexpr Duration kRound = std::chrono::seconds{15};

}  // namespace hearsay::sim
