// SPDX-License-Identifier: MIT
//
// View: which peers of the table this node keeps channels to.
//
// While at most kViewSlots table peers are verified, each of them is chosen. Above, kViewSlots slots choose: a slot is
// {random seed, peer} and keeps the lowest rank it has seen, rank = SipHash(seed, address group) then SipHash(seed,
// ticket). The ticket is the address where addresses cost money and the endpoint on private and loopback networks;
// never the node id, because ids are free (Marcus 2018). Which port of a global address is taken the same hash decides,
// last of all. BASALT (Auvolat 2021) with memory: a slot that loses its peer is refilled from the table. At once, but
// no sooner than kRefillWait after the last ones: each takes 2 ms where the table is full, and peers may go and come
// back to make us look.
// An attacker with a share a of the address groups gets about a of the slots, however often it pushes; ports and ids
// gain nothing.
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
  static constexpr Duration kRefillWait = std::chrono::milliseconds{250};

  // Missing seeds are drawn. `groups` is borrowed until Regroup.
  View(std::vector<std::uint64_t> seeds, Rng& rng, const AddressGroups& groups);

  // A verified table peer, new or back; it stays where it is until it is withdrawn. True when a slot changed.
  bool Offer(Peer& peer);
  // Would a peer that lives there take a slot?
  bool WouldWin(const Endpoint& endpoint) const;
  // The peer is dead or gone: its slots are vacant, and stay so until Refill.
  void Withdraw(const Peer& peer);
  // When Refill will do something; kNever while no slot is vacant.
  Time RefillAt() const { return vacant_ > 0 ? refilled_at_ + kRefillWait : kNever; }
  // Then every vacant slot takes the best in the table (verified peers only). Whom they chose, with repeats.
  std::vector<Peer*> Refill(std::span<Peer* const> table, Time now);
  // One slot draws a new seed and is refilled from the table. Whom it chose, if anybody.
  Peer* Reseed(Rng& rng, std::span<Peer* const> table);
  // Other address groups from now on: every slot chooses anew.
  void Regroup(const AddressGroups& groups, std::span<Peer* const> table);
  bool Holds(const Peer& peer) const {
    return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.peer == &peer; });
  }
  std::vector<std::size_t> SlotsOf(const Peer& peer) const;  // their numbers, from 0
  std::vector<std::uint64_t> Seeds() const;
  std::vector<Peer*> SlotPeers() const;  // of each filled slot, in slot order: with repeats
  void CheckInvariants() const;

  struct Rank {
    std::uint64_t group = UINT64_MAX;
    std::uint64_t ticket = UINT64_MAX;
    std::uint64_t port = UINT64_MAX;
    auto operator<=>(const Rank&) const = default;
  };
  // The candidate's rank under `seed` when it is lower than `than`.
  static std::optional<Rank> RankBelow(const Rank& than, std::uint64_t seed, const AddressGroup& group,
                                       const Endpoint& endpoint);

 private:
  struct Slot {
    std::uint64_t seed = 0;
    Peer* peer = nullptr;  // null: empty
    Rank rank;             // the greatest while it is empty
    bool vacant = false;   // the table may hold somebody for it; nobody is offered to it
  };
  void Vacate(Slot& slot);
  std::vector<Peer*> Fill(std::span<Peer* const> table);

  const AddressGroups* groups_;
  std::vector<Slot> slots_;
  std::size_t next_reseed_ = 0;
  std::size_t vacant_ = 0;
  Time refilled_at_{};
};

}  // namespace hearsay
