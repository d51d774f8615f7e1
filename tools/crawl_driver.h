// SPDX-License-Identifier: MIT
//
// CrawlDriver: one crawl on a loop of its own (crawl_walk.h), until it is done, interrupted, or out of time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "crawler/crawl.h"
#include "node/io/clock.h"
#include "tools/crawl_walk.h"

namespace hearsay {

class CrawlDriver {
 public:
  enum class End : std::uint8_t { kDone, kInterrupted, kOutOfTime };

  // Catches SIGINT and SIGTERM from here on.
  static Result<std::unique_ptr<CrawlDriver>> Open();
  CrawlDriver(const CrawlDriver&) = delete;
  CrawlDriver& operator=(const CrawlDriver&) = delete;

  struct Watch {
    Duration interval{};
    std::function<void()> show;  // may be empty
  };
  // Blocks.
  End Run(Crawl& crawl, const SystemClock& clock, std::optional<Duration> limit, const Watch& watch);

 private:
  CrawlDriver();
  void ArmWatch(const Watch& watch);
  void Stop(End why);

  asio::io_context io_{1};
  asio::signal_set signals_;
  asio::steady_timer limit_;
  asio::steady_timer watch_;
  std::unique_ptr<CrawlWalk> walk_;
  End end_ = End::kDone;
};

}  // namespace hearsay
