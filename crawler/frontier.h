// SPDX-License-Identifier: MIT
//
// Frontier: every endpoint that a crawl has heard of, once each, and whose turn is next.
//
// Endpoints wait in the queue of their address group; the groups take turns, so that a liar who fills one group's queue
// delays only that group. Politeness: at most `in_flight_per_group` of a global group have their turn at a time. On
// private and loopback networks a group is one address, many nodes may share it, and nobody is a stranger: no cap.
// Bounds: `endpoints` in all; of one global address `ports_per_address`, so that fabricated endpoints cannot aim a
// crawl's hellos at one victim's many ports. What does not fit is refused and counted; nothing is evicted.
// About 120 bytes an endpoint.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "proto/endpoint.h"
#include "proto/siphash.h"

namespace hearsay {

struct FrontierLimits {
  std::size_t endpoints = 2'000'000;
  std::uint32_t ports_per_address = 16;    // as in a node's table
  std::uint32_t in_flight_per_group = 8;   // Guess: what a /16's operator does not notice
};

class Frontier {
 public:
  using Index = std::uint32_t;

  // `key` orders nothing: it keeps strangers from choosing endpoints that collide in the hash table.
  Frontier(const FrontierLimits& limits, const SipKey& key);

  struct Added {
    Index index = 0;
    bool fresh = false;
  };
  // nullopt when there is no room for it.
  std::optional<Added> Add(const Endpoint& endpoint);
  std::optional<Index> Find(const Endpoint& endpoint) const;
  // The next endpoint, whose turn lasts until Release or Requeue. nullopt when none waits or all that wait are blocked
  // by their group's cap.
  std::optional<Index> Take();
  void Release(Index index);
  // Its turn ends, and it waits for another one behind all that wait in its group.
  void Requeue(Index index);

  const Endpoint& At(Index index) const { return places_[index].endpoint; }
  std::size_t size() const { return places_.size(); }
  std::size_t waiting() const { return waiting_; }
  std::size_t in_flight() const { return in_flight_; }
  std::size_t refused() const { return refused_; }

 private:
  static constexpr Index kNone = UINT32_MAX;
  struct Place {
    Endpoint endpoint;
    std::uint32_t group = 0;
    Index next = kNone;  // in its group's queue
  };
  struct Group {
    Index head = kNone;
    Index tail = kNone;
    std::uint32_t in_flight = 0;
    bool capped = false;
    bool ready = false;  // stands in ready_
  };
  struct Hash {
    SipKey key;
    std::size_t operator()(const Endpoint& e) const { return static_cast<std::size_t>(SipHash(key, e.ToBytes())); }
    std::size_t operator()(const IpAddress& a) const { return static_cast<std::size_t>(SipHash(key, a.bytes)); }
  };
  std::uint32_t GroupOf(const Endpoint& endpoint);
  void Push(Index index);
  void MakeReady(std::uint32_t group);

  const FrontierLimits limits_;
  std::vector<Place> places_;
  std::vector<Group> groups_;
  std::deque<std::uint32_t> ready_;  // groups with somebody waiting and room under their cap
  std::unordered_map<Endpoint, Index, Hash> index_;
  std::unordered_map<IpAddress, std::uint32_t, Hash> ports_;  // of global addresses
  std::map<AddressGroup, std::uint32_t> group_index_;
  std::size_t waiting_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace hearsay
