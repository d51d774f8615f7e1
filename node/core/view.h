// SPDX-License-Identifier: MIT
//
// View: which peers of the table this node keeps channels to.
//
// While at most kViewSlots table peers are verified, each of them is chosen. Above, kViewSlots slots choose: a slot is
// {random seed, peer} and keeps the lowest rank it has seen, rank = SipHash(seed, address group) then SipHash(seed,
// ticket). The ticket is the address where addresses cost money and the endpoint on private and loopback networks;
// never the node id, because ids are free (Marcus 2018). Which port of a global address is taken the same hash decides,
// last of all. BASALT (Auvolat 2021) with memory: a slot that loses its peer
// is refilled from the table. An attacker with a share a of the address groups gets about a of the slots, however
// often it pushes; ports and ids gain nothing.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "node/core/address_groups.h"
#include "node/core/peer.h"
#include "proto/known_peer.h"
#include "proto/rng.h"

namespace hearsay {

class View {
 public:
  // Missing seeds are drawn. `groups` is borrowed until Regroup.
  View(std::vector<std::uint64_t> seeds, Rng& rng, const AddressGroups& groups);

  // A verified table peer, new or back; it stays where it is until it is withdrawn. True when a slot changed.
  bool Offer(Peer& peer);
  // Would a peer that lives there take a slot?
  bool WouldWin(const Endpoint& endpoint) const;
  // The peer is dead or gone; its slots look for the next best in the table (verified peers only).
  void Withdraw(const Peer& peer, std::span<Peer* const> table);
  // One slot draws a new seed and is refilled from the table.
  void Reseed(Rng& rng, std::span<Peer* const> table);
  // Other address groups from now on: every slot chooses anew.
  void Regroup(const AddressGroups& groups, std::span<Peer* const> table);
  bool Holds(const Peer& peer) const {
    return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.peer == &peer; });
  }
  std::vector<std::size_t> SlotsOf(const Peer& peer) const;  // their numbers, from 0
  std::vector<std::uint64_t> Seeds() const;
  std::vector<Peer*> SlotPeers() const;  // of each filled slot, in slot order: with repeats
  void CheckInvariants() const;

 private:
  struct Rank {
    std::uint64_t group = UINT64_MAX;
    std::uint64_t ticket = UINT64_MAX;
    std::uint64_t port = UINT64_MAX;
    auto operator<=>(const Rank&) const = default;
  };
  struct Slot {
    std::uint64_t seed = 0;
    Peer* peer = nullptr;  // null: empty
    Rank rank;             // the greatest while it is empty
  };
  // The candidate's rank when it is lower than `than`.
  static std::optional<Rank> RankBelow(const Rank& than, std::uint64_t seed, const AddressGroup& group,
                                       const Endpoint& endpoint);
  void Refill(Slot& slot, std::span<Peer* const> table, const Peer* but);

  const AddressGroups* groups_;
  std::vector<Slot> slots_;
  std::size_t next_reseed_ = 0;
};

}  // namespace hearsay
