// SPDX-License-Identifier: MIT
#include "tests/sim/churn.h"

#include <utility>

#include "tests/sim/random_time.h"

namespace hearsay::sim {

Churn::Churn(SimNetwork& network, ChurnConfig config) : network_(network), config_(std::move(config)) {}

void Churn::Begin() {
  for (const HostId host : config_.hosts) {
    network_.At(network_.now() + RandomBelow(network_.rng(), 2 * config_.mean_up), [this, host] { Flip(host); });
  }
}

void Churn::Schedule(HostId host, Duration mean) {
  network_.At(network_.now() + RandomAround(network_.rng(), mean), [this, host] { Flip(host); });
}

void Churn::Flip(HostId host) {
  const bool over = network_.now() >= config_.until;
  if (!network_.IsRunning(host)) {
    network_.Start(host);
    ++starts_;
    if (!over) Schedule(host, config_.mean_up);
    return;
  }
  if (over) return;
  ++stops_;
  if (network_.rng().Chance(1, 2)) {
    network_.Leave(host);
  } else {
    network_.Kill(host);
    if (network_.rng().Chance(1, 8)) network_.LoseDisk(host);
  }
  Schedule(host, config_.mean_down);
}

}  // namespace hearsay::sim
