// SPDX-License-Identifier: MIT
#include "node/core/group_table.h"

#include <algorithm>
#include <utility>

#include "node/core/tight_vector.h"

namespace hearsay {

std::uint32_t GroupTable::Find(std::uint64_t rank) const {
  return index_.Find(rank, [&](std::uint32_t g) { return groups_[g].rank == rank; });
}

void GroupTable::Add(Slab<Peer>& peers, Peer& peer, std::uint64_t rank) {
  std::uint32_t number = Find(rank);
  if (number == FlatIndex::kNone) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(groups_.size()));
      PushTight(groups_, Group{});
    }
    number = free_.back();
    free_.pop_back();
    groups_[number] = {.rank = rank};
    index_.Insert(number, [this](std::uint32_t g) { return groups_[g].rank; });
  }
  Group& group = groups_[number];
  peer.group = number;
  peer.newer = FlatIndex::kNone;
  peer.older = group.newest;
  if (group.newest != FlatIndex::kNone) peers.At(group.newest).newer = peer.number();
  group.newest = peer.number();
  ++group.size;
}

void GroupTable::Remove(Slab<Peer>& peers, Peer& peer) {
  Group& group = groups_[peer.group];
  (peer.newer == FlatIndex::kNone ? group.newest : peers.At(peer.newer).older) = peer.older;
  if (peer.older != FlatIndex::kNone) peers.At(peer.older).newer = peer.newer;
  if (--group.size > 0) return;
  index_.Erase(peer.group, [this](std::uint32_t g) { return groups_[g].rank; });
  free_.push_back(peer.group);
}

std::size_t GroupTable::SizeOf(std::uint64_t rank) const {
  const std::uint32_t number = Find(rank);
  return number == FlatIndex::kNone ? 0 : groups_[number].size;
}

const GroupTable::Group* GroupTable::Largest(std::size_t more_than) const {
  const Group* best = nullptr;
  for (const Group& g : groups_) {
    if (g.size <= more_than) continue;
    if (best == nullptr || std::pair(g.size, g.rank) > std::pair(best->size, best->rank)) best = &g;
  }
  return best;
}

const GroupTable::Group* GroupTable::Last() const {
  const Group* best = nullptr;
  for (const Group& g : groups_) {
    if (g.size > 0 && (best == nullptr || g.rank > best->rank)) best = &g;
  }
  return best;
}

std::size_t GroupTable::Members(std::uint32_t of_each) const {
  std::size_t sum = 0;
  for (const Group& g : groups_) sum += std::min(g.size, of_each);
  return sum;
}

void GroupTable::Clear() {
  groups_.clear();
  free_.clear();
  index_ = FlatIndex();
}

}  // namespace hearsay
