// SPDX-License-Identifier: MIT
#include "tests/sim/event_queue.h"

#include <algorithm>

namespace hearsay::sim {
namespace {

constexpr std::size_t kChildren = 4;  // shallower than binary: fewer cache lines when a timer moves
bool Later(const Event& a, const Event& b) { return b.Before(a); }

}  // namespace

void EventQueue::Push(Duration at, EventKind kind, std::uint32_t index) {
  events_.push_back(Event{at, next_sequence_++, kind, index});
  std::push_heap(events_.begin(), events_.end(), Later);
}

void EventQueue::SetTimer(std::uint32_t host, Duration at) {
  if (host >= position_.size()) position_.resize(host + 1, kAbsent);
  const std::uint32_t slot = position_[host];
  if (slot != kAbsent && timers_[slot].at == at) return;
  if (at == kNoTimer) {
    if (slot != kAbsent) RemoveTimer(host);
    return;
  }
  const Event timer{at, next_sequence_++, EventKind::kTimer, host};
  if (slot == kAbsent) {
    timers_.emplace_back();
    SiftUp(timers_.size() - 1, timer);
  } else if (timer.Before(timers_[slot])) {
    SiftUp(slot, timer);
  } else {
    SiftDown(slot, timer);
  }
}

std::optional<Event> EventQueue::Pop(Duration until) {
  const bool timer_first = !timers_.empty() && (events_.empty() || timers_.front().Before(events_.front()));
  if (timer_first) {
    const Event event = timers_.front();
    if (event.at > until) return std::nullopt;
    RemoveTimer(event.index);
    return event;
  }
  if (events_.empty() || events_.front().at > until) return std::nullopt;
  std::pop_heap(events_.begin(), events_.end(), Later);
  const Event event = events_.back();
  events_.pop_back();
  return event;
}

void EventQueue::Place(std::size_t slot, const Event& timer) {
  timers_[slot] = timer;
  position_[timer.index] = static_cast<std::uint32_t>(slot);
}

void EventQueue::SiftUp(std::size_t slot, const Event& timer) {
  while (slot > 0) {
    const std::size_t parent = (slot - 1) / kChildren;
    if (!timer.Before(timers_[parent])) break;
    Place(slot, timers_[parent]);
    slot = parent;
  }
  Place(slot, timer);
}

void EventQueue::SiftDown(std::size_t slot, const Event& timer) {
  while (true) {
    const std::size_t first = slot * kChildren + 1;
    if (first >= timers_.size()) break;
    const std::size_t end = std::min(first + kChildren, timers_.size());
    std::size_t best = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (timers_[child].Before(timers_[best])) best = child;
    }
    if (!timers_[best].Before(timer)) break;
    Place(slot, timers_[best]);
    slot = best;
  }
  Place(slot, timer);
}

void EventQueue::RemoveTimer(std::uint32_t host) {
  const std::size_t slot = position_[host];
  position_[host] = kAbsent;
  const Event last = timers_.back();
  timers_.pop_back();
  if (slot == timers_.size()) return;
  if (last.Before(timers_[slot])) {
    SiftUp(slot, last);
  } else {
    SiftDown(slot, last);
  }
}

}  // namespace hearsay::sim
