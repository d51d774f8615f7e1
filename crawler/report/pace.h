// SPDX-License-Identifier: MIT
//
// Pace: how long a crawl will go on, from how fast it went lately.
//
// The rate is that of the endpoints finished within the last kWindow; what is left is what waits and what is in flight.
// It is a guess of the present moment, not a promise: nodes not visited yet will name endpoints not heard of yet, so it
// is too low while a crawl still grows, and too high before the last silent endpoints run into their timeouts.
#pragma once

#include <deque>
#include <optional>

#include "crawler/crawl.h"
#include "proto/time.h"

namespace hearsay {

// Endpoints that had their turn, whatever came of it.
std::size_t EndpointsDone(const CrawlProgress& progress);

class Pace {
 public:
  // Once for each report of progress. nullopt when less than kLeast was watched or nothing was finished lately.
  std::optional<Duration> Left(const CrawlProgress& progress, Duration elapsed);

 private:
  static constexpr Duration kWindow = std::chrono::seconds{5};
  static constexpr Duration kLeast = std::chrono::milliseconds{500};
  static constexpr std::size_t kMaxPoints = 100;  // twenty a second
  struct Point {
    Duration elapsed{};
    std::size_t done = 0;
  };
  std::deque<Point> points_{{}};  // a crawl begins with nothing done
};

}  // namespace hearsay
