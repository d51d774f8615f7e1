// SPDX-License-Identifier: MIT
//
// Attackers' share of views: the experiments of BASALT and Brahms, in a harder setting (the attack runs from the first
// second, and attackers are among everybody's bootstrap contacts).
#include "tests/sim/experiments/battle.h"
#include "tests/sim/experiments/plays.h"

namespace hearsay::sim {

const char* const kViewsSetUp =
    "1,000 nodes, of which the stated share are attackers; each address in a /16 of its own, so that ranks are "
    "uniform. All start within 15 s with 50 bootstrap contacts drawn from all 1,000. Attackers dial 10 (loud: 100) "
    "honest nodes a round each, answer everything, name only each other. 0.5 % loss. After 30 rounds of 15 s.";
const char* const kGroupViewsSetUp =
    "As views-30, but honest addresses stand as on the internet (four in five alone in their /16, the others in 60 "
    "hosters' /16s by Zipf), and attackers each in a /16 of their own.";
const char* const kColdStartSetUp =
    "As views-30 with 4,000 nodes: 1,200 attackers, 50 bootstrap contacts each. After 20 rounds of 15 s.";

namespace {

constexpr int kRounds = 30;
constexpr std::size_t kContacts = 50;

struct Plan {
  std::size_t nodes = 1000;
  std::size_t percent = 30;
  std::uint32_t pushes = 10;
  int rounds = kRounds;
  bool like_the_internet = false;
  Goal views;
  const char* source = "";
};

std::vector<Figure> Play(const Plan& plan, std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  const std::size_t hostile = plan.nodes * plan.percent / 100;
  Population& population = battle.stage.population;
  const auto honest_at = plan.like_the_internet ? population.LikeTheInternet(plan.nodes - hostile, battle.stage.rng)
                                                : population.Scattered(plan.nodes - hostile);
  battle.Begin(honest_at, population.Scattered(hostile), kContacts);
  battle.Push(plan.pushes);
  // How bad it was on the way, too: a network is used while it starts.
  double worst_round = 0;
  int reached = 1;  // the first round from which on the goal was met
  for (int round = 1; round <= plan.rounds; ++round) {
    battle.RunRounds(1);
    const double views = Percent(battle.stage.Count(battle.hosts).views);
    if (round > 1) worst_round = std::max(worst_round, views);
    if (!plan.views.Met(views)) reached = round + 1;
  }
  const ViewCensus census = battle.stage.Count(battle.hosts);
  const auto in_degrees = battle.stage.InDegrees(battle.hosts);
  double busiest = 0;
  double sum = 0;
  for (const Endpoint& e : honest_at) {
    const auto found = in_degrees.find(e);
    const double degree = found == in_degrees.end() ? 0 : static_cast<double>(found->second);
    busiest = std::max(busiest, degree);
    sum += degree;
  }
  return {
      {"views", Percent(census.views), "%", plan.views, plan.source},
      {"samples", Percent(census.samples), "%", Goal::None(), ""},
      {"isolated", static_cast<double>(census.isolated), "nodes", Goal::AtMost(0), ""},
      {"worst view", Percent(census.worst), "%", Goal::None(), ""},
      {"worst round", worst_round, "%", Goal::None(), ""},
      {"goal met from round", static_cast<double>(reached), "", Goal::None(), ""},
      {"honest peers known", census.known, "", Goal::None(), ""},
      {"busiest honest node", busiest / (sum / static_cast<double>(honest_at.size())), "x mean",
       plan.like_the_internet ? Goal::AtMost(4) : Goal::None(),
       plan.like_the_internet ? "BASALT-hierarchical up to 24x (our replication)" : ""},
  };
}

}  // namespace

std::vector<Figure> PlayViews10(std::uint64_t seed, const Progress& progress) {
  return Play({.percent = 10, .views = Goal::AtMost(12), .source = "BASALT 12.0, Brahms 17.4"}, seed, progress);
}
std::vector<Figure> PlayViews30(std::uint64_t seed, const Progress& progress) {
  return Play({.views = Goal::AtMost(32), .source = "BASALT 37.3, Brahms 99.9"}, seed, progress);
}
std::vector<Figure> PlayViews30Loud(std::uint64_t seed, const Progress& progress) {
  return Play({.pushes = 100, .views = Goal::AtMost(32), .source = "BASALT 37.3 at F = 10, Brahms 99.9"}, seed,
              progress);
}
std::vector<Figure> PlayViews30Groups(std::uint64_t seed, const Progress& progress) {
  return Play({.like_the_internet = true, .views = Goal::AtMost(34), .source = "BASALT-hierarchical 44.4 (optimum)"},
              seed, progress);
}
std::vector<Figure> PlayViews40(std::uint64_t seed, const Progress& progress) {
  return Play({.percent = 40, .views = Goal::AtMost(42), .source = "BASALT 50.0, Brahms 100"}, seed, progress);
}
std::vector<Figure> PlayViews50(std::uint64_t seed, const Progress& progress) {
  return Play({.percent = 50, .views = Goal::AtMost(52), .source = "BASALT 66.7, Brahms 100"}, seed, progress);
}
std::vector<Figure> PlayColdStart(std::uint64_t seed, const Progress& progress) {
  return Play(
      {.nodes = 4000, .rounds = 20, .views = Goal::AtMost(40), .source = "BASALT and the first design: 90 to 98"}, seed,
      progress);
}

}  // namespace hearsay::sim
