// SPDX-License-Identifier: MIT
//
// RecentEndpoints: endpoints that need no dial for a while: they failed, or they are ourselves. Bounded; the one that
// would be forgiven first makes room.
#pragma once

#include <map>
#include <set>

#include "proto/endpoint.h"
#include "proto/time.h"

namespace hearsay {

class RecentEndpoints {
 public:
  explicit RecentEndpoints(std::size_t capacity) : capacity_(capacity) {}

  void Add(const Endpoint& endpoint, Time until) {
    Remove(endpoint);
    if (until_.size() >= capacity_) Remove(queue_.begin()->second);
    until_[endpoint] = until;
    queue_.insert({until, endpoint});
  }
  bool Contains(const Endpoint& endpoint, Time now) const {
    const auto it = until_.find(endpoint);
    return it != until_.end() && it->second > now;
  }
  void Remove(const Endpoint& endpoint) {
    const auto it = until_.find(endpoint);
    if (it == until_.end()) return;
    queue_.erase({it->second, endpoint});
    until_.erase(it);
  }
  std::size_t size() const { return until_.size(); }

 private:
  std::size_t capacity_;
  std::map<Endpoint, Time> until_;
  std::set<std::pair<Time, Endpoint>> queue_;
};

}  // namespace hearsay
