// SPDX-License-Identifier: MIT
//
// GroupTable: which address groups the table's peers stand in, and how crowded each is.
//
// A group is known here by its rank alone, the SipHash of the group under the table's secret: 64 bits that nobody
// outside can aim at. Its members are a list through the peers themselves, the newest first, so a group costs 16 bytes
// and its place in the index, and a peer three numbers. Who must go when there is no room is looked for among all
// groups: some 20 us for 16,384 of them, paid only by a newcomer that has just cost a handshake.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/core/flat_index.h"
#include "node/core/peer.h"
#include "node/core/slab.h"

namespace hearsay {

class GroupTable {
 public:
  struct Group {
    std::uint64_t rank = 0;
    std::uint32_t newest = FlatIndex::kNone;  // a peer's number
    std::uint32_t size = 0;                   // 0: not in use
  };

  void Add(Slab<Peer>& peers, Peer& peer, std::uint64_t rank);
  void Remove(Slab<Peer>& peers, Peer& peer);
  std::size_t SizeOf(std::uint64_t rank) const;
  // The group of the greatest (size, rank) among those of more than `more_than` members, if any.
  const Group* Largest(std::size_t more_than) const;
  // The group of the greatest rank, if any.
  const Group* Last() const;
  // How many members there are, when at most `of_each` count of a group.
  std::size_t Members(std::uint32_t of_each) const;
  void Clear();

 private:
  std::uint32_t Find(std::uint64_t rank) const;

  std::vector<Group> groups_;
  std::vector<std::uint32_t> free_;  // numbers of groups_ not in use
  FlatIndex index_;
};

}  // namespace hearsay
