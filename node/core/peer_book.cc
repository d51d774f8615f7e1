// SPDX-License-Identifier: MIT
#include "node/core/peer_book.h"

#include <algorithm>

#include "node/core/peer_state.h"
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

PeerBook::PeerBook(const SipKey& secret, std::size_t capacity)
    : secret_(secret), capacity_(capacity), by_endpoint_(0, EndpointHash{secret}) {}

Peer* PeerBook::Find(const NodeId& id) {
  const auto it = peers_.find(id);
  return it == peers_.end() ? nullptr : &it->second;
}

const Peer* PeerBook::Find(const NodeId& id) const {
  const auto it = peers_.find(id);
  return it == peers_.end() ? nullptr : &it->second;
}

Peer* PeerBook::FindByEndpoint(const Endpoint& endpoint) {
  const auto it = by_endpoint_.find(endpoint);
  return it == by_endpoint_.end() ? nullptr : it->second;
}

Peer* PeerBook::FindByPrefix(std::uint64_t prefix) {
  NodeId low;
  StoreBigEndian(prefix, low.bytes.data());
  const auto it = peers_.lower_bound(low);
  if (it == peers_.end() || LoadBigEndian<std::uint64_t>(it->first.bytes.data()) != prefix) return nullptr;
  return &it->second;
}

Peer& PeerBook::GetOrAdd(const NodeId& id, Time now) {
  const auto [it, fresh] = peers_.try_emplace(id);
  if (fresh) {
    it->second.id = id;
    it->second.first_seen = now;
  }
  return it->second;
}

void PeerBook::Remove(const NodeId& id) {
  const auto it = peers_.find(id);
  HEARSAY_CHECK(it != peers_.end() && it->second.channel == nullptr);
  if (it->second.in_table) RemoveFromTable(it->second);
  peers_.erase(it);
}

Channel& PeerBook::OpenChannel(Peer& peer) {
  HEARSAY_CHECK(peer.channel == nullptr);
  peer.channel = std::make_unique<Channel>(peer);
  peer.channel_index = static_cast<std::uint32_t>(with_channel_.size());
  with_channel_.push_back(&peer);
  return *peer.channel;
}

void PeerBook::DropChannel(Peer& peer) {
  peer.channel.reset();
  with_channel_.back()->channel_index = peer.channel_index;
  with_channel_[peer.channel_index] = with_channel_.back();
  with_channel_.pop_back();
}

PeerBook::GroupKey PeerBook::KeyOf(const Endpoint& endpoint) const {
  const AddressGroup group = endpoint.group();
  return {SipHash(secret_, group.key), group};
}

bool PeerBook::AdmitToTable(Peer& peer, const Endpoint& endpoint, std::vector<NodeId>& evicted) {
  if (Peer* holder = FindByEndpoint(endpoint); holder != nullptr && holder != &peer) evicted.push_back(holder->id);
  if (peer.in_table) {
    RemoveFromTable(peer);
  } else if (table_.size() - evicted.size() >= capacity_) {
    const auto victim = MakeRoom(KeyOf(endpoint));
    if (!victim) return false;
    evicted.push_back(*victim);
  }
  if (Peer* holder = FindByEndpoint(endpoint); holder != nullptr) by_endpoint_.erase(endpoint);
  peer.endpoint = endpoint;
  peer.in_table = true;
  peer.table_index = static_cast<std::uint32_t>(table_.size());
  table_.push_back(&peer);
  by_endpoint_[endpoint] = &peer;
  const GroupKey key = KeyOf(endpoint);
  std::vector<Peer*>& members = groups_[key];
  if (members.size() > kPerGroupOverCapacity) crowded_.erase({members.size(), key});
  members.push_back(&peer);
  if (members.size() > kPerGroupOverCapacity) crowded_.insert({members.size(), key});
  if (peer.IsVerified()) ++verified_count_;
  return true;
}

// Who goes so that a newcomer of this group may stay; nobody when the newcomer is the one who may not.
std::optional<NodeId> PeerBook::MakeRoom(const GroupKey& newcomer) const {
  const auto mine = groups_.find(newcomer);
  const std::size_t my_size = mine == groups_.end() ? 0 : mine->second.size();
  if (!crowded_.empty() && crowded_.rbegin()->first > my_size) {
    const auto& members = groups_.at(crowded_.rbegin()->second);
    return members.back()->id;
  }
  if (my_size >= kPerGroupOverCapacity) return std::nullopt;
  const auto& [last_key, last_members] = *groups_.rbegin();
  if (last_key <= newcomer) return std::nullopt;
  return last_members.back()->id;
}

void PeerBook::RemoveFromTable(Peer& peer) {
  HEARSAY_CHECK(peer.in_table && table_[peer.table_index] == &peer);
  if (peer.IsVerified()) --verified_count_;
  table_.back()->table_index = peer.table_index;
  table_[peer.table_index] = table_.back();
  table_.pop_back();
  if (const auto it = by_endpoint_.find(peer.endpoint); it != by_endpoint_.end() && it->second == &peer) {
    by_endpoint_.erase(it);
  }
  const auto group = groups_.find(KeyOf(peer.endpoint));
  HEARSAY_CHECK(group != groups_.end());
  std::vector<Peer*>& members = group->second;
  if (members.size() > kPerGroupOverCapacity) crowded_.erase({members.size(), group->first});
  std::erase(members, &peer);
  if (members.size() > kPerGroupOverCapacity) crowded_.insert({members.size(), group->first});
  if (members.empty()) groups_.erase(group);
  peer.in_table = false;
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

void PeerBook::CheckInvariants() const {
  HEARSAY_CHECK(table_.size() <= capacity_ + 1);
  std::size_t verified = 0;
  std::size_t in_table = 0;
  for (const auto& [id, peer] : peers_) {
    HEARSAY_CHECK(peer.id == id);
    HEARSAY_CHECK(peer.in_table || peer.channel != nullptr);
    HEARSAY_CHECK(peer.channel == nullptr || with_channel_[peer.channel_index] == &peer);
    HEARSAY_CHECK((peer.state == PeerState::kActive) == (peer.channel != nullptr));
    if (peer.in_table) {
      ++in_table;
      HEARSAY_CHECK(table_[peer.table_index] == &peer);
    }
    if (peer.IsVerified()) ++verified;
  }
  HEARSAY_CHECK(in_table == table_.size() && verified == verified_count_);
}

}  // namespace hearsay
