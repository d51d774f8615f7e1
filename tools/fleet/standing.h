// SPDX-License-Identifier: MIT
//
// Standing: is a fleet one network yet, so that a walk from any of its nodes finds all that can be found?
//
// It stands when every resident that can be dialled (reachable nodes and liars)
//   - is verified by at least `floor` reachable nodes, or by all there are besides itself, and
//   - is met by a walk from the first reachable node along "has verified".
// Nodes behind translators count as residents to be heard, not as witnesses: nobody can ask them. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/fleet/plan.h"

namespace hearsay::fleet {

struct Standing {
  std::size_t dialable = 0;  // reachable nodes and liars
  std::size_t walked = 0;    // of those, met by the walk
  std::size_t lowest = 0;    // verified by so many: the least, and the median
  std::size_t median = 0;
  std::vector<std::uint32_t> lacking;  // residents below the floor or not walked

  bool stands() const { return lacking.empty(); }
};

// `verified[i]`: whom resident i has verified, by number; read of reachable ones alone.
Standing Judge(const std::vector<Kind>& kinds, const std::vector<std::vector<std::uint32_t>>& verified,
               std::size_t floor);

}  // namespace hearsay::fleet
