// SPDX-License-Identifier: MIT
//
// CrawlDriver: one crawl on one real UDP socket, until it is done, interrupted, or out of time.
//
// Decides nothing: datagrams and the clock in, Sends out. One thread, one timer, one socket (dual-stack where the
// machine has IPv6).
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
#include "node/io/udp_socket.h"

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
  void Step();  // sends what is to be sent, sets the timer, ends the loop when done
  void ArmWatch(const Watch& watch);
  void Stop(End why);

  asio::io_context io_{1};
  asio::signal_set signals_;
  asio::steady_timer deadline_;
  asio::steady_timer limit_;
  asio::steady_timer watch_;
  std::unique_ptr<UdpSocket> socket_;
  Crawl* crawl_ = nullptr;
  const SystemClock* clock_ = nullptr;
  Effects effects_;
  std::vector<Outgoing> outgoing_;
  End end_ = End::kDone;
};

}  // namespace hearsay
