// SPDX-License-Identifier: MIT
//
// SeedMetrics: what a seed adds to its node's /metrics, in the Prometheus text format. docs/seed.md names the alarms.
#pragma once

#include <string>

#include "crawler/seed/seed_services.h"
#include "tools/seed_crawl.h"
#include "tools/seed_peers.h"

namespace hearsay {

// A seed is fresh while nine of ten draws name a peer that proved its id within three intervals and a minute. Whether
// censuses were complete does not matter: one liar can keep them from being that, and cannot keep others from being
// met.
inline constexpr int kFreshIntervals = 3;
inline constexpr Duration kFreshSlack = std::chrono::minutes{1};  // a crawl among the dead takes some seconds
bool IsFresh(const SeedCrawl::Health& health, Duration every, Time now);

std::string SeedMetricsText(const SeedCrawl& crawl, const SeedPeers& peers, const SeedServices& services, Time now);

}  // namespace hearsay
