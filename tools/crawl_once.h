// SPDX-License-Identifier: MIT
//
// CrawlOnce: one crawl over a socket of its own, from its seeds to its census, or from where one that was not recorded
// had come to. It writes nothing but its journal (crawl_journal.h), which stays until the census is recorded; what
// becomes of the census is crawl_outputs.h. `hearsay crawl` calls it once, or again and again.
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
  std::string journal;            // a locked folder to keep the crawl's journal in; empty: it is not kept
  std::optional<Time> recorded;   // when the crawl began that was recorded last: a journal of it is of no use
};

struct CrawlWatch {
  Duration interval{};
  std::function<void(const CrawlProgress&, Duration elapsed)> show;  // may be empty
};

struct Crawled {
  Census census;
  CrawlDriver::End end = CrawlDriver::End::kDone;
  std::size_t resumed = 0;  // visits that an earlier process had made
};
// Blocks. SIGINT and SIGTERM end the crawl with what it has. The error is the machine's: no socket.
Result<Crawled> CrawlOnce(const CrawlOrder& order, const CrawlWatch& watch);

}  // namespace hearsay
