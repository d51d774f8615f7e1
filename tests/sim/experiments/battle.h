// SPDX-License-Identifier: MIT
//
// Battle: the set-up that most experiments share: honest nodes that all start within one round, a swarm that is among
// their bootstrap contacts and dials them all the time, and a census at the end.
#pragma once

#include <memory>

#include "tests/sim/experiments/attackers.h"
#include "tests/sim/experiments/experiment.h"
#include "tests/sim/experiments/stage.h"

namespace hearsay::sim {

inline double Percent(double share) { return share * 100; }

class Battle {
 public:
  Battle(std::uint64_t seed, const Progress& progress) : stage(seed), progress_(progress) {}

  // Honest nodes at `honest`, the attackers at `hostile`. Every node is given `contacts` bootstrap contacts drawn from
  // both, in proportion to their numbers, and all start within the first round.
  template <typename Attacker = Swarm>
  void Begin(const std::vector<Endpoint>& honest, const std::vector<Endpoint>& hostile, std::size_t contacts) {
    hosts = stage.AddHonest(honest);
    stage.MarkHostile(hostile);
    std::vector<Endpoint> all = honest;
    all.insert(all.end(), hostile.begin(), hostile.end());
    stage.Introduce(hosts, all, contacts);
    stage.StartAll(hosts, kRound);
    if (!hostile.empty()) swarm = std::make_unique<Attacker>(stage.network, hostile, 7);
  }
  // Each attacker dials `pushes` nodes a round.
  void Push(std::uint32_t pushes) { swarm->PushAt(stage.EndpointsOf(hosts), pushes); }
  void RunRounds(int rounds);

  Stage stage;
  std::vector<HostId> hosts;
  std::unique_ptr<Swarm> swarm;

 private:
  const Progress& progress_;
  int round_ = 0;
};

}  // namespace hearsay::sim
