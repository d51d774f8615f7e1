// SPDX-License-Identifier: MIT
//
// Moments of weakness: a restart, a first start, a store that attackers write into.
#include <algorithm>

#include "tests/sim/experiments/battle.h"
#include "tests/sim/experiments/plays.h"

namespace hearsay::sim {

const char* const kRestartSetUp =
    "1,000 honest nodes as on the internet and 428 attackers in /16s of their own (30 %). After 16 rounds every honest "
    "node is killed once (as by kill -9) and started again 5 s later, a second apart; from then on its bootstrap list "
    "holds attackers only, and all attackers dial only nodes that restart. Slots are compared 60 s after the restart.";
const char* const kNewcomerSetUp =
    "700 honest nodes as on the internet, 300 attackers, attacked from the start. After 12 rounds 20 newcomers start "
    "with 32 bootstrap contacts of which 30 % are attackers, and the attackers send 6,000 dials a round to these 20.";
const char* const kPoisonSetUp =
    "700 honest nodes as on the internet, 300 attackers. From round 12 on 20 nodes are restarted 20 times, every three "
    "rounds, and find no bootstrap peer when they start; all attackers dial only them, 20 times a round each.";

namespace {

constexpr Duration kDown = std::chrono::seconds{5};
constexpr Duration kSettle = std::chrono::seconds{60};

std::vector<Endpoint> SlotsOf(Stage& stage, HostId host) { return stage.network.node(host).Slots(); }

// Of the slots of before, how many hold the same endpoint.
double Unchanged(const std::vector<Endpoint>& before, const std::vector<Endpoint>& after) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) same += before[i] == after[i] ? 1 : 0;
  return before.empty() ? 0 : static_cast<double>(same) / static_cast<double>(before.size());
}

}  // namespace

std::vector<Figure> PlayRestart(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  const auto honest_at = stage.population.LikeTheInternet(1000, stage.rng);
  const auto hostile_at = stage.population.Scattered(428);
  battle.Begin(honest_at, hostile_at, 32);
  battle.Push(10);
  battle.RunRounds(16);
  double unchanged = 0;
  double worst = 1;
  std::size_t lost = 0;
  std::vector<std::vector<Endpoint>> before(battle.hosts.size());
  const Duration begin = stage.network.now();
  for (std::size_t i = 0; i < battle.hosts.size(); ++i) {
    const HostId host = battle.hosts[i];
    const Duration at = begin + std::chrono::seconds{i};
    stage.network.At(at, [&, i, host] {
      before[i] = SlotsOf(stage, host);
      stage.network.Kill(host);
      stage.network.SetContacts(host, {hostile_at.begin(), hostile_at.begin() + 50});
      if (i % 10 == 0) {
        const std::size_t end = std::min(i + 10, honest_at.size());
        battle.swarm->PushAt({honest_at.begin() + static_cast<std::ptrdiff_t>(i),
                              honest_at.begin() + static_cast<std::ptrdiff_t>(end)}, 10);
      }
    });
    stage.network.At(at + kDown, [&, host] { stage.network.Start(host); });
    stage.network.At(at + kDown + kSettle, [&, i, host] {
      const auto after = SlotsOf(stage, host);
      const double share = Unchanged(before[i], after);
      unchanged += share;
      worst = std::min(worst, share);
      lost += std::all_of(after.begin(), after.end(), [&](const Endpoint& e) { return stage.IsHostile(e); }) ? 1 : 0;
    });
  }
  const auto rounds = static_cast<int>((std::chrono::seconds{battle.hosts.size()} + kDown + kSettle) / kRound) + 1;
  battle.RunRounds(rounds);
  return {
      {"slots unchanged", Percent(unchanged / static_cast<double>(battle.hosts.size())), "%", Goal::AtLeast(90), ""},
      {"slots unchanged, worst node", Percent(worst), "%", Goal::None(), ""},
      {"views all hostile, of 1,000 restarts", static_cast<double>(lost), "", Goal::AtMost(0),
       "Ethereum 2018: every connection owned after 66 % of reboots"},
      {"views at the end", Percent(stage.Count(battle.hosts).views), "%", Goal::None(), ""},
  };
}

std::vector<Figure> PlayNewcomer(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  const auto honest_at = stage.population.LikeTheInternet(700, stage.rng);
  const auto hostile_at = stage.population.Scattered(300);
  battle.Begin(honest_at, hostile_at, 32);
  battle.Push(10);
  battle.RunRounds(12);
  const auto newcomers_at = stage.population.LikeTheInternet(20, stage.rng);
  const std::vector<HostId> newcomers = stage.AddHonest(newcomers_at);
  for (const HostId host : newcomers) {
    std::vector<Endpoint> good = honest_at;
    std::vector<Endpoint> bad = hostile_at;
    stage.rng.PartialShuffle(good, 22);
    stage.rng.PartialShuffle(bad, 10);
    std::vector<Endpoint> contacts(good.begin(), good.begin() + 22);
    contacts.insert(contacts.end(), bad.begin(), bad.begin() + 10);
    stage.network.SetContacts(host, std::move(contacts));
  }
  stage.StartAll(newcomers, std::chrono::seconds{1});
  battle.swarm->PushAt(newcomers_at, 20);
  battle.RunRounds(3);
  const ViewCensus after_3 = stage.Count(newcomers);
  battle.RunRounds(7);
  const ViewCensus after_10 = stage.Count(newcomers);
  battle.RunRounds(10);
  const ViewCensus after_20 = stage.Count(newcomers);
  return {{"views after 3 rounds", Percent(after_3.views), "%", Goal::None(), "first design 93"},
          {"views after 10 rounds", Percent(after_10.views), "%", Goal::None(), "first design 60"},
          {"views after 20 rounds", Percent(after_20.views), "%", Goal::AtMost(45), "first design 43"},
          {"isolated after 10 rounds", static_cast<double>(after_10.isolated), "nodes", Goal::AtMost(0), ""},
          {"worst view after 20 rounds", Percent(after_20.worst), "%", Goal::None(), ""}};
}

std::vector<Figure> PlayPoison(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  const auto honest_at = stage.population.LikeTheInternet(700, stage.rng);
  battle.Begin(honest_at, stage.population.Scattered(300), 32);
  battle.Push(10);
  battle.RunRounds(12);
  const std::vector<HostId> victims(battle.hosts.begin(), battle.hosts.begin() + 20);
  battle.swarm->PushAt(stage.EndpointsOf(victims), 20);
  const ViewCensus first = stage.Count(victims);
  for (const HostId host : victims) stage.network.SetContacts(host, {});
  for (int restart = 0; restart < 20; ++restart) {
    for (const HostId host : victims) {
      stage.network.Kill(host);
      stage.network.Start(host);
    }
    battle.RunRounds(3);
  }
  const ViewCensus last = stage.Count(victims);
  return {{"views before", Percent(first.views), "%", Goal::None(), ""},
          {"views after 20 restarts", Percent(last.views), "%", Goal::AtMost(40), ""},
          {"isolated", static_cast<double>(last.isolated), "nodes", Goal::AtMost(0), ""},
          {"worst view", Percent(last.worst), "%", Goal::None(), ""},
          {"honest peers known before", first.known, "", Goal::None(), ""},
          {"honest peers known after", last.known, "", Goal::None(), ""}};
}

}  // namespace hearsay::sim
