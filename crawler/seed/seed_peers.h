// SPDX-License-Identifier: MIT
//
// SeedPeers: whom a seed gives away now: its own node; the good of its history (crawler/reliability.h), but for those
// that have failed since; and whom its node has verified and no census has met yet.
//
// A node learns of a failure within seconds, a census within minutes. So what the node says against a peer counts until
// a crawl that began later has met the peer: two seeds whose nodes are unlucky with different peers agree after that.
// When the good ones stand in fewer address groups than the rule wants, the best of the others that answer fill up
// (crawler/good_set.h). When its node knows all of them to have failed, they are served all the same: then it is more
// likely the seed that is cut off. The counts say so.
// Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "crawler/crawl.h"
#include "crawler/history/history.h"
#include "crawler/seed/good_peers.h"
#include "crawler/seed/seed_rule.h"
#include "node/core/seam.h"

namespace hearsay {

struct SeedPeers {
  std::vector<GoodPeer> peers;
  std::size_t good = 0;      // nodes of the history, by its rule
  std::size_t doubtful = 0;  // served because there are too few: they answer, not for long enough
  std::size_t gone = 0;      // served because there is nobody else
  bool few = false;          // the good ones stand in fewer address groups than the rule wants
};

// The seed's own node.
struct SeedSelf {
  NodeId id;
  std::vector<Endpoint> endpoints;  // that its peers have confirmed: the first newcomer of a network finds somebody
  Role role = Role::kSeed;
  Attributes attributes;
};

class SeedChooser {
 public:
  static constexpr Duration kInterval = std::chrono::seconds{5};

  // `audience`: how far what is served may reach.
  SeedChooser(const SeedRule& rule, Scope audience) : rule_(rule), audience_(audience) {}

  // To be called every kInterval, later where that takes long. `known`: the peers of its node now.
  SeedPeers Choose(const SeedSelf& self, const std::vector<PeerInfo>& known, const History& history, Time now);
  const SeedRule& rule() const { return rule_; }

 private:
  struct Failure {
    std::uint32_t failures = 0;  // as the node counts them
    Time at{};                   // when we saw that many for the first time
  };
  void NoteFailures(const std::vector<PeerInfo>& known, Time now);
  bool HasFailedSince(const NodeLife& node, const CensusPoint* last) const;
  bool IsInAudience(const NodeLife& node) const;
  void Add(GoodPeer peer, SeedPeers& out) const;

  const SeedRule rule_;
  const Scope audience_;
  std::map<NodeId, Failure> failed_;  // peers that its node has lost
  std::set<NodeId> answering_;        // peers that it had, at the last call
};

// A seed's next crawl: from whom its node has proved to be reachable, and whom the history knows. Few calls at a time:
// the node comes first. No seeds: there is nobody to call.
CrawlConfig NextSeedCrawl(const std::vector<PeerInfo>& known, const History& history, std::string software);

}  // namespace hearsay
