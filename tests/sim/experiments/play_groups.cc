// SPDX-License-Identifier: MIT
//
// Attackers who own many addresses in few groups, and honest nodes who must live in such groups.
#include <algorithm>

#include "tests/sim/experiments/battle.h"
#include "tests/sim/experiments/mapper.h"
#include "tests/sim/experiments/plays.h"

namespace hearsay::sim {

const char* const kInfrastructureSetUp =
    "1,000 honest nodes as on the internet; 8,192 attacker addresses: 32 whole /24s, each in another /16 (Heilman "
    "2015's infrastructure attacker). All contacts are honest; each attacker dials one honest node a round. 16 rounds.";
const char* const kOnePrefixSetUp =
    "1,000 honest nodes as on the internet; 100 attackers in one /24 that dial 10 honest nodes a round each and are "
    "among the bootstrap contacts. 30 rounds.";
const char* const kSpiesSetUp =
    "A quarter of what was measured in May 2025 (Rucknium 2025: 2,764 honest, 6 whole /24s, 319 spies in honest nodes' "
    "/16s; 40 % of all addresses): 691 honest nodes as on the internet; 381 addresses in two /24s, one and a half of "
    "them whole; 80 spies. Contacts from all; 1 dial a round each. 30 rounds.";
const char* const kCrowdsSetUp =
    "1,000 honest nodes, no attackers: 300 stand in two /16s, 700 as on the internet; 8 contacts each. 30 rounds, then "
    "one crawl from a single node.";
const char* const kRegionSetUp =
    "1,000 honest nodes, 100 of them in 20 /16s (the region), and 400 attackers: 20 in each of the same /16s. The "
    "attackers dial only the region, 20 times a round each, and are a third of the region's contacts. 30 rounds.";

namespace {

std::vector<Figure> Shares(Battle& battle, Goal views, const char* source, Goal samples, const char* samples_source) {
  const ViewCensus census = battle.stage.Count(battle.hosts);
  return {{"views", Percent(census.views), "%", views, source},
          {"samples", Percent(census.samples), "%", samples, samples_source},
          {"isolated", static_cast<double>(census.isolated), "nodes", Goal::AtMost(0), ""},
          {"worst view", Percent(census.worst), "%", Goal::None(), ""},
          {"hostile share of tables", Percent(census.table), "%", Goal::None(), ""},
          {"honest peers known", census.known, "", Goal::None(), ""}};
}

}  // namespace

std::vector<Figure> PlayInfrastructure(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Population& population = battle.stage.population;
  const auto honest_at = population.LikeTheInternet(1000, battle.stage.rng);
  std::vector<Endpoint> hostile_at;
  for (int i = 0; i < 32; ++i) {
    const auto block = population.Slash24(256);
    hostile_at.insert(hostile_at.end(), block.begin(), block.end());
  }
  battle.Begin(honest_at, hostile_at, 0);
  battle.stage.Introduce(battle.hosts, honest_at, 32);
  battle.Push(1);
  battle.RunRounds(16);
  return Shares(battle, Goal::AtMost(5), "BASALT-hierarchical 6.8; Bitcoin's addrman of 2015 lost 98 % of eclipses",
                Goal::None(), "");
}

std::vector<Figure> PlayOnePrefix(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Population& population = battle.stage.population;
  const auto honest_at = population.LikeTheInternet(1000, battle.stage.rng);
  battle.Begin(honest_at, population.Slash24(100), 32);
  battle.Push(10);
  battle.RunRounds(30);
  return Shares(battle, Goal::None(), "", Goal::AtMost(0.2), "BASALT, live network: 1.13");
}

std::vector<Figure> PlaySpies(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Population& population = battle.stage.population;
  const auto honest_at = population.LikeTheInternet(691, battle.stage.rng);
  std::vector<Endpoint> hostile_at = population.AmongThem(honest_at, 80, battle.stage.rng);
  for (const std::size_t addresses : {254, 127}) {
    const auto block = population.Slash24(addresses);
    hostile_at.insert(hostile_at.end(), block.begin(), block.end());
  }
  battle.Begin(honest_at, hostile_at, 32);
  battle.Push(1);
  battle.RunRounds(30);
  return Shares(battle, Goal::AtMost(7), "Monero with /24 de-duplication 8.8, status quo 30.8", Goal::None(), "");
}

std::vector<Figure> PlayCrowds(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Population& population = battle.stage.population;
  std::vector<Endpoint> honest_at = population.LikeTheInternet(700, battle.stage.rng);
  std::set<Endpoint> crowd;
  for (int i = 0; i < 2; ++i) {
    const auto block = population.Crowd(150);
    crowd.insert(block.begin(), block.end());
    honest_at.insert(honest_at.end(), block.begin(), block.end());
  }
  battle.Begin(honest_at, {}, 8);
  battle.RunRounds(30);
  std::map<Endpoint, std::size_t> known;
  for (const HostId host : battle.hosts) {
    battle.stage.network.node(host).ForEachVerified([&](const Endpoint& e) { ++known[e]; });
  }
  const auto slots = battle.stage.InDegrees(battle.hosts);
  std::size_t least = honest_at.size();
  double crowd_slots = 0;
  for (const Endpoint& e : crowd) {
    least = std::min(least, known[e]);
    crowd_slots += slots.contains(e) ? static_cast<double>(slots.at(e)) : 0;
  }
  const MapResult map = MapFrom(battle.stage.network, honest_at.front(), population.Scattered(1).front(), seed);
  return {
      {"tables that know the least known of the crowd", static_cast<double>(least), "", Goal::AtLeast(3), ""},
      {"slots held by one of the crowd, mean", crowd_slots / static_cast<double>(crowd.size()), "", Goal::None(), ""},
      {"found by a crawl", 100.0 * static_cast<double>(map.reachable) / static_cast<double>(honest_at.size()), "%",
       Goal::AtLeast(100), ""},
      {"time of the crawl", map.seconds, "s", Goal::None(), ""},
  };
}

std::vector<Figure> PlayRegion(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Population& population = battle.stage.population;
  std::vector<Endpoint> region_at;
  std::vector<Endpoint> hostile_at;
  for (int i = 0; i < 20; ++i) {
    const auto block = population.Crowd(25);
    region_at.insert(region_at.end(), block.begin(), block.begin() + 5);
    hostile_at.insert(hostile_at.end(), block.begin() + 5, block.end());
  }
  std::vector<Endpoint> honest_at = population.LikeTheInternet(900, battle.stage.rng);
  honest_at.insert(honest_at.begin(), region_at.begin(), region_at.end());
  battle.Begin(honest_at, hostile_at, 0);
  const std::vector<HostId> region(battle.hosts.begin(), battle.hosts.begin() + 100);
  battle.stage.Introduce(battle.hosts, honest_at, 32);
  std::vector<Endpoint> bad_seeds(honest_at.end() - 800, honest_at.end());
  bad_seeds.insert(bad_seeds.end(), hostile_at.begin(), hostile_at.end());
  battle.stage.Introduce(region, bad_seeds, 32);
  battle.swarm->PushAt(region_at, 20);
  battle.RunRounds(30);
  const ViewCensus census = battle.stage.Count(region);
  return {{"views of the region", Percent(census.views), "%", Goal::AtMost(5), ""},
          {"isolated", static_cast<double>(census.isolated), "nodes", Goal::AtMost(0), ""},
          {"worst view", Percent(census.worst), "%", Goal::None(), ""}};
}

}  // namespace hearsay::sim
