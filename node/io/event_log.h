// SPDX-License-Identifier: MIT
//
// EventLog: the last peer events, numbered, for whoever asks later (/v1/events, the embedding application).
//
// An event is rendered to its JSON object once, when it happens; readers copy text. Ids count up by one from the
// microsecond at which the node started, so an id is never used again, not even by the node's next run: a reader that
// comes back with an id of an earlier run is told of the gap instead of being shown the wrong events.
// Bounds: kMaxEvents events and kMaxBytes of text, the oldest go first; one event's text is below kMaxEventBytes, as
// its detail is cut at kMaxDetailBytes and its attributes are bounded by the record's limits.
// One thread, the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "node/core/seam.h"

namespace hearsay {

class EventLog {
 public:
  static constexpr std::size_t kMaxEvents = 4096;
  static constexpr std::size_t kMaxBytes = 1 << 20;  // about 250 bytes an event: what plain events take
  static constexpr std::size_t kMaxDetailBytes = 256;
  static constexpr std::size_t kMaxEventBytes = 8 * 1024;  // every byte of detail and attributes escaped, with room

  struct Entry {
    std::uint64_t id = 0;
    PeerEventKind kind{};
    std::string json;  // {"id", "time", "event", "node_id", "endpoint", "detail", "attributes"}, one line
  };
  using Listener = std::function<void(const Entry&)>;

  explicit EventLog(Time started_at);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Keeps the event and tells the listeners. A listener must not append, subscribe or unsubscribe; it notes and wakes.
  void Append(Time at, const PeerEvent& event);

  // The id of the first event of this run, whether still held or not.
  std::uint64_t base() const { return base_; }
  // Held events are [first, next). Empty: first == next.
  std::uint64_t first() const { return next_ - entries_.size(); }
  std::uint64_t next() const { return next_; }
  // The event with this id; it must be held. The reference is good until the next Append.
  const Entry& At(std::uint64_t id) const;

  using Subscription = std::uint64_t;
  Subscription Subscribe(Listener listener);
  void Unsubscribe(Subscription subscription) { listeners_.erase(subscription); }

 private:
  const std::uint64_t base_;
  std::uint64_t next_;
  std::size_t bytes_ = 0;  // sum of the entries' json
  std::deque<Entry> entries_;
  Subscription last_subscription_ = 0;
  std::map<Subscription, Listener> listeners_;
};

}  // namespace hearsay
