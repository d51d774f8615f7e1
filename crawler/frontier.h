// SPDX-License-Identifier: MIT
//
// Frontier: every endpoint that a crawl has heard of, once each, and whose turn is next.
//
// Endpoints wait in the queues of their group (IPv4 /16, IPv6 /32, of private networks too); the groups take turns, so
// that a liar who fills one group's queue delays only that group. Two queues each: for a first turn, for another one.
// Politeness: at most `in_flight_per_group` of a global group have their turn at a time. On private and loopback
// networks nobody is a stranger: no cap.
// Bounds: `endpoints` in all; of one global address `ports_per_address`, so that fabricated endpoints cannot aim a
// crawl's hellos at one victim's many ports. What does not fit is refused and counted; nothing is evicted.
// About 36 bytes an endpoint, and as many a group.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "crawler/block_vector.h"
#include "node/core/flat_index.h"
#include "proto/endpoint.h"
#include "proto/siphash.h"

namespace hearsay {

struct FrontierLimits {
  std::size_t endpoints = 4'000'000;
  std::uint32_t ports_per_address = 16;   // as in a node's table
  std::uint32_t in_flight_per_group = 8;  // Guess: what a /16's operator does not notice
};

class Frontier {
 public:
  using Index = std::uint32_t;
  enum class Turn : std::uint8_t { kFirst, kAgain };

  // `key` orders nothing: it keeps strangers from choosing endpoints that collide in the hash tables.
  Frontier(const FrontierLimits& limits, const SipKey& key) : limits_(limits), key_(key) {}

  struct Added {
    Index index = 0;
    bool fresh = false;
  };
  // nullopt when there is no room for it.
  std::optional<Added> Add(const Endpoint& endpoint);
  // Of an endpoint that has had its last turn already.
  std::optional<Added> AddDone(const Endpoint& endpoint);
  std::optional<Index> Find(const Endpoint& endpoint) const;
  // The next endpoint, whose turn lasts until Release or Requeue. nullopt when none waits for such a turn, or all that
  // wait are blocked by their cap.
  std::optional<Index> Take(Turn turn);
  void Release(Index index);
  // Its turn ends, and it waits for another one behind all that wait in its group.
  void Requeue(Index index);

  const Endpoint& At(Index index) const { return places_[index].endpoint; }
  std::size_t size() const { return places_.size(); }
  std::size_t waiting() const { return waiting_; }
  std::size_t in_turn() const { return in_turn_; }
  std::size_t refused() const { return refused_; }

 private:
  static constexpr Index kNone = FlatIndex::kNone;
  struct Place {
    Endpoint endpoint;
    std::uint32_t group = 0;
    Index next = kNone;  // in its group's queue
  };
  struct Queue {
    Index head = kNone;
    Index tail = kNone;
  };
  struct Group {
    Index first = 0;  // a place in it: tells which group this is
    std::array<Queue, 2> queues{};
    std::uint32_t in_turn : 29 = 0;
    std::uint32_t ready : 2 = 0;  // for each queue: the group stands in ready_
    std::uint32_t capped : 1 = false;
  };
  static_assert(sizeof(Group) == 24);

  // Global endpoints of one address have one hash, so that they are found, and counted, together.
  std::uint64_t HashOf(const Endpoint& endpoint) const {
    return endpoint.scope() == Scope::kGlobal ? HashOf(endpoint.address) : SipHash(key_, endpoint.ToBytes());
  }
  std::uint64_t HashOf(const IpAddress& address) const { return SipHash(key_, address.bytes); }
  std::optional<Added> Insert(const Endpoint& endpoint);
  // Of a global address.
  std::size_t PortsOf(const IpAddress& address) const;
  std::uint32_t GroupOf(Index index);
  void Push(Index index, Turn turn);
  static std::uint32_t BitOf(Turn turn) { return 1u << static_cast<std::uint32_t>(turn); }
  void MakeReady(std::uint32_t group, Turn turn);

  const FrontierLimits limits_;
  const SipKey key_;
  BlockVector<Place> places_;
  BlockVector<Group> groups_;
  std::array<std::deque<std::uint32_t>, 2> ready_;  // groups with somebody waiting and room under their cap
  FlatIndex index_;          // of places
  FlatIndex group_index_;    // of groups
  std::size_t waiting_ = 0;
  std::size_t in_turn_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace hearsay
