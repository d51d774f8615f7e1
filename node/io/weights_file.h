// SPDX-License-Identifier: MIT
//
// The weights file: how much each peer counts towards the online weight minimum (a stake table).
//
//   # node id                                                       weight
//   0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8 250
//
// A node that is not listed weighs 0. Bounds: kMaxWeightsFileBytes, kMaxWeights lines, and the sum fits 64 bits.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "proto/error.h"
#include "proto/node_id.h"

namespace hearsay {

inline constexpr std::size_t kMaxWeightsFileBytes = 16 << 20;
inline constexpr std::size_t kMaxWeights = 131'072;

using Weights = std::map<NodeId, std::uint64_t>;

// Pure and total. Errors begin with "name:line: ".
Result<Weights> ParseWeights(std::string_view text, std::string_view name);
Result<Weights> LoadWeights(const std::string& path);

}  // namespace hearsay
