// SPDX-License-Identifier: MIT
#include "node/core/peer_book.h"

#include <algorithm>

#include "node/core/peer_state.h"
#include "node/core/tight_vector.h"
#include "proto/check.h"

namespace hearsay {

bool IsBetterSession(const UdpSession& a, const UdpSession& b, Time now) {
  if (a.doubted != b.doubted) return b.doubted;
  // One that is due for a rekey gives way, whoever made the new one: both sides counted the same age.
  const auto due = [now](const UdpSession& s) { return now > s.established + kRekeyAge || s.session.NeedsRekey(); };
  if (due(a) != due(b)) return due(b);
  if (a.epochs != b.epochs) return a.epochs > b.epochs;
  if (a.initiator != b.initiator) return a.initiator < b.initiator;
  return a.dial_sequence > b.dial_sequence;
}

std::uint64_t PeerBook::HashOfPrefix(std::uint64_t prefix) const {
  ByteArray<8> bytes;
  StoreBigEndian(prefix, bytes.data());
  return SipHash(secret_, bytes);
}

// All ports of a global address lie together, and there are few of them: so they can be counted.
std::uint64_t PeerBook::HashOfPlace(const Endpoint& endpoint) const {
  if (endpoint.scope() == Scope::kGlobal) return SipHash(secret_, endpoint.address.bytes);
  return SipHash(secret_, endpoint.ToBytes());
}

Peer* PeerBook::Find(const NodeId& id) { return const_cast<Peer*>(std::as_const(*this).Find(id)); }

const Peer* PeerBook::Find(const NodeId& id) const {
  const std::uint32_t found =
      by_id_.Find(HashOfPrefix(PrefixOf(id)), [&](std::uint32_t n) { return peers_.At(n).id == id; });
  return found == FlatIndex::kNone ? nullptr : &peers_.At(found);
}

Peer* PeerBook::FindByEndpoint(const Endpoint& endpoint) {
  const std::uint32_t found =
      by_place_.Find(HashOfPlace(endpoint), [&](std::uint32_t n) { return peers_.At(n).endpoint == endpoint; });
  return found == FlatIndex::kNone ? nullptr : &peers_.At(found);
}

Peer* PeerBook::FindByPrefix(IdPrefix prefix) {
  return const_cast<Peer*>(std::as_const(*this).FindByPrefix(prefix));
}

const Peer* PeerBook::FindByPrefix(IdPrefix prefix) const {
  const std::uint32_t found =
      by_id_.Find(HashOfPrefix(prefix), [&](std::uint32_t n) { return PrefixOf(peers_.At(n).id) == prefix; });
  return found == FlatIndex::kNone ? nullptr : &peers_.At(found);
}

Peer& PeerBook::GetOrAdd(const NodeId& id, Time now) {
  if (Peer* known = Find(id)) return *known;
  Peer& peer = peers_.Add();
  peer.id = id;
  peer.first_seen = now;
  by_id_.Insert(peer.number(), [this](std::uint32_t n) { return HashOfPrefix(PrefixOf(peers_.At(n).id)); });
  return peer;
}

void PeerBook::Remove(const NodeId& id) {
  Peer* const peer = Find(id);
  HEARSAY_CHECK(peer != nullptr && peer->channel == nullptr);
  if (peer->in_table) DropFromTable(*peer);
  by_id_.Erase(peer->number(), [this](std::uint32_t n) { return HashOfPrefix(PrefixOf(peers_.At(n).id)); });
  peers_.Remove(peer->number());
}

bool PeerBook::AdmitToTable(Peer& peer, const Endpoint& endpoint, std::vector<NodeId>& evicted) {
  Peer* const holder = FindByEndpoint(endpoint);
  if (holder != nullptr && holder != &peer) EvictFromTable(*holder, evicted);
  if (peer.in_table) DropFromTable(peer);
  const std::uint64_t rank = RankOf(endpoint);
  if (!MakeRoomAtAddress(endpoint, evicted) || !MakeRoomInTable(rank, evicted)) return false;
  peer.endpoint = endpoint;
  peer.in_table = true;
  peer.table_index = static_cast<std::uint32_t>(table_.size());
  PushTight(table_, &peer);
  by_place_.Insert(peer.number(), [this](std::uint32_t n) { return HashOfPlace(peers_.At(n).endpoint); });
  groups_.Add(peers_, peer, rank);
  if (peer.IsVerified()) ++verified_count_;
  return true;
}

void PeerBook::EvictFromTable(Peer& peer, std::vector<NodeId>& evicted) {
  evicted.push_back(peer.id);
  DropFromTable(peer);
}

bool PeerBook::MakeRoomAtAddress(const Endpoint& endpoint, std::vector<NodeId>& evicted) {
  if (endpoint.scope() != Scope::kGlobal) return true;
  std::size_t ports = 0;
  Peer* worst = nullptr;
  by_place_.Find(HashOfPlace(endpoint), [&](std::uint32_t n) {
    Peer& other = peers_.At(n);
    if (other.endpoint.address != endpoint.address) return false;
    ++ports;
    const bool worse = worst == nullptr || std::pair(other.failures, other.id) > std::pair(worst->failures, worst->id);
    if (other.failures > 0 && other.channel == nullptr && worse) worst = &other;
    return false;  // all of them
  });
  if (ports < kPortsOfAnAddress) return true;
  if (worst == nullptr) return false;
  EvictFromTable(*worst, evicted);
  return true;
}

// Who goes so that a newcomer of this group may stay; false when the newcomer is the one who may not.
bool PeerBook::MakeRoomInTable(std::uint64_t rank, std::vector<NodeId>& evicted) {
  if (table_.size() < capacity_) return true;
  const std::size_t mine = groups_.SizeOf(rank);
  const GroupTable::Group* gives_way = groups_.Largest(std::max(mine, kPerGroupOverCapacity));
  if (gives_way == nullptr) {
    if (mine >= kPerGroupOverCapacity) return false;
    gives_way = groups_.Last();
    if (gives_way == nullptr || gives_way->rank <= rank) return false;
  }
  EvictFromTable(peers_.At(gives_way->newest), evicted);
  return true;
}

void PeerBook::Regroup(const AddressGroups& groups) {
  address_groups_ = &groups;
  groups_.Clear();
  for (Peer* peer : table_) groups_.Add(peers_, *peer, RankOf(peer->endpoint));
}

void PeerBook::DropFromTable(Peer& peer) {
  HEARSAY_CHECK(peer.in_table && table_[peer.table_index] == &peer);
  if (peer.IsVerified()) --verified_count_;
  table_.back()->table_index = peer.table_index;
  table_[peer.table_index] = table_.back();
  table_.pop_back();
  by_place_.Erase(peer.number(), [this](std::uint32_t n) { return HashOfPlace(peers_.At(n).endpoint); });
  groups_.Remove(peers_, peer);
  peer.in_table = false;
}

Channel& PeerBook::OpenChannel(Peer& peer) {
  HEARSAY_CHECK(peer.channel == nullptr);
  peer.channel = std::make_unique<Channel>(peer.number(), channels_.size());
  channels_.push_back(&peer);
  return *peer.channel;
}

void PeerBook::CloseChannel(Peer& peer) {
  const std::size_t place = peer.channel->place_in_channels;
  HEARSAY_CHECK(channels_[place] == &peer);
  channels_.back()->channel->place_in_channels = place;
  channels_[place] = channels_.back();
  channels_.pop_back();
  peer.channel.reset();
}

void PeerBook::SetState(Peer& peer, PeerState state) {
  if (peer.state == state) return;
  HEARSAY_CHECK(IsTransition(peer.state, state));
  const bool before = peer.IsVerified();
  peer.state = state;
  const bool after = peer.IsVerified();
  if (before && !after) --verified_count_;
  if (!before && after) ++verified_count_;
}

// (All nodes of one machine have one address; whoever is there with us needs no groups to make us work.)
std::size_t PeerBook::Spread() const {
  const bool one_machine = !table_.empty() && table_.front()->endpoint.scope() == Scope::kLoopback;
  return one_machine ? table_.size() : groups_.Members(kSpreadOfGroup);
}

void PeerBook::CheckInvariants() const {
  HEARSAY_CHECK(table_.size() <= capacity_);
  HEARSAY_CHECK(by_id_.size() == peers_.size() && by_place_.size() == table_.size());
  std::size_t verified = 0;
  std::size_t in_table = 0;
  std::size_t channels = 0;
  peers_.ForEach([&](const Peer& peer) {
    HEARSAY_CHECK(peer.in_table || peer.channel != nullptr);
    HEARSAY_CHECK((peer.state == PeerState::kActive) == (peer.channel != nullptr));
    if (peer.in_table) {
      ++in_table;
      HEARSAY_CHECK(table_[peer.table_index] == &peer);
    }
    if (peer.channel != nullptr) {
      ++channels;
      HEARSAY_CHECK(channels_[peer.channel->place_in_channels] == &peer);
    }
    if (peer.IsVerified()) ++verified;
  });
  HEARSAY_CHECK(in_table == table_.size() && channels == channels_.size() && verified == verified_count_);
  HEARSAY_CHECK(groups_.Members(UINT32_MAX) == table_.size());
}

}  // namespace hearsay
