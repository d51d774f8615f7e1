// SPDX-License-Identifier: MIT
//
// MapCrowd: the real Crawl walks a crowd (crowd.h), and its map is held against the plan.
#pragma once

#include <cstdint>

#include "crawler/census.h"
#include "tests/sim/experiments/crowd_plan.h"
#include "tests/sim/experiments/experiment.h"

namespace hearsay::sim {

struct CrowdMap {
  bool complete = false;
  std::size_t found = 0;           // of the plan's dialable members, with the right id at the right endpoint
  std::size_t invented = 0;        // nodes of the map that the plan does not have so
  std::size_t hidden = 0;          // of the plan's hidden ones
  std::size_t liars_flagged = 0;
  std::size_t honest_flagged = 0;
  std::size_t endpoints = 0;       // heard of
  std::size_t edges = 0;
  Estimate estimate;
  std::size_t crawl_bytes = 0;     // of the heap, by the crawl alone, when it is done and the network is gone
  std::size_t census_bytes = 0;    // by the census made of it
  std::uint64_t packets = 0;       // sent by the crawl
  double seconds = 0;              // simulated
};

struct CrowdWalk {
  std::size_t in_flight = 256;
  std::uint32_t loss_ppm = 0;
};
// Starts at the first honest member. `made`, when there is one, is shown the census before it goes.
CrowdMap MapCrowd(const CrowdPlan& plan, const CrowdWalk& walk, std::uint64_t seed, const Progress& progress = {},
                  const std::function<void(const Census&)>& made = {});

}  // namespace hearsay::sim
