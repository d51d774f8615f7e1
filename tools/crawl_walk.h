// SPDX-License-Identifier: MIT
//
// CrawlWalk: one crawl on one real UDP socket of somebody's loop.
//
// Decides nothing: datagrams and the clock in, Sends out. One timer, one socket (dual-stack where the machine has
// IPv6).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "crawler/crawl.h"
#include "node/io/clock.h"
#include "node/io/udp_socket.h"

namespace hearsay {

class CrawlWalk {
 public:
  static Result<std::unique_ptr<CrawlWalk>> Open(asio::io_context& io);
  CrawlWalk(const CrawlWalk&) = delete;
  CrawlWalk& operator=(const CrawlWalk&) = delete;

  // Once. `done` is called once, when the crawl is: it may not destroy the walk. Both arguments are borrowed.
  void Start(Crawl& crawl, const SystemClock& clock, std::function<void()> done);
  // Ends the crawl with what it has; calls `done`.
  void Stop();

 private:
  explicit CrawlWalk(asio::io_context& io) : deadline_(io) {}
  void Step();  // sends what is to be sent, sets the timer, says when it is done

  asio::steady_timer deadline_;
  std::unique_ptr<UdpSocket> socket_;
  Crawl* crawl_ = nullptr;
  const SystemClock* clock_ = nullptr;
  std::function<void()> done_;  // empty: said already
  Effects effects_;
  std::vector<Outgoing> outgoing_;
};

}  // namespace hearsay
