// SPDX-License-Identifier: MIT
//
// MapFrom: one crawl of a simulated network by the real Crawl machine, at an endpoint of its own.
#pragma once

#include "tests/sim/sim_network.h"

namespace hearsay::sim {

struct MapResult {
  std::size_t reachable = 0;  // nodes that proved their id at an endpoint
  double seconds = 0;         // simulated
};
// Runs the network until the crawl is done, at most ten simulated minutes. The crawl's socket stays behind, dead: the
// network is not run any further.
MapResult MapFrom(SimNetwork& network, const Endpoint& first, const Endpoint& at, std::uint64_t seed);

}  // namespace hearsay::sim
