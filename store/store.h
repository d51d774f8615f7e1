// SPDX-License-Identifier: MIT
//
// Store: what a node remembers, behind one small interface with two implementations (LMDB, memory).
//
// Contract (one suite, tests/store/contract_test.cc, runs on both):
//  - Apply() is one transaction: after it returns, all its changes survive kill -9 and power loss; if it fails or the
//    process dies inside it, none of them happened.
//  - Bounded: at most `capacity` peers and kMaxBans bans; a Put of one more is refused as a whole batch error.
//  - Calls come from one thread at a time (the writer thread in node/io); reads may come from another thread.
//  - Errors are texts for the operator: one line that names the path, the fault and the remedy. Data is left as it was.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "proto/ban.h"
#include "proto/error.h"
#include "proto/known_peer.h"

namespace hearsay {

struct PutPeer {
  KnownPeer peer;
};
struct DropPeer {
  NodeId id;
};
struct PutBan {
  BanEntry ban;
};
struct DropBan {
  BanSubject subject;
};
struct PutState {
  NodeState state;
};
using Change = std::variant<PutPeer, DropPeer, PutState, PutBan, DropBan>;

class Store {
 public:
  struct Page {
    std::vector<KnownPeer> peers;
    std::optional<NodeId> next;  // where to go on; absent at the end
    std::size_t skipped = 0;     // values that did not decode: counted, left in place, never fatal
  };

  struct Bans {
    std::vector<BanEntry> bans;  // by subject
    std::size_t skipped = 0;     // as above
  };

  virtual ~Store() = default;

  virtual Result<std::optional<NodeState>> LoadState() const = 0;
  // At most `limit` peers with id >= `from`, in id order.
  virtual Result<Page> LoadPeers(std::optional<NodeId> from, std::size_t limit) const = 0;
  // The known ones among `ids` (the last view: dialled first, without reading the rest).
  virtual Result<std::vector<KnownPeer>> FindPeers(std::span<const NodeId> ids) const = 0;
  virtual Result<std::size_t> CountPeers() const = 0;
  virtual Result<Bans> LoadBans() const = 0;
  virtual Result<void> Apply(std::span<const Change> batch) = 0;
};

}  // namespace hearsay
