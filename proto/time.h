// SPDX-License-Identifier: MIT
//
// Time: the one clock every room is given and none may read.
//
// A Time is microseconds since the Unix epoch on a clock that never goes backwards: the driver anchors the monotonic
// clock to the wall clock once, at start. So the same value decides timeouts, is stored, and prints as a date. No
// decision ever compares our Time with another node's.
#pragma once

#include <chrono>
#include <cstdint>

namespace hearsay {

struct CoreClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CoreClock>;
  static constexpr bool is_steady = true;
  // There is no now(): see node/io for the only one.
};
using Time = CoreClock::time_point;
using Duration = CoreClock::duration;
inline constexpr Time kNever = Time::max();

// For people and for statistics.
inline double SecondsOf(Duration d) { return std::chrono::duration<double>(d).count(); }
inline double MillisecondsOf(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

inline std::int64_t UnixSeconds(Time t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}
inline Time FromUnixSeconds(std::int64_t s) { return Time{} + std::chrono::seconds{s}; }

}  // namespace hearsay
