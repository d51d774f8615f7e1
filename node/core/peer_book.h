// SPDX-License-Identifier: MIT
//
// PeerBook: the address book's verified half (the table) and the peers that merely have a channel.
//
// Design goals, and what an attacker gains:
//  - Bounded: kTableCapacity peers in the table; peers outside it exist only while they have a channel.
//  - A flood cannot evict: recency plays no part. Over capacity, at most kPerGroupOverCapacity peers of an address
//    group stay, and the groups with the smallest SipHash under a secret key. To displace others an attacker needs
//    address groups, and cannot aim at which.
//  - Two proofs of one endpoint: the newer id holds it. One id at a new endpoint: the new one replaces the old.
// Iteration is in id order or table order, both deterministic.
#pragma once

#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "node/core/peer.h"
#include "proto/siphash.h"

namespace hearsay {

inline constexpr std::size_t kTableCapacity = 16'384;
inline constexpr std::size_t kPerGroupOverCapacity = 4;

class PeerBook {
 public:
  PeerBook(const SipKey& secret, std::size_t capacity);

  Peer* Find(const NodeId& id);
  const Peer* Find(const NodeId& id) const;
  // The table peer whose verified endpoint this is.
  Peer* FindByEndpoint(const Endpoint& endpoint);
  // The first peer whose id starts so, if any.
  Peer* FindByPrefix(std::uint64_t prefix);
  Peer& GetOrAdd(const NodeId& id, Time now);
  // The peer must have no channel.
  void Remove(const NodeId& id);

  // Puts the peer into the table at `endpoint`, or moves it there. When there is no room for it, returns false; when
  // room was made, appends the ids of the peers that must go (the caller removes them).
  bool AdmitToTable(Peer& peer, const Endpoint& endpoint, std::vector<NodeId>& evicted);
  // The peer stays for its channel's sake; its endpoint proves nothing any more.
  void DropFromTable(Peer& peer) { RemoveFromTable(peer); }
  // Checks the transition and keeps the counts.
  void SetState(Peer& peer, PeerState state);

  std::span<Peer* const> table() const { return table_; }
  // Peers with a channel: what most events walk, so that they cost as many steps as there are channels.
  std::span<Peer* const> with_channel() const { return with_channel_; }
  Channel& OpenChannel(Peer& peer);
  void DropChannel(Peer& peer);
  std::size_t verified_count() const { return verified_count_; }
  std::map<NodeId, Peer>& peers() { return peers_; }
  const std::map<NodeId, Peer>& peers() const { return peers_; }
  void CheckInvariants() const;

 private:
  using GroupKey = std::pair<std::uint64_t, AddressGroup>;  // keyed hash first: the order over capacity
  struct EndpointHash {
    SipKey key;
    std::size_t operator()(const Endpoint& e) const { return SipHash(key, e.ToBytes()); }
  };
  GroupKey KeyOf(const Endpoint& endpoint) const;
  void RemoveFromTable(Peer& peer);
  std::optional<NodeId> MakeRoom(const GroupKey& newcomer) const;

  SipKey secret_;
  std::size_t capacity_;
  std::map<NodeId, Peer> peers_;
  std::vector<Peer*> table_;
  std::vector<Peer*> with_channel_;
  std::unordered_map<Endpoint, Peer*, EndpointHash> by_endpoint_;  // looked up, never iterated
  std::map<GroupKey, std::vector<Peer*>> groups_;
  std::set<std::pair<std::size_t, GroupKey>> crowded_;             // groups over the cap, by size
  std::size_t verified_count_ = 0;
};

}  // namespace hearsay
