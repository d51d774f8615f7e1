// SPDX-License-Identifier: MIT
//
// Node: the machine that joins, verifies, gossips and remembers. Pure; see seam.h for the contract.
//
// This file is the whole of what a driver may do with it. What it decides lives in the classes beside it, one idea
// each; README.md in this folder is the map.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/core/counters.h"
#include "node/core/seam.h"
#include "proto/identity.h"
#include "proto/network.h"
#include "proto/rng.h"

namespace hearsay {

class Node {
 public:
  // `snapshot` is of the same identity's store. Effects of starting (PersistState with the new boot epoch first, then
  // the first dials) come out of the first Tick.
  Node(CoreConfig config, Identity identity, NetworkKey network, Snapshot snapshot, const Rng::Seed& seed, Time now);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void Receive(const Datagram& datagram, Time now, Effects& out);
  void Tick(Time now, Effects& out);
  // When Tick wants to be called next; never kNever while running.
  Time NextDeadline() const;
  void OnResolved(const Resolved& resolved, Time now, Effects& out);
  // More of what the store remembers, in any order, in pages; duplicates are fine.
  void Remember(std::span<const KnownPeer> peers, Time now, Effects& out);
  // Live changes (SIGHUP): name, role and attributes go out in a new record; preconfigured peers and the bans of the
  // settings are replaced, and so are the address groups: from then on those of the last config are not used.
  void Reconfigure(const CoreConfig& config, Time now, Effects& out);
  // Drops everything from and to `ban.subject` from now on; peers that it covers are told goodbye and forgotten. A ban
  // of the same subject and source is replaced. `ban.source` is kCommand.
  tl::expected<void, BanRefusal> Ban(const BanEntry& ban, Time now, Effects& out);
  // Whom it covered may be heard of again; nobody is dialled for it.
  tl::expected<void, BanRefusal> Unban(const BanSubject& subject, Time now, Effects& out);
  // By subject; one subject may be banned by both sources.
  std::vector<BanEntry> Bans() const;
  // Says goodbye on every channel and emits what must be stored. The node does nothing afterwards.
  void Leave(Time now, Effects& out);

  CoreStatus Status() const;
  const Counters& counters() const;
  // Peers with a channel, in the table, or waiting for a retry; ordered by node id. Copies.
  std::vector<PeerInfo> Peers() const;
  std::optional<PeerInfo> FindPeer(const NodeId& id) const;
  // Why it is where it is; nullopt when it is not known.
  std::optional<PeerExplanation> Explain(const NodeId& id, Time now) const;
  // Where the chosen peers live, one entry a slot: while every verified peer is chosen, each once; above, as many
  // entries as slots are filled, a peer as often as slots hold it. For measuring views.
  std::vector<Endpoint> Slots() const;
  // Where peers live, in no order that means anything: of the view (chosen, with a channel), of the table's verified.
  void ForEachInView(const std::function<void(const Endpoint&)>& visit) const;
  void ForEachVerified(const std::function<void(const Endpoint&)>& visit) const;
  // A peer drawn for the application: uniform over address groups first (see view.h). nullopt when none is verified.
  std::optional<PeerInfo> SamplePeer();

  // Aborts with a message when a promise of the machine is broken. Cheap enough to run after every simulated event.
  void CheckInvariants(Time now) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearsay
