// SPDX-License-Identifier: MIT
//
// HearsayQueue: endpoints that somebody told us of and that nobody has proved, waiting to be dialled.
//
// Three lanes. Winners would take a slot of the view if they were proved: they go first, because they are what the
// budget is for. Plain ones only fill the table. Doubtful ones were told by peers whose word mostly fails (speakers.h):
// they get every kDoubtfulShare-th place, or what the others leave.
// Within a lane it is round-robin over the address group of whoever said it, so that one talkative group delays only
// itself: with s groups of speakers an attacker who holds a of them gets a/s of the verification budget, whatever it
// sends. It cannot aim at the winners' lane either: ranks depend on secret seeds.
// Bounded: kPerSource endpoints a group and kCapacity in all, a lane; what does not fit is dropped (it will be said
// again).
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "proto/endpoint.h"
#include "proto/keepalive.h"

namespace hearsay {

enum class HearsayLane : std::uint8_t { kWinner, kPlain, kDoubtful };

class HearsayQueue {
 public:
  static constexpr std::size_t kCapacity = 1024;
  static constexpr std::size_t kPerSource = 256;
  static constexpr std::uint32_t kDoubtfulShare = 16;

  struct Item {
    Endpoint endpoint;
    AddressGroup source;
    IdPrefix speaker = 0;  // 0: nobody is to be blamed
    HearsayLane lane{};
  };
  // False when it waits already or there is no room.
  bool Push(const Item& item) {
    Lane& lane = lanes_[static_cast<std::size_t>(item.lane)];
    if (lane.size >= kCapacity || waiting_.contains(item.endpoint)) return false;
    std::deque<Item>& queue = lane.sources[item.source];
    if (queue.size() >= kPerSource) return false;
    queue.push_back(item);
    ++lane.size;
    waiting_.insert(item.endpoint);
    return true;
  }
  std::optional<Item> Pop() {
    const bool doubtful_turn = ++pops_ % kDoubtfulShare == 0;
    for (const HearsayLane lane : doubtful_turn ? kDoubtfulTurn : kPlainTurn) {
      if (auto item = PopFrom(lanes_[static_cast<std::size_t>(lane)])) return item;
    }
    return std::nullopt;
  }
  bool Waits(const Endpoint& endpoint) const { return waiting_.contains(endpoint); }
  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }

 private:
  struct Lane {
    std::map<AddressGroup, std::deque<Item>> sources;  // none is empty
    AddressGroup last;
    std::size_t size = 0;
  };
  using Order = std::array<HearsayLane, 3>;
  static constexpr Order kPlainTurn = {HearsayLane::kWinner, HearsayLane::kPlain, HearsayLane::kDoubtful};
  static constexpr Order kDoubtfulTurn = {HearsayLane::kDoubtful, HearsayLane::kWinner, HearsayLane::kPlain};

  std::optional<Item> PopFrom(Lane& lane) {
    if (lane.sources.empty()) return std::nullopt;
    auto it = lane.sources.upper_bound(lane.last);
    if (it == lane.sources.end()) it = lane.sources.begin();
    lane.last = it->first;
    const Item item = it->second.front();
    it->second.pop_front();
    --lane.size;
    if (it->second.empty()) lane.sources.erase(it);
    waiting_.erase(item.endpoint);
    return item;
  }

  std::array<Lane, 3> lanes_;
  std::set<Endpoint> waiting_;
  std::uint32_t pops_ = 0;
};

}  // namespace hearsay
