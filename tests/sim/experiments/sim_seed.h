// SPDX-License-Identifier: MIT
//
// SimSeed: a seed in the simulator: a node of the network, and beside it what makes `hearsay seed` one: the real Crawl
// again and again, the real History, and the real choice of whom to give away. Only loop and sockets are others.
#pragma once

#include <memory>
#include <vector>

#include "crawler/crawl.h"
#include "crawler/history/history.h"
#include "crawler/seed/good_peers.h"
#include "crawler/seed/seed_peers.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class SimSeed {
 public:
  static constexpr Duration kRetry = std::chrono::seconds{2};  // when there is nobody to call: as tools/seed_crawl.cc

  // `host` is its node; the network is borrowed and outlives it.
  SimSeed(SimNetwork& network, HostId host, Duration every, std::uint64_t seed);
  // The first crawl and the first choice, so long from now.
  void Begin(Duration wait);

  const std::vector<GoodPeer>& served() const { return chosen_.peers; }
  const SeedPeers& chosen() const { return chosen_; }
  const GoodPeers& peers() const { return peers_; }
  const History& history() const { return history_; }
  std::size_t censuses() const { return censuses_; }
  // Of one answer to an A query.
  std::vector<const GoodPeer*> Answer() {
    return peers_.Draw("", PeerKind::kV4OnDefaultPort, GoodPeers::kMaxInAnswer, rng_);
  }

 private:
  Time Now() const { return SimClock::Epoch() + network_.now(); }
  Duration FromTime(Time time) const { return time - SimClock::Epoch(); }
  void StartCrawl();
  void Step();
  void Apply(const Effects& out);
  void Arm();
  void EndCrawl();
  void Refresh();

  SimNetwork& network_;
  const HostId host_;
  const Duration every_;
  Rng rng_;
  const NetworkKey key_ = NetworkKey::Open("simulation");
  std::unique_ptr<Crawl> crawl_;
  HostId socket_ = kNoHost;          // of the crawl under way: each has a port of its own
  std::uint16_t next_port_ = 20'000;
  Duration began_at_{};
  Duration armed_for_{};             // the script that counts; later ones were armed in vain
  History history_;
  SeedChooser chooser_{SeedRule{}, Scope::kGlobal};
  SeedPeers chosen_;
  GoodPeers peers_;
  std::size_t censuses_ = 0;
};

}  // namespace hearsay::sim
