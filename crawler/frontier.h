// SPDX-License-Identifier: MIT
//
// Frontier: every endpoint that a crawl has heard of, once each, and whose turn is next.
//
// Endpoints wait in the queues of their group (IPv4 /16, IPv6 /32, a single private address, a loopback /16); the
// groups take turns, so that a liar who fills one group's queue delays only that group. Two queues each: for a first
// turn, for another one; the latter have at most half of a group's places, because they take long and bring little.
// Politeness: at most `in_flight_per_group` of a global group have their turn at a time, `in_flight_per_private` of a
// private address; loopback is our own machine: no cap.
// What a teller may do, so that fabricated endpoints neither aim a crawl's hellos at one victim's many ports, nor use
// up the ports of an honest node's address before honest nodes name it, nor keep the crawl busy for ever: of one global
// address it adds `ports_per_teller`, of `ports_per_address` in all; and it has at most `unproved_per_teller` endpoints
// added that did not prove a node yet. A teller is an address group: more of them cost money. Of a group whose last
// `hopeless` further turns all were silent nobody gets long ones any more.
// Bounds: `endpoints` in all. What does not fit is refused and counted; nothing is evicted.
// About 40 bytes an endpoint, 90 one of a private address.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "crawler/block_vector.h"
#include "node/core/flat_index.h"
#include "proto/endpoint.h"
#include "proto/siphash.h"

namespace hearsay {

struct FrontierLimits {
  std::size_t endpoints = 4'000'000;
  std::uint32_t ports_per_address = 64;       // a node's table keeps 16; who hides those must own as many groups
  std::uint32_t ports_per_private = 1024;     // of one private address: one machine's, or a translator's
  std::uint32_t ports_per_teller = 4;
  std::uint16_t unproved_per_teller = 2048;   // 4.6 nodes' worth of names: more than churn makes of an honest group's
  std::uint32_t in_flight_per_group = 8;      // Guess: what a /16's operator does not notice
  std::uint32_t in_flight_per_private = 64;
  std::uint16_t hopeless = 64;                // Guess: more dead in a row than a group has where somebody lives

  // Endpoints that a history may offer; the other half is for what is heard of.
  std::size_t ContactRoom() const { return endpoints / 2; }
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
  // nullopt when there is no room for it. `teller`: the endpoint of the node that named it; absent: the operator did,
  // who may name what there is room for.
  std::optional<Added> Add(const Endpoint& endpoint, std::optional<Index> teller = std::nullopt);
  // Of an endpoint that has had its last turn already.
  std::optional<Added> AddDone(const Endpoint& endpoint);
  std::optional<Index> Find(const Endpoint& endpoint) const;
  // The next endpoint, whose turn lasts until Release or Requeue. nullopt when none waits for such a turn, or all that
  // wait are blocked by their cap.
  std::optional<Index> Take(Turn turn);
  void Release(Index index);
  // Its turn ends, and it waits for another one behind all that wait in its group.
  void Requeue(Index index);
  // One that was released waits for another turn (kAgain).
  void Recall(Index index) { Push(index, Turn::kAgain); }
  // Somebody at `teller` named it. The first one counts.
  void NoteTeller(Index index, Index teller);
  // The group that named it first, by its number; nullopt when nobody did, or no stranger.
  std::optional<std::uint32_t> TellerOf(Index index) const;
  // A node proved to be there. Once each.
  void NoteProof(Index index);
  // A further turn of it was silent.
  void NoteSilence(Index index);
  // Of its group, nobody answers further turns: it may have one packet more.
  bool IsHopeless(Index index) const { return GroupAt(index).silences >= limits_.hopeless; }
  // Of endpoints with the same number, the group is the same; nullopt where nobody is a stranger.
  std::optional<std::uint32_t> GlobalGroupOf(Index index) const;

  const Endpoint& At(Index index) const { return places_[index].endpoint; }
  std::size_t size() const { return places_.size(); }
  std::size_t groups() const { return groups_.size(); }
  std::size_t waiting() const { return waiting_; }
  std::size_t in_turn() const { return in_turn_; }
  // For lack of room: something may be missing. And because of its teller or its address, which says little: who lives
  // there is named by others too.
  std::size_t refused() const { return refused_; }
  std::size_t distrusted() const { return distrusted_; }

 private:
  static constexpr Index kNone = FlatIndex::kNone;
  struct Place {
    Endpoint endpoint;
    bool again = false;     // the turn that it has, or had
    bool unproved = false;  // it counts so for its teller
    std::uint32_t group = 0;
    std::uint32_t teller = kNone;  // the group that named it first
    Index next = kNone;            // in its group's queue
  };
  static_assert(sizeof(Place) == 32);
  struct Group {
    Index first = 0;  // a place in it: tells which group this is
    std::array<Index, 2> tails{kNone, kNone};  // of its queues: rings, so that a tail's next is the head
    std::array<std::uint32_t, 2> in_turn{};  // as tails
    std::uint32_t places = 0;                // in it
    std::uint16_t unproved = 0;              // that it named
    std::uint16_t silences = 0;              // of further turns, in a row; stays at its largest
    std::array<bool, 2> ready{};             // as tails: it stands in ready_
    Scope scope{};
  };
  static_assert(sizeof(Group) == 32);

  // Global endpoints of one address have one hash, so that they are found, and counted, together.
  std::uint64_t HashOf(const Endpoint& endpoint) const {
    return endpoint.scope() == Scope::kGlobal ? HashOf(endpoint.address) : SipHash(key_, endpoint.ToBytes());
  }
  std::uint64_t HashOf(const IpAddress& address) const { return SipHash(key_, address.bytes); }
  std::optional<Added> Insert(const Endpoint& endpoint, std::uint32_t teller);
  bool MayHavePort(const Endpoint& endpoint, std::uint32_t teller) const;
  const Group& GroupAt(Index index) const { return groups_[places_[index].group]; }
  std::uint32_t CapOf(const Group& group) const;
  bool HasRoom(const Group& group, Turn turn) const;
  std::uint32_t FindGroup(const Endpoint& endpoint) const;
  std::uint32_t GroupOf(Index index);
  void Push(Index index, Turn turn);
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
  std::size_t distrusted_ = 0;
};

}  // namespace hearsay
