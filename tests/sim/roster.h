// SPDX-License-Identifier: MIT
//
// Roster: who is who in a simulation, known to the referee and to nobody who plays.
#pragma once

#include <cstring>
#include <optional>
#include <unordered_map>
#include <vector>

#include "proto/endpoint.h"
#include "proto/node_id.h"
#include "tests/sim/wire.h"

namespace hearsay::sim {

// Can somebody that a node never contacted reach it?
enum class Reachability : std::uint8_t {
  kYes,    // an address of its own, or a forwarded port
  kMaybe,  // full cone: while the mapping lives
  kNo,
};

struct Resident {
  NodeId id;
  std::uint32_t network = 0;
  Reachability reachability = Reachability::kYes;
  Scope scope = Scope::kGlobal;  // of its own address
  bool node = false;             // false: a bare socket
};

class Roster {
 public:
  void Set(HostId host, const Resident& resident) {
    if (host >= residents_.size()) residents_.resize(host + 1);
    residents_[host] = resident;
    if (resident.node) by_id_[resident.id] = host;
  }
  const Resident& operator[](HostId host) const { return residents_[host]; }
  // Ids of hostile sockets are in nobody's roster.
  std::optional<HostId> Find(const NodeId& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional(found->second);
  }
  std::size_t size() const { return residents_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const NodeId& id) const {
      std::size_t hash;
      std::memcpy(&hash, id.bytes.data(), sizeof(hash));
      return hash;
    }
  };
  std::vector<Resident> residents_;
  std::unordered_map<NodeId, HostId, Hash> by_id_;
};

}  // namespace hearsay::sim
