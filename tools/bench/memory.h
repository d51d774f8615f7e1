// SPDX-License-Identifier: MIT
//
// MeasureMemory: heap bytes of a known peer (memory.cc).
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

#include "node/core/peer_book.h"

namespace hearsay::bench {

struct MemoryOptions {
  std::size_t peers = kTableCapacity;
};
nlohmann::ordered_json MeasureMemory(const MemoryOptions& options);

}  // namespace hearsay::bench
