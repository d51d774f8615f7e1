// SPDX-License-Identifier: MIT
//
// SeedMetrics: what a seed adds to its node's /metrics, in the Prometheus text format. docs/seed.md names the alarms.
#pragma once

#include <string>

#include "crawler/seed/seed_peers.h"
#include "crawler/seed/seed_services.h"
#include "tools/seed_crawl.h"

namespace hearsay {

std::string SeedMetricsText(const SeedCrawl& crawl, const SeedPeers& peers, const SeedRule& rule,
                            const SeedServices& services, Time now);

}  // namespace hearsay
