// SPDX-License-Identifier: MIT
//
// Referee: the promises of a whole network, checked from outside after every step of any node; in networks of more
// than 200 nodes after every 64th.
//
// Node::CheckInvariants sees one machine; the referee sees all and knows the truth (roster.h):
//  - a step's effects are bounded, each datagram is one, and a node on a public address sends to no private one;
//  - no amplification (ledger.h);
//  - nobody meets itself, a node of another network, or takes a node behind a restricting translator for reachable.
// A complaint is a text; the simulation stops at the first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/core/node.h"
#include "tests/sim/ledger.h"
#include "tests/sim/roster.h"
#include "tests/sim/wire.h"

namespace hearsay::sim {

using Complaint = std::optional<std::string>;

class Referee {
 public:
  // The most that one step may do. A step may talk to every channel (64 slots and 256 inbound) a few times over and
  // store the whole of its table's last round; more means that something feeds itself.
  static constexpr std::size_t kMaxStepEffects = 4096;
  static constexpr std::size_t kMaxStepBytes = 1024 * kMaxDatagramBytes;
  // One datagram in: its answer, and what it makes a node do at once.
  static constexpr std::size_t kMaxReceiveBytes = 32 * kMaxDatagramBytes;

  Referee(const Roster& roster, bool keep_ledgers) : roster_(roster), keep_ledgers_(keep_ledgers) {}

  // Around one step; `delivery` is what was received, if anything was.
  void Before(HostId host, const Node& node, const Delivery* delivery);
  Complaint After(HostId host, const Node& node, const Effects& effects, const Delivery* delivery);
  // Reads the whole of Peers(): linear in what the node knows.
  Complaint Inspect(HostId host, const Node& node) const;
  void Restarted(HostId host);
  Ledger& ledger(HostId host);

 private:
  static std::uint64_t Proofs(const Node& node);
  Complaint CheckSend(HostId host, const Send& send, const Effects& effects);
  Complaint CheckEvent(HostId host, const PeerEvent& event) const;
  Complaint CheckPeer(HostId host, const PeerInfo& peer) const;

  const Roster& roster_;
  bool keep_ledgers_;
  std::vector<Ledger> ledgers_;
  std::uint64_t proofs_before_ = 0;
  std::uint64_t challenges_before_ = 0;
  Ledger::Why why_ = Ledger::Why::kPlain;  // of the step under way
};

}  // namespace hearsay::sim
