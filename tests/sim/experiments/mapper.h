// SPDX-License-Identifier: MIT
//
// Mapper: the driver of one Crawl in a simulated network: its socket, and what wakes it. The real machine walks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "crawler/crawl.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class Mapper {
 public:
  // A crawl at an endpoint of its own. The network is borrowed for as long as it is run; the mapper may live longer.
  Mapper(SimNetwork& network, CrawlConfig config, const Endpoint& at, std::uint64_t seed);
  Mapper(const Mapper&) = delete;
  Mapper& operator=(const Mapper&) = delete;

  // Runs the network until the crawl is done or the time is over; asks `go_on` every 5 ms and stops the crawl when it
  // says no. A crawl waits for milliseconds at least: asking it so often misses nothing.
  void Run(Duration limit, const std::function<bool()>& go_on = {});
  const Crawl& crawl() const { return crawl_; }
  Census Result() const { return crawl_.Result(now_); }

 private:
  Time Now() const { return SimClock::Epoch() + network_.now(); }
  void Step();
  void Stop();
  void Apply(const Effects& out);

  SimNetwork& network_;
  Rng rng_;
  Crawl crawl_;
  HostId host_ = kNoHost;
  Time now_{};
  bool started_ = false;
};

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
