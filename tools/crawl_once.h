// SPDX-License-Identifier: MIT
//
// CrawlOnce: one crawl over a socket of its own, from its seeds to its census. It writes nothing; what becomes of the
// census is crawl_outputs.h. `hearsay crawl` calls it once, or again and again.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "crawler/crawl.h"
#include "tools/calling.h"
#include "tools/crawl_driver.h"

namespace hearsay {

inline constexpr std::size_t kMaxInFlight = 4096;

struct CrawlOrder {
  std::vector<CrawlConfig::Seed> seeds;  // at least one
  CallNetwork network;
  std::size_t in_flight = CrawlConfig{}.in_flight;
  std::optional<Duration> limit;  // then it ends with what it has
};

struct CrawlWatch {
  Duration interval{};
  std::function<void(const CrawlProgress&, Duration elapsed)> show;  // may be empty
};

struct Crawled {
  Census census;
  CrawlDriver::End end = CrawlDriver::End::kDone;
};
// Blocks. SIGINT and SIGTERM end the crawl with what it has. The error is the machine's: no socket.
Result<Crawled> CrawlOnce(const CrawlOrder& order, const CrawlWatch& watch);

}  // namespace hearsay
