// SPDX-License-Identifier: MIT
//
// EventCursor: one reader's place in the event log, and what it reads as server-sent events.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
//
// A reader says the id of the last event it has (`after`; 0: none, from the beginning). When events after that one are
// no longer held, or the id is of another run of the node, the first thing it reads is an `event: gap` that says how
// many were lost (null when nobody knows): never a silent hole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "node/io/event_log.h"

namespace hearsay {

class EventCursor {
 public:
  // Without `after`: only what happens from now on.
  EventCursor(const EventLog& log, std::optional<std::uint64_t> after);

  // The events that are there, at most about `max_bytes` (always at least one, when there is one); empty: none. The
  // first call also says where the reader stands, so that it can resume before its first event.
  std::string Read(std::size_t max_bytes);
  // What Read() would have to give next is no longer held: the reader was too slow.
  bool FellBehind() const { return position_ < log_.first(); }

  static constexpr const char* kKeepalive = ": keepalive\n\n";

 private:
  const EventLog& log_;
  std::uint64_t position_ = 0;  // the next event to give
  std::string greeting_;        // given first
};

// The held events after `after` as a JSON array; a gap is its first element.
std::string EventsJson(const EventLog& log, std::optional<std::uint64_t> after);

}  // namespace hearsay
