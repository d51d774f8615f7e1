// SPDX-License-Identifier: MIT
//
// StoreFeed: what the store remembers, in the order in which a starting node should hear it.
//
// First the peers of the last run's view, then pages from a random place of the id space, round to where it began: with
// more stored peers than the table holds, each start meets others, and nobody comes first by choosing its id. It ends
// after kMaxFed peers, the table's capacity: the node could not keep more. Reading a page takes about a millisecond.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/known_peer.h"
#include "proto/node_id.h"
#include "store/store.h"

namespace hearsay {

class StoreFeed {
 public:
  static constexpr std::size_t kPage = 1000;
  static constexpr std::size_t kMaxFed = 16'384;

  StoreFeed(const Store& store, const NodeId& begin) : store_(store), begin_(begin), at_(begin) {}

  // The last view and the first page.
  Result<std::vector<KnownPeer>> First(const std::vector<NodeId>& view);
  // The next page; empty at the end.
  Result<std::vector<KnownPeer>> Next();
  bool done() const { return done_; }
  std::size_t skipped() const { return skipped_; }  // stored values that did not decode

 private:
  const Store& store_;
  const NodeId begin_;
  std::optional<NodeId> at_;
  bool wrapped_ = false;
  bool done_ = false;
  std::size_t fed_ = 0;
  std::size_t skipped_ = 0;
};

}  // namespace hearsay
