// SPDX-License-Identifier: MIT
//
// MeasureCluster: join, death and idle cost of a network of real processes (cluster.cc).
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

namespace hearsay::bench {

struct ClusterOptions {
  std::size_t nodes = 50;
  std::size_t kill = 10;
  int settle_seconds = 3;  // from the last full view; young channels are watched more often for half a minute
  int idle_seconds = 10;
};
nlohmann::ordered_json MeasureCluster(const ClusterOptions& options);

}  // namespace hearsay::bench
