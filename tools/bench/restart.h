// SPDX-License-Identifier: MIT
//
// MeasureRestart: from the start of a process to the first packet, with a full store (restart.cc).
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

namespace hearsay::bench {

struct RestartOptions {
  std::size_t peers = 1'000'000;
};
nlohmann::ordered_json MeasureRestart(const RestartOptions& options);

}  // namespace hearsay::bench
