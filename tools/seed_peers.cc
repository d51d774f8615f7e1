// SPDX-License-Identifier: MIT
#include "tools/seed_peers.h"

#include <map>

namespace hearsay {
namespace {

bool Answers(const PeerInfo& peer) {
  return (peer.state == PeerState::kActive || peer.state == PeerState::kVerified) && peer.failures == 0;
}

}  // namespace

SeedPeers ChooseSeedPeers(const Driver& driver, const Settings& settings, const History& history, Scope audience) {
  SeedPeers out;
  const CoreStatus status = driver.Status();
  // At the endpoints that its peers have confirmed: the first newcomer of a network finds somebody.
  for (const Endpoint& own : status.own_endpoints) {
    if (MayTravel(own.scope(), audience)) out.peers.push_back({own, status.id, settings.role, settings.attributes});
  }
  std::map<NodeId, PeerInfo> known;
  for (PeerInfo& peer : driver.Peers()) known.emplace(peer.id, std::move(peer));
  for (const auto& [id, peer] : known) {
    if (history.Find(id) != nullptr || !Answers(peer) || !peer.reachable) continue;
    if (!MayTravel(peer.endpoint.scope(), audience)) continue;
    out.peers.push_back({peer.endpoint, id, peer.role, peer.attributes});
  }
  const GoodNodes chosen = history.Good({}, kWantedPeers);
  out.good = chosen.good;
  out.doubtful = chosen.doubtful;
  out.gone = chosen.gone;
  for (const NodeLife* node : chosen.nodes) {
    const auto peer = known.find(node->id);
    if (node->id == status.id || (peer != known.end() && !Answers(peer->second))) continue;
    for (const NodeAddress& address : node->addresses) {
      if (!MayTravel(address.endpoint.scope(), audience)) continue;
      out.peers.push_back({address.endpoint, node->id, node->role.value_or(Role::kDual),
                           peer == known.end() ? Attributes{} : peer->second.attributes});
    }
  }
  return out;
}

}  // namespace hearsay
