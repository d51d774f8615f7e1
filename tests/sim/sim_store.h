// SPDX-License-Identifier: MIT
//
// SimStore: one node's disk.
//
// Persist effects wait in a batch that is committed every flush interval, as node/io does; a crash loses the batch and
// nothing else. A new boot epoch is committed at once with all before it, because node/io waits for that one before it
// sends: a node that repeated an epoch would look like its own past. So is a ban, with all before it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <variant>
#include <vector>

#include "node/core/seam.h"

namespace hearsay::sim {

class SimStore {
 public:
  // Flushes happen at phase + k × interval, so that nodes do not flush in step.
  SimStore(Duration interval, Duration phase) : interval_(interval), phase_(phase) {}

  void Apply(const PersistPeer& effect, Duration now);
  void Apply(const ForgetPeer& effect, Duration now);
  void Apply(const PersistState& effect, Duration now);
  void Apply(const PersistBan& effect, Duration now);
  void Apply(const ForgetBan& effect, Duration now);
  void Flush();
  void Crash(Duration now);
  // The disk is lost too.
  void Erase();

  // The state, the bans and the last view's peers; the rest follows through `Rest`, as node/io's store does in pages.
  Snapshot Load() const;
  std::vector<KnownPeer> Rest() const;
  std::size_t peers() const { return peers_.size(); }
  std::size_t pending() const { return pending_.size(); }

 private:
  struct Pending {
    Duration at{};
    std::variant<PersistPeer, ForgetPeer, PersistState, PersistBan, ForgetBan> change;
  };
  Duration LastFlush(Duration now) const;
  void CommitBefore(Duration boundary);
  void Commit(const Pending& pending);

  Duration interval_;
  Duration phase_;
  std::map<NodeId, KnownPeer> peers_;
  std::map<BanSubject, BanEntry> bans_;
  NodeState state_;
  std::vector<Pending> pending_;  // in order
};

}  // namespace hearsay::sim
