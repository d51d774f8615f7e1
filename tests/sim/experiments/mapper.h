// SPDX-License-Identifier: MIT
//
// MapFrom: one crawl of a simulated network by the real Crawl machine, at an endpoint of its own.
#pragma once

#include <cstdint>
#include <functional>

#include "crawler/census.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

struct MapResult {
  std::size_t reachable = 0;  // nodes that proved their id at an endpoint
  double seconds = 0;         // simulated
  Census census;
  double truth = 0;           // what `count` gave at the census' moment
};
// Runs the network until the crawl is done, at most ten simulated minutes, or is stopped after so many visits. The
// crawl's socket stays behind, dead: the network is not run any further. `count` is asked every 5 ms.
MapResult MapFrom(SimNetwork& network, const Endpoint& first, const Endpoint& at, std::uint64_t seed,
                  std::size_t visits = SIZE_MAX, const std::function<double()>& count = {});

}  // namespace hearsay::sim
