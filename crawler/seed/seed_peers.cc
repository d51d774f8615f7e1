// SPDX-License-Identifier: MIT
#include "crawler/seed/seed_peers.h"

#include <algorithm>

namespace hearsay {
namespace {

constexpr std::size_t kInFlight = 64;

bool Answers(const PeerInfo& peer) {
  return (peer.state == PeerState::kActive || peer.state == PeerState::kVerified) && peer.failures == 0;
}

}  // namespace

SeedPeers SeedChooser::Choose(const SeedSelf& self, const std::vector<PeerInfo>& known, const History& history,
                              Time now) {
  NoteFailures(known, now);
  SeedPeers out;
  for (const Endpoint& own : self.endpoints) Add({own, self.id, self.role, self.attributes}, out);
  std::map<NodeId, const PeerInfo*> by_id;
  for (const PeerInfo& peer : known) {
    by_id.emplace(peer.id, &peer);
    if (history.Find(peer.id) != nullptr || !Answers(peer) || !peer.reachable) continue;
    Add({peer.endpoint, peer.id, peer.role, peer.attributes}, out);
  }
  const CensusPoint* const last = history.timeline().Last();
  const auto may = [&](const NodeLife& node) { return node.id != self.id && IsInAudience(node); };
  GoodNodes chosen = history.Good(rule_.good, rule_.wanted, [&](const NodeLife& node) {
    return may(node) && !HasFailedSince(node, last);
  });
  if (chosen.nodes.empty()) {
    chosen = history.Good(rule_.good, rule_.wanted, may);
    chosen.gone = chosen.nodes.size();
    chosen.good = chosen.doubtful = 0;
    chosen.few = true;
  }
  out.good = chosen.good;
  out.few = chosen.few;
  out.doubtful = chosen.doubtful;
  out.gone = chosen.gone;
  for (const NodeLife* node : chosen.nodes) {
    // The node's own table is fresher than the last census, if there was a record since the node started.
    const auto peer = by_id.find(node->id);
    const bool has_record = peer != by_id.end() && !peer->second->software.empty();
    const Attributes& attributes = has_record ? peer->second->attributes : node->attributes;
    for (const NodeAddress& address : node->addresses) {
      Add({address.endpoint, node->id, node->role.value_or(Role::kDual), attributes}, out);
    }
  }
  return out;
}

void SeedChooser::NoteFailures(const std::vector<PeerInfo>& known, Time now) {
  std::map<NodeId, Failure> failed;
  std::set<NodeId> answering;
  for (const PeerInfo& peer : known) {
    if (Answers(peer)) {
      answering.insert(peer.id);
      continue;
    }
    const auto before = failed_.find(peer.id);
    // It said goodbye. Being dialled is no failure yet, nor is waiting for the first dial after our own restart.
    const bool left = peer.state == PeerState::kRetry && answering_.contains(peer.id);
    if (peer.failures == 0 && peer.state != PeerState::kRefused && !left && before == failed_.end()) continue;
    const bool is_new = before == failed_.end() || before->second.failures != peer.failures;
    failed.emplace(peer.id, is_new ? Failure{peer.failures, now} : before->second);
  }
  failed_ = std::move(failed);
  answering_ = std::move(answering);
}

bool SeedChooser::HasFailedSince(const NodeLife& node, const CensusPoint* last) const {
  const auto failure = failed_.find(node.id);
  if (failure == failed_.end()) return false;
  // A census is told by its end; somebody may have failed while it ran, after the visit.
  return last == nullptr || failure->second.at >= node.last_seen - last->duration;
}

bool SeedChooser::IsInAudience(const NodeLife& node) const {
  return std::ranges::any_of(node.addresses, [this](const NodeAddress& address) {
    return MayTravel(address.endpoint.scope(), audience_);
  });
}

void SeedChooser::Add(GoodPeer peer, SeedPeers& out) const {
  if (MayTravel(peer.endpoint.scope(), audience_)) out.peers.push_back(std::move(peer));
}

CrawlConfig NextSeedCrawl(const std::vector<PeerInfo>& known, const History& history, std::string software) {
  CrawlConfig config;
  config.software = std::move(software);
  config.in_flight = kInFlight;
  for (const PeerInfo& peer : known) {
    if (peer.reachable) config.seeds.push_back({peer.endpoint, {}});
  }
  for (const Endpoint& contact : history.Contacts(config.frontier.ContactRoom())) {
    config.seeds.push_back({contact, {}});
  }
  return config;
}

}  // namespace hearsay
