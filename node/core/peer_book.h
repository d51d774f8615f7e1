// SPDX-License-Identifier: MIT
//
// PeerBook: the address book's verified half (the table) and the peers that merely have a channel.
//
// Design goals, and what an attacker gains:
//  - Bounded: kTableCapacity peers in the table; peers outside it exist only while they have a channel.
//  - A flood cannot evict: recency plays no part. Over capacity, at most kPerGroupOverCapacity peers of an address
//    group stay, and the groups with the smallest SipHash under a secret key. To displace others an attacker needs
//    address groups, and cannot aim at which.
//  - One global address is one machine, whatever its ports: at most kPortsOfAnAddress of them are kept, always. For one
//    more the peer there that failed most often goes; where none has failed, the newcomer.
//  - Two proofs of one endpoint: the newer id holds it. One id at a new endpoint: the new one replaces the old.
// To that end: peers with stable addresses in a slab, two hash indexes of their numbers (by id and by endpoint), and a
// list through the peers of each group: below 200 bytes of heap a peer (`hearsay bench memory`). Peers are walked in
// the order of the slab or of the table, never in that of a hash; what concerns live peers walks the channels alone.
#pragma once

#include <span>
#include <vector>

#include "node/core/address_groups.h"
#include "node/core/flat_index.h"
#include "node/core/group_table.h"
#include "node/core/peer.h"
#include "node/core/slab.h"
#include "proto/keepalive.h"
#include "proto/siphash.h"

namespace hearsay {

inline constexpr std::size_t kTableCapacity = 16'384;        // as many as Bitcoin's addrman has tried addresses
inline constexpr std::size_t kPerGroupOverCapacity = 4;      // by our simulation of the algorithm alone
inline constexpr std::size_t kPortsOfAnAddress = 16;         // Guess: nodes behind one public address
inline constexpr std::uint32_t kSpreadOfGroup = 64;          // as many as a view has slots

class PeerBook {
 public:
  // `groups` is borrowed until Regroup.
  PeerBook(const SipKey& secret, std::size_t capacity, const AddressGroups& groups)
      : secret_(secret), capacity_(capacity), address_groups_(&groups) {}

  Peer* Find(const NodeId& id);
  const Peer* Find(const NodeId& id) const;
  // The table peer whose verified endpoint this is.
  Peer* FindByEndpoint(const Endpoint& endpoint);
  // A peer whose id starts so, if any.
  Peer* FindByPrefix(IdPrefix prefix);
  const Peer* FindByPrefix(IdPrefix prefix) const;
  // How many table peers share this endpoint's address group.
  std::size_t PeersInGroupOf(const Endpoint& endpoint) const { return groups_.SizeOf(RankOf(endpoint)); }
  Peer& At(std::uint32_t number) { return peers_.At(number); }
  Peer& GetOrAdd(const NodeId& id, Time now);
  // The peer must have no channel.
  void Remove(const NodeId& id);

  // Puts the peer into the table at `endpoint`, or moves it there. When there is no room for it, returns false, and it
  // is not in the table, wherever it was before. When room was made, appends the ids of the peers that must go: they
  // have left the table, and the caller removes them.
  bool AdmitToTable(Peer& peer, const Endpoint& endpoint, std::vector<NodeId>& evicted);
  // Other address groups from now on. Within a group those count as the newest that are last in the table.
  void Regroup(const AddressGroups& groups);
  // The peer stays for its channel's sake; its endpoint proves nothing any more.
  void DropFromTable(Peer& peer);
  // Checks the transition and keeps the counts.
  void SetState(Peer& peer, PeerState state);
  // The peer has none.
  Channel& OpenChannel(Peer& peer);
  void CloseChannel(Peer& peer);

  std::span<Peer* const> table() const { return table_; }
  // Those with a channel, in no particular but in a deterministic order: until the next channel opens or closes.
  std::span<Peer* const> channels() const { return channels_; }
  const Slab<Peer>& peers() const { return peers_; }
  Slab<Peer>& peers() { return peers_; }
  std::size_t verified_count() const { return verified_count_; }
  // The size of the table, where of each address group at most kSpreadOfGroup count: what no single group makes grow.
  std::size_t Spread() const;
  void CheckInvariants() const;

 private:
  std::uint64_t HashOfPrefix(IdPrefix prefix) const;
  std::uint64_t HashOfPlace(const Endpoint& endpoint) const;
  std::uint64_t RankOf(const Endpoint& endpoint) const { return SipHash(secret_, address_groups_->Of(endpoint).key); }
  void EvictFromTable(Peer& peer, std::vector<NodeId>& evicted);
  bool MakeRoomAtAddress(const Endpoint& endpoint, std::vector<NodeId>& evicted);
  bool MakeRoomInTable(std::uint64_t rank, std::vector<NodeId>& evicted);

  SipKey secret_;
  std::size_t capacity_;
  const AddressGroups* address_groups_;
  Slab<Peer> peers_;
  std::vector<Peer*> table_;
  std::vector<Peer*> channels_;
  FlatIndex by_id_;     // all peers, by the first eight bytes of the id
  FlatIndex by_place_;  // table peers, by address where addresses cost money, else by endpoint
  GroupTable groups_;   // of the table
  std::size_t verified_count_ = 0;
};

}  // namespace hearsay
