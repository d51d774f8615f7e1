// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/experiment.h"

#include <algorithm>

#include "proto/check.h"
#include "tests/sim/experiments/plays.h"

namespace hearsay::sim {
namespace {

const Experiment kExperiments[] = {
    {"views-10", "attackers in views, one node in ten", kViewsSetUp, PlayViews10},
    {"views-30", "attackers in views, three nodes in ten", kViewsSetUp, PlayViews30},
    {"views-30-loud", "the same, and they push ten times as often", kViewsSetUp, PlayViews30Loud},
    {"views-30-groups", "the same on the internet's address groups", kGroupViewsSetUp, PlayViews30Groups},
    {"views-40", "attackers in views, four nodes in ten", kViewsSetUp, PlayViews40},
    {"views-50", "attackers in views, one node in two", kViewsSetUp, PlayViews50},
    {"cold-start", "a whole network of 4,000 starts under attack", kColdStartSetUp, PlayColdStart},
    {"infrastructure", "8,192 addresses in 32 /24s against 1,000 nodes", kInfrastructureSetUp, PlayInfrastructure},
    {"one-prefix", "100 nodes in one /24 against 1,000", kOnePrefixSetUp, PlayOnePrefix},
    {"spies", "the attacker that was measured in Monero", kSpiesSetUp, PlaySpies},
    {"crowds", "honest nodes in crowded groups are known and found", kCrowdsSetUp, PlayCrowds},
    {"restart", "every node restarts into an attack", kRestartSetUp, PlayRestart},
    {"newcomer", "newcomers that the attackers wait for", kNewcomerSetUp, PlayNewcomer},
    {"poison", "a store poisoned over many restarts", kPoisonSetUp, PlayPoison},
    {"graph", "the shape of a network of 10,000", kGraphSetUp, PlayGraph},
    {"crash", "up to 95 % of the nodes vanish at once", kCrashSetUp, PlayCrash},
    {"reflector", "every attacker gossips one victim's endpoint", kReflectorSetUp, PlayReflector},
    {"liars", "attackers whose samples are made up", kLiarsSetUp, PlayLiars},
    {"half-alive", "attackers that hold slots and say nothing", kHalfAliveSetUp, PlayHalfAlive},
    {"id-churn", "attackers with a fresh id at every dial", kIdChurnSetUp, PlayIdChurn},
    {"region", "an attacker next door to a tenth of the network", kRegionSetUp, PlayRegion},
    {"strangers", "what a node spends before a cookie returned", kStrangersSetUp, PlayStrangers},
    {"on-path", "replays, relays, reflections by somebody on the path", kOnPathSetUp, PlayOnPath},
    {"census", "whether a census knows how whole it is", kCensusSetUp, PlayCensus},
    {"million", "a map of a million nodes, and its memory", kMillionSetUp, PlayMillion},
    {"seeds", "two seeds that know nothing of each other", kSeedsSetUp, PlaySeeds},
    {"seed-sybils", "a seed among attackers that are perfectly reliable", kSeedSybilsSetUp, PlaySeedSybils},
};

}  // namespace

std::span<const Experiment> Experiments() { return kExperiments; }

const Experiment* FindExperiment(std::string_view name) {
  for (const Experiment& e : kExperiments) {
    if (name == e.name) return &e;
  }
  return nullptr;
}

std::vector<Summary> Summarize(const std::vector<std::vector<Figure>>& runs) {
  std::vector<Summary> out;
  for (std::size_t i = 0; i < runs.front().size(); ++i) {
    Summary summary{runs.front()[i], {}};
    for (const std::vector<Figure>& run : runs) {
      HEARSAY_CHECK(run.size() == runs.front().size() && run[i].name == summary.figure.name);
      summary.values.push_back(run[i].value);
    }
    std::vector<double> sorted = summary.values;
    std::sort(sorted.begin(), sorted.end());
    summary.figure.value = sorted[(sorted.size() - 1) / 2];
    out.push_back(std::move(summary));
  }
  return out;
}

}  // namespace hearsay::sim
