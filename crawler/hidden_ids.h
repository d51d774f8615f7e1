// SPDX-License-Identifier: MIT
//
// HiddenIds: ids of peers that nobody can dial, cut to eight bytes, and how many nodes named each.
//
// At most `limit` of them, of which one address group (global ones; the others are our own network) adds a sixteenth:
// whoever can be dialled may make up as many as it likes. Hidden peers of honest nodes have channels with others too,
// who name them again. What does not fit is refused and counted. About 25 bytes each.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "crawler/block_vector.h"
#include "crawler/census.h"
#include "node/core/flat_index.h"
#include "proto/siphash.h"

namespace hearsay {

class HiddenIds {
 public:
  // `key` keeps strangers from choosing ids that collide in the hash table.
  HiddenIds(std::size_t limit, const SipKey& key) : limit_(limit), key_(key) {}

  // One more node named it. `teller`: the number of its address group.
  void Add(IdPrefix id, std::optional<std::uint32_t> teller) {
    const std::uint32_t found =
        index_.Find(HashOf(id), [&](std::uint32_t number) { return nodes_[number].id == id; });
    if (found != FlatIndex::kNone) {
      ++nodes_[found].named_by;
      return;
    }
    if (nodes_.size() >= limit_ || !TakeRoom(teller)) {
      ++refused_;
      return;
    }
    nodes_.push_back({.id = id, .named_by = 1});
    index_.Insert(static_cast<std::uint32_t>(nodes_.size() - 1),
                  [this](std::uint32_t number) { return HashOf(nodes_[number].id); });
  }
  std::size_t size() const { return nodes_.size(); }
  std::size_t refused() const { return refused_; }
  // Those that at least so many nodes named, in the order of their ids.
  std::vector<HiddenNode> NamedBy(std::uint32_t namings) const {
    std::vector<HiddenNode> out;
    for (const HiddenNode& node : nodes_) {
      if (node.named_by >= namings) out.push_back(node);
    }
    std::sort(out.begin(), out.end(), [](const HiddenNode& a, const HiddenNode& b) { return a.id < b.id; });
    return out;
  }

 private:
  static constexpr std::size_t kGroupsToFillIt = 16;

  // Of what the teller's group may add, one.
  bool TakeRoom(std::optional<std::uint32_t> teller) {
    if (!teller) return true;
    if (*teller >= added_by_.size()) added_by_.resize(*teller + 1);
    std::uint32_t& added = added_by_[*teller];
    if (added >= std::max<std::size_t>(1, limit_ / kGroupsToFillIt)) return false;
    ++added;
    return true;
  }
  std::uint64_t HashOf(IdPrefix id) const {
    ByteArray<sizeof id> bytes;
    StoreBigEndian(id, bytes.data());
    return SipHash(key_, bytes);
  }

  const std::size_t limit_;
  const SipKey key_;
  BlockVector<HiddenNode> nodes_;
  FlatIndex index_;
  std::vector<std::uint32_t> added_by_;  // by tellers' numbers
  std::size_t refused_ = 0;
};

}  // namespace hearsay
