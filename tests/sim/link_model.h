// SPDX-License-Identifier: MIT
//
// LinkModel: what the network does to one datagram: how late it comes, how often, or not at all.
//
// Each pair of hosts has a base latency, the same both ways, made from the seed and the pair by hashing: no table grows
// with the square of the nodes. Jitter is uniform above it. A reordered datagram is held back by up to `reorder_delay`,
// so that later ones overtake it. Probabilities are in parts per million; nothing here is a float. What it ignores:
// bandwidth, queues and correlated loss; a partition (partition.h) is the only burst.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "proto/rng.h"
#include "proto/time.h"

namespace hearsay::sim {

struct LinkConfig {
  Duration min_latency = std::chrono::milliseconds{10};  // one way
  Duration max_latency = std::chrono::milliseconds{120};
  Duration jitter = std::chrono::milliseconds{5};
  Duration reorder_delay = std::chrono::milliseconds{200};
  std::uint32_t loss_ppm = 0;
  std::uint32_t duplicate_ppm = 0;
  std::uint32_t reorder_ppm = 0;

  static LinkConfig Internet() { return {}; }
  static LinkConfig Lan() {
    using std::chrono::microseconds;
    LinkConfig config;
    config.min_latency = microseconds{100};
    config.max_latency = microseconds{400};
    config.jitter = microseconds{50};
    config.reorder_delay = microseconds{2'000};
    return config;
  }
};

// The copies of one datagram that arrive, each with its delay.
struct Fate {
  std::array<Duration, 2> delays{};
  std::size_t copies = 0;
  bool reordered = false;
};

class LinkModel {
 public:
  LinkModel(const LinkConfig& config, std::uint64_t seed) : config_(config), seed_(seed), rng_(Rng::FromNumber(seed)) {}

  Fate Draw(std::uint32_t from, std::uint32_t to);
  Duration BaseLatency(std::uint32_t a, std::uint32_t b) const;  // symmetric
  // Weather changes in the middle of a run; base latencies keep their hash.
  void Configure(const LinkConfig& config) { config_ = config; }
  const LinkConfig& config() const { return config_; }

 private:
  bool Happens(std::uint32_t ppm) { return ppm != 0 && rng_.Chance(ppm, 1'000'000); }
  Duration Uniform(Duration bound) {  // in [0, bound]
    if (bound <= Duration::zero()) return Duration::zero();
    return Duration{static_cast<Duration::rep>(rng_.Below(static_cast<std::uint64_t>(bound.count()) + 1))};
  }

  LinkConfig config_;
  std::uint64_t seed_;
  Rng rng_;
};

}  // namespace hearsay::sim
