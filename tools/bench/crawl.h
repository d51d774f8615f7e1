// SPDX-License-Identifier: MIT
//
// MeasureCrawl: real crawls of a fleet of real nodes (crawl.cc).
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

namespace hearsay::bench {

struct CrawlOptions {
  std::size_t nodes = 10'000;
};
nlohmann::ordered_json MeasureCrawl(const CrawlOptions& options);

}  // namespace hearsay::bench
