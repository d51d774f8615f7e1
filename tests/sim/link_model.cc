// SPDX-License-Identifier: MIT
#include "tests/sim/link_model.h"

#include <algorithm>

#include "tests/sim/mix.h"

namespace hearsay::sim {

Duration LinkModel::BaseLatency(std::uint32_t a, std::uint32_t b) const {
  const Duration span = config_.max_latency - config_.min_latency;
  if (span <= Duration::zero()) return config_.min_latency;
  const std::uint64_t choices = static_cast<std::uint64_t>(span.count()) + 1;
  const std::uint64_t hash = Mix(seed_, std::min(a, b), std::max(a, b));
  return config_.min_latency + Duration{static_cast<Duration::rep>(hash % choices)};
}

Fate LinkModel::Draw(std::uint32_t from, std::uint32_t to) {
  Fate fate;
  if (Happens(config_.loss_ppm)) return fate;
  fate.copies = Happens(config_.duplicate_ppm) ? 2 : 1;
  const Duration base = BaseLatency(from, to);
  for (std::size_t i = 0; i < fate.copies; ++i) {
    fate.delays[i] = base + Uniform(config_.jitter);
    if (!Happens(config_.reorder_ppm)) continue;
    fate.delays[i] += Uniform(config_.reorder_delay);
    fate.reordered = true;
  }
  return fate;
}

}  // namespace hearsay::sim
