// SPDX-License-Identifier: MIT
//
// Churn: hosts that come and go, each on its own. Half of the stops are crashes, half are farewells; one crash in eight
// loses the disk. At the end all are up again.
#pragma once

#include <vector>

#include "tests/sim/sim_network.h"

namespace hearsay::sim {

struct ChurnConfig {
  std::vector<HostId> hosts;
  Duration mean_up = std::chrono::seconds{120};
  Duration mean_down = std::chrono::seconds{20};
  Duration until{};
};

class Churn {
 public:
  // The network is borrowed; this object lives until the churn is over.
  Churn(SimNetwork& network, ChurnConfig config);
  void Begin();
  std::uint64_t stops() const { return stops_; }
  std::uint64_t starts() const { return starts_; }

 private:
  void Schedule(HostId host, Duration mean);
  void Flip(HostId host);

  SimNetwork& network_;
  ChurnConfig config_;
  std::uint64_t stops_ = 0;
  std::uint64_t starts_ = 0;
};

}  // namespace hearsay::sim
