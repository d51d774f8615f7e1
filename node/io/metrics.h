// SPDX-License-Identifier: MIT
//
// Metrics: a node's counters and gauges in the Prometheus text format 0.0.4.
// https://prometheus.io/docs/instrumenting/exposition_formats/
//
// Bounded cardinality: the only labels are `reason`, whose values are the enumerators of Error, and the constant labels
// of hearsay_info. No peer, address or attribute ever becomes a label, so strangers cannot grow the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "node/io/node_view.h"

namespace hearsay {

// What the local API counts of itself.
struct ApiCounters {
  std::uint64_t requests = 0;     // answered, whatever the status
  std::uint64_t refused = 0;      // answered with 4xx or 5xx
  std::uint64_t timeouts = 0;     // connections closed by their deadline
  std::uint64_t evicted = 0;      // connections closed for who came while all places were taken
  std::size_t connections = 0;    // now
  std::size_t event_streams = 0;  // now
};

std::string MetricsText(const NodeView& node, const ApiCounters& api, std::string_view software);

}  // namespace hearsay
