// SPDX-License-Identifier: MIT
//
// SeedField: the network that seeds are tried in: honest nodes as on the internet, of which some stay, some come and
// go, some end for good, and some have gone before anybody looked. It knows who is up: the truth.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "tests/sim/churn.h"
#include "tests/sim/experiments/sim_seed.h"
#include "tests/sim/experiments/stage.h"

namespace hearsay::sim {

// So many of so many.
struct Share {
  std::size_t part = 0;
  std::size_t all = 0;
  void Add(bool counts) {
    part += counts ? 1 : 0;
    ++all;
  }
  double percent() const { return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all); }
};

class SeedField {
 public:
  static constexpr std::size_t kContacts = 12;  // that each node begins with, the gone ones among them

  struct Kind {
    std::size_t nodes = 0;
    Duration up{};    // on average
    Duration down{};  // likewise
  };
  struct Config {
    std::vector<Kind> kinds;
    std::size_t ending = 0;     // they run from the start, and end once, at any time between these two
    Duration first_end{};
    Duration last_end{};
    std::size_t gone = 0;       // addresses among everybody's contacts at which nobody is
  };

  SeedField(std::uint64_t seed, const Config& config);
  // A seed's node at a place of its own, running; its crawl begins after `wait`.
  std::unique_ptr<SimSeed> AddSeed(Duration every, Duration wait);

  bool IsUp(const Endpoint& endpoint) const {
    const auto host = host_at_.find(endpoint);
    return host != host_at_.end() && stage.network.IsRunning(host->second);
  }
  const std::vector<HostId>& hosts() const { return hosts_; }  // seeds left out
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }  // theirs

  Stage stage;

 private:
  std::vector<HostId> hosts_;
  std::vector<Endpoint> endpoints_;
  std::vector<Endpoint> contacts_;
  std::map<Endpoint, HostId> host_at_;
  std::vector<std::unique_ptr<Churn>> churns_;
};

}  // namespace hearsay::sim
