// SPDX-License-Identifier: MIT
//
// When the next of a series of crawls starts: at the first one's start plus a whole number of intervals, so that a
// slow crawl does not move those behind it; never two at a time. A turn whose time has passed is missed for good.
// And how long one may take: an interval, so that nobody who names thousands of dead endpoints keeps what the others
// proved from being recorded. It ends with what it has, and its census is incomplete.
#pragma once

#include <algorithm>
#include <cstdint>

#include "proto/time.h"

namespace hearsay {

inline constexpr Duration kShortestInterval = std::chrono::seconds{1};

struct CrawlTurn {
  Time start{};
  std::uint64_t missed = 0;  // turns that passed while the crawl before was running
};

// `last` is the turn that was taken last, `now` when it ended. A turn that falls on `now` is not missed.
inline CrawlTurn NextTurn(Time last, Duration interval, Time now) {
  const auto passed = now > last ? (now - last + interval - Duration{1}) / interval : 0;
  const auto turns = std::max<std::int64_t>(1, passed);
  return {.start = last + turns * interval, .missed = static_cast<std::uint64_t>(turns - 1)};
}

// No less than a minute, however short the interval: to give up on silent endpoints takes nine seconds, and on the dead
// ones of a whole address group, eight at a time, that many times.
inline constexpr Duration kShortestLimit = std::chrono::minutes{1};
inline Duration CrawlLimit(Duration interval) { return std::max(interval, kShortestLimit); }

}  // namespace hearsay
