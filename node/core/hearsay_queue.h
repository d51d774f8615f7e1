// SPDX-License-Identifier: MIT
//
// HearsayQueue: endpoints that somebody told us of and that nobody has proved, waiting to be dialled.
//
// Round-robin over the address group of whoever said it, so that one talkative group delays only itself: with s
// groups of speakers an attacker who holds a of them gets a/s of the verification budget, whatever it sends. Bounded:
// kPerSource endpoints a group, kCapacity in all; what does not fit is dropped (it will be said again).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "proto/endpoint.h"

namespace hearsay {

class HearsayQueue {
 public:
  static constexpr std::size_t kCapacity = 2048;
  static constexpr std::size_t kPerSource = 256;

  struct Item {
    Endpoint endpoint;
    AddressGroup source;
  };
  // False when it waits already or there is no room.
  bool Push(const Endpoint& endpoint, const AddressGroup& source) {
    if (waiting_.size() >= kCapacity || waiting_.contains(endpoint)) return false;
    std::deque<Endpoint>& queue = sources_[source];
    if (queue.size() >= kPerSource) return false;
    queue.push_back(endpoint);
    waiting_.insert(endpoint);
    return true;
  }
  std::optional<Item> Pop() {
    if (sources_.empty()) return std::nullopt;
    auto it = sources_.upper_bound(last_);
    if (it == sources_.end()) it = sources_.begin();
    last_ = it->first;
    const Item item{it->second.front(), it->first};
    it->second.pop_front();
    if (it->second.empty()) sources_.erase(it);
    waiting_.erase(item.endpoint);
    return item;
  }
  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }

 private:
  std::map<AddressGroup, std::deque<Endpoint>> sources_;  // none is empty
  std::set<Endpoint> waiting_;
  AddressGroup last_;
};

}  // namespace hearsay
