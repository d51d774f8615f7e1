// SPDX-License-Identifier: MIT
#include "tests/sim/referee.h"

namespace hearsay::sim {

void Referee::Before(HostId host, const Node& node, const Delivery* delivery) {
  if (!keep_ledgers_) return;
  proofs_before_ = Proofs(node);
  challenges_before_ = node.counters()[Counter::kPathChallenges];
  if (delivery != nullptr) ledger(host).Received(delivery->from, delivery->bytes);
}

Complaint Referee::After(HostId host, const Node& node, const Effects& effects, const Delivery* delivery) {
  if (effects.list.size() > kMaxStepEffects) return "a step with " + std::to_string(effects.list.size()) + " effects";
  const std::size_t limit = delivery != nullptr ? kMaxReceiveBytes : kMaxStepBytes;
  if (effects.bytes.size() > limit) return "a step that sends " + std::to_string(effects.bytes.size()) + " bytes";
  if (keep_ledgers_ && delivery != nullptr && Proofs(node) > proofs_before_) ledger(host).Proven(delivery->from);
  const bool challenged = node.counters()[Counter::kPathChallenges] > challenges_before_;
  why_ = challenged ? Ledger::Why::kChallenge : Ledger::Why::kPlain;
  for (const Effect& effect : effects.list) {
    Complaint complaint;
    if (const auto* send = std::get_if<Send>(&effect)) {
      complaint = CheckSend(host, *send, effects);
    } else if (const auto* event = std::get_if<PeerEvent>(&effect)) {
      complaint = CheckEvent(host, *event);
    }
    if (complaint) return complaint;
  }
  return std::nullopt;
}

Complaint Referee::Inspect(HostId host, const Node& node) const {
  const std::vector<PeerInfo> peers = node.Peers();
  const CoreStatus status = node.Status();
  std::size_t in_view = 0;
  for (std::size_t i = 0; i < peers.size(); ++i) {
    if (i > 0 && !(peers[i - 1].id < peers[i].id)) return "Peers() is not ordered by node id";
    if (Complaint complaint = CheckPeer(host, peers[i])) return complaint;
    in_view += peers[i].in_view ? 1 : 0;
  }
  if (in_view != status.view) {
    return "Status() has a view of " + std::to_string(status.view) + ", Peers() of " + std::to_string(in_view);
  }
  if (status.view > status.channels) return "a view larger than the channels";
  return std::nullopt;
}

void Referee::Restarted(HostId host) {
  if (keep_ledgers_) ledger(host).Clear();
}

Ledger& Referee::ledger(HostId host) {
  if (host >= ledgers_.size()) ledgers_.resize(host + 1);
  return ledgers_[host];
}

std::uint64_t Referee::Proofs(const Node& node) {
  const Counters& counters = node.counters();
  return counters[Counter::kHandshakesAccepted] + counters[Counter::kDialsSucceeded] + counters[Counter::kRoamed];
}

Complaint Referee::CheckSend(HostId host, const Send& send, const Effects& effects) {
  if (send.size == 0 || send.size > kMaxDatagramBytes || send.offset + send.size > effects.bytes.size()) {
    return "a datagram of " + std::to_string(send.size) + " bytes";
  }
  if (!send.to.IsDialable()) return "a datagram to " + send.to.ToString();
  if (roster_[host].scope == Scope::kGlobal && send.to.scope() != Scope::kGlobal) {
    return "a node on a public address sends to " + send.to.ToString();
  }
  return keep_ledgers_ ? ledger(host).Sent(send.to, effects.View(send), why_) : std::nullopt;
}

Complaint Referee::CheckEvent(HostId host, const PeerEvent& event) const {
  if (event.kind != PeerEventKind::kVerified && event.kind != PeerEventKind::kActive) return std::nullopt;
  const std::optional<HostId> peer = roster_.Find(event.id);
  if (!peer) return std::nullopt;
  if (*peer == host) return "it met itself: " + std::string(PeerEventName(event.kind));
  const Resident& resident = roster_[*peer];
  if (resident.network != roster_[host].network) {
    return "it met node " + std::to_string(*peer) + " of another network: " + std::string(PeerEventName(event.kind));
  }
  if (event.kind == PeerEventKind::kVerified && resident.reachability == Reachability::kNo) {
    return "it took node " + std::to_string(*peer) + ", which nobody can dial, for verified at " +
           event.endpoint.ToString();
  }
  return std::nullopt;
}

Complaint Referee::CheckPeer(HostId host, const PeerInfo& peer) const {
  const std::optional<HostId> other = roster_.Find(peer.id);
  if (!other) return std::nullopt;
  const std::string name = "node " + std::to_string(*other);
  if (*other == host) return "Peers() contains the node itself";
  const Resident& resident = roster_[*other];
  if (resident.network != roster_[host].network) return name + " of another network is among its peers";
  if (peer.in_view && peer.state != PeerState::kActive) {
    return name + " is in view and " + std::string(PeerStateName(peer.state));
  }
  if (resident.reachability != Reachability::kNo) return std::nullopt;
  if (peer.reachable) return name + ", which nobody can dial, counts as reachable";
  if (peer.in_view) return name + ", which nobody can dial, is in view";
  return std::nullopt;
}

}  // namespace hearsay::sim
