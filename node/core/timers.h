// SPDX-License-Identifier: MIT
//
// Timers: what the machine wants to do later, as one ordered set, so that there is one deadline and no stale timer.
//
// A timer is (kind, node id); setting it again moves it. Moving reuses the set's node: no allocation once set.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "proto/node_id.h"
#include "proto/time.h"

namespace hearsay {

enum class TimerKind : std::uint8_t {
  kKeepalive,   // of a channel: send, or count a miss
  kIdle,        // of a channel that we did not choose: nothing heard for long
  kRetry,       // of a known peer without a channel
  kRound,       // every round: re-verify, persist, re-seed
  kPull,        // ask somebody for a sample
  kBootstrap,   // look at the online weight
  kBudget,      // hearsay waits for the verification budget
  kDrain,       // replaced sessions and unconfirmed ones end
};

class Timers {
 public:
  struct Key {
    TimerKind kind{};
    NodeId id;
    auto operator<=>(const Key&) const = default;
  };

  void Set(Key key, Time at) {
    const auto it = times_.find(key);
    if (it == times_.end()) {
      times_.emplace(key, at);
      queue_.emplace(at, key);
      return;
    }
    if (it->second == at) return;
    auto handle = queue_.extract({it->second, key});
    handle.value().first = at;
    queue_.insert(std::move(handle));
    it->second = at;
  }
  void Set(TimerKind kind, Time at) { Set({kind, {}}, at); }
  // Moves it only to an earlier time.
  void SetNoLater(TimerKind kind, Time at) {
    const auto it = times_.find({kind, {}});
    if (it == times_.end() || at < it->second) Set(kind, at);
  }
  void Cancel(Key key) {
    const auto it = times_.find(key);
    if (it == times_.end()) return;
    queue_.erase({it->second, key});
    times_.erase(it);
  }
  std::optional<Time> TimeOf(Key key) const {
    const auto it = times_.find(key);
    return it == times_.end() ? std::nullopt : std::optional(it->second);
  }
  // Takes one timer that is due.
  std::optional<Key> PopDue(Time now) {
    if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
    const Key key = queue_.begin()->second;
    queue_.erase(queue_.begin());
    times_.erase(key);
    return key;
  }
  Time Next() const { return queue_.empty() ? kNever : queue_.begin()->first; }
  std::size_t size() const { return times_.size(); }

 private:
  std::set<std::pair<Time, Key>> queue_;
  std::map<Key, Time> times_;
};

}  // namespace hearsay
