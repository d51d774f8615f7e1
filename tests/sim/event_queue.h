// SPDX-License-Identifier: MIT
//
// EventQueue: what happens next, in one total order.
//
// Simulated time is a Duration since the start of the simulation; a Time is what one node's own clock shows
// (sim_clock.h). Events are ordered by time, then by the sequence number in which they were scheduled, so that two runs
// with one seed agree on every tie. One-shot events live in a binary heap; each host has at most one timer, in an
// indexed heap, because a machine has one deadline and moves it after every step: nothing stale is ever queued.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "proto/time.h"

namespace hearsay::sim {

inline constexpr Duration kNoTimer = Duration::max();

enum class EventKind : std::uint8_t { kTimer, kDatagram, kResolved, kScript };

struct Event {
  Duration at{};
  std::uint64_t sequence = 0;
  EventKind kind{};
  std::uint32_t index = 0;  // kTimer: the host; otherwise what the scheduler gave

  bool Before(const Event& other) const { return at != other.at ? at < other.at : sequence < other.sequence; }
};

class EventQueue {
 public:
  void Push(Duration at, EventKind kind, std::uint32_t index);
  // Replaces the host's timer; kNoTimer removes it. Setting it to what it already is keeps its place in the order.
  void SetTimer(std::uint32_t host, Duration at);
  // The next event at or before `until`, taken out. A timer that fires is removed.
  std::optional<Event> Pop(Duration until);
  std::size_t size() const { return events_.size() + timers_.size(); }

 private:
  static constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();
  void Place(std::size_t slot, const Event& timer);
  void SiftUp(std::size_t slot, const Event& timer);
  void SiftDown(std::size_t slot, const Event& timer);
  void RemoveTimer(std::uint32_t host);

  std::vector<Event> events_;            // heap by std::push_heap
  std::vector<Event> timers_;            // heap of four children
  std::vector<std::uint32_t> position_;  // host -> slot in timers_, or kAbsent
  std::uint64_t next_sequence_ = 0;
};

}  // namespace hearsay::sim
