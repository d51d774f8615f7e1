// SPDX-License-Identifier: MIT
//
// Random times for scripts, from an Rng that is passed in.
#pragma once

#include "proto/rng.h"
#include "proto/time.h"

namespace hearsay::sim {

// Uniform in [0, bound); zero when the bound is.
inline Duration RandomBelow(Rng& rng, Duration bound) {
  if (bound <= Duration::zero()) return Duration::zero();
  return Duration{static_cast<Duration::rep>(rng.Below(static_cast<std::uint64_t>(bound.count())))};
}
// Uniform in [mean / 2, mean * 3 / 2).
inline Duration RandomAround(Rng& rng, Duration mean) { return mean / 2 + RandomBelow(rng, mean); }

}  // namespace hearsay::sim
