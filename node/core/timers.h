// SPDX-License-Identifier: MIT
//
// Timers: what the machine wants to do later, as one queue, so that there is one deadline and no stale timer.
//
// Each Timer lives in what it belongs to (a peer, a channel, the node); the queue is a heap of pointers to those that
// wait. Setting one again moves it: nothing is searched for, and nothing allocated once the heap has grown. A timer
// itself is twelve bytes: when it is due stands in the heap, whose it is a number.
#pragma once

#include <cstdint>
#include <vector>

#include "node/core/tight_vector.h"
#include "proto/check.h"
#include "proto/time.h"

namespace hearsay {

enum class TimerKind : std::uint8_t {
  kChannel,     // of a channel: its next keepalive, a missed answer, or the end by silence
  kRetry,       // of a known peer without a channel
  kRound,       // every round: re-verify, persist, re-seed
  kPull,        // ask somebody for a sample
  kBootstrap,   // look at the online weight
  kBudget,      // hearsay waits for the verification budget
  kDrain,       // replaced sessions and unconfirmed ones end
  kTell,        // suspicions go out
  kBans,        // the next ban ends
};

// Cancelled before its owner goes.
class Timer {
 public:
  explicit Timer(TimerKind k, std::uint32_t o = 0) : owner(o), kind(k) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { HEARSAY_CHECK(!waits()); }

  bool waits() const { return place_ != kNowhere; }

  const std::uint32_t owner;  // the number of the peer whose it is; nothing for the node's own
  const TimerKind kind;

 private:
  friend class Timers;
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  std::uint32_t place_ = kNowhere;  // in the heap
};

class Timers {
 public:
  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() {
    for (const Entry& e : heap_) e.timer->place_ = Timer::kNowhere;
  }

  void Set(Timer& timer, Time at) {
    if (!timer.waits()) {
      PushTight(heap_, Entry{});
      SiftUp(heap_.size() - 1, {at, &timer});
    } else if (const Time before = At(timer); at != before) {
      at < before ? SiftUp(timer.place_, {at, &timer}) : SiftDown(timer.place_, {at, &timer});
    }
  }
  // Moves it only to an earlier time.
  void SetNoLater(Timer& timer, Time at) {
    if (at < At(timer)) Set(timer, at);
  }
  void Cancel(Timer& timer) {
    if (!timer.waits()) return;
    const std::size_t hole = timer.place_;
    const Time before = At(timer);
    timer.place_ = Timer::kNowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (hole == heap_.size()) return;
    last.at < before ? SiftUp(hole, last) : SiftDown(hole, last);
  }
  // Takes one timer that is due; null when none is.
  Timer* PopDue(Time now) {
    if (Next() > now || heap_.empty()) return nullptr;
    Timer* const timer = heap_.front().timer;
    Cancel(*timer);
    return timer;
  }
  // When it is due; kNever while it does not wait.
  Time At(const Timer& timer) const { return timer.waits() ? heap_[timer.place_].at : kNever; }
  Time Next() const { return heap_.empty() ? kNever : heap_.front().at; }
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    Time at{};
    Timer* timer = nullptr;
  };
  void Place(std::size_t slot, const Entry& entry) {
    heap_[slot] = entry;
    entry.timer->place_ = static_cast<std::uint32_t>(slot);
  }
  void SiftUp(std::size_t slot, const Entry& entry) {
    for (; slot > 0 && entry.at < heap_[(slot - 1) / 2].at; slot = (slot - 1) / 2) Place(slot, heap_[(slot - 1) / 2]);
    Place(slot, entry);
  }
  void SiftDown(std::size_t slot, const Entry& entry) {
    for (std::size_t child = 2 * slot + 1; child < heap_.size(); slot = child, child = 2 * slot + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
      if (heap_[child].at >= entry.at) break;
      Place(slot, heap_[child]);
    }
    Place(slot, entry);
  }

  std::vector<Entry> heap_;
};

}  // namespace hearsay
