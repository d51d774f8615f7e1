// SPDX-License-Identifier: MIT
#include "node/io/event_log.h"

#include <algorithm>
#include <utility>

#include "node/io/json_views.h"
#include "proto/check.h"

namespace hearsay {
namespace {

// Before the epoch (a machine with no clock) ids still start above 0, which readers use for "from the beginning".
std::uint64_t FirstId(Time started_at) {
  return static_cast<std::uint64_t>(std::max<Time::rep>(started_at.time_since_epoch().count(), 1));
}

}  // namespace

EventLog::EventLog(Time started_at) : base_(FirstId(started_at)), next_(base_) {}

void EventLog::Append(Time at, const PeerEvent& event) {
  const std::uint64_t id = next_++;
  entries_.push_back({id, event.kind, EventJson(id, at, event, kMaxDetailBytes)});
  bytes_ += entries_.back().json.size();
  while (entries_.size() > kMaxEvents || bytes_ > kMaxBytes) {
    bytes_ -= entries_.front().json.size();
    entries_.pop_front();
  }
  for (const auto& [subscription, listener] : listeners_) listener(entries_.back());
}

const EventLog::Entry& EventLog::At(std::uint64_t id) const {
  HEARSAY_CHECK(id >= first() && id < next());
  return entries_[id - first()];
}

EventLog::Subscription EventLog::Subscribe(Listener listener) {
  listeners_.emplace(++last_subscription_, std::move(listener));
  return last_subscription_;
}

}  // namespace hearsay
