// SPDX-License-Identifier: MIT
//
// The shape of the overlay, and what is left of it when most nodes vanish.
#include <algorithm>
#include <set>

#include "tests/sim/experiments/battle.h"
#include "tests/sim/experiments/in_copy.h"
#include "tests/sim/experiments/overlay.h"
#include "tests/sim/experiments/plays.h"

namespace hearsay::sim {

const char* const kGraphSetUp =
    "10,000 honest nodes as on the internet, no attackers, 8 contacts each, all started within 15 s. After 4 rounds. "
    "Clustering over 1,000 nodes, path from 100 nodes. (HyParView's setting: 10,000 nodes, views of 5 and 35.)";
const char* const kCrashSetUp =
    "1,000 honest nodes as on the internet, no attackers. After 12 rounds the stated share is killed at once. The "
    "component is of the survivors by their views, at the moment of the crash; dead entries are counted 60 s later, "
    "four keepalive intervals.";

std::vector<Figure> PlayGraph(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  const auto honest_at = battle.stage.population.LikeTheInternet(10'000, battle.stage.rng);
  battle.Begin(honest_at, {}, 8);
  battle.RunRounds(4);
  Overlay overlay(honest_at);
  for (std::size_t i = 0; i < battle.hosts.size(); ++i) {
    overlay.AddView(honest_at[i], battle.stage.network.node(battle.hosts[i]).Slots());
  }
  const Overlay::Spread in = overlay.InDegrees();
  Rng rng = Rng::FromNumber(seed);
  return {
      {"clustering", overlay.Clustering(1000, rng), "", Goal::None(),
       "Cyclon 0.00684, Scamp 0.0225, HyParView 0.00092"},
      {"average path", overlay.AveragePath(100, rng), "hops", Goal::AtMost(2.7),
       "Cyclon 2.60, Scamp 3.35, HyParView 6.39"},
      {"largest component", Percent(overlay.LargestComponent()), "%", Goal::AtLeast(100), ""},
      {"in-degree, mean", in.mean, "", Goal::None(), ""},
      {"in-degree, deviation", in.deviation, "", Goal::None(), "Cyclon 2.2 (our replication, view 35)"},
      {"in-degree, least", static_cast<double>(in.least), "", Goal::None(), ""},
      {"in-degree, most", static_cast<double>(in.most), "", Goal::None(), ""},
  };
}

namespace {

// The largest component of the survivors; the share of the dead in their views, in percent; the living in a view.
std::vector<double> Crash(Battle& battle, std::size_t percent) {
  Stage& stage = battle.stage;
  std::vector<HostId> order = battle.hosts;
  stage.rng.PartialShuffle(order, order.size());
  const std::vector<HostId> survivors(order.begin() + static_cast<std::ptrdiff_t>(order.size() * percent / 100),
                                      order.end());
  for (const HostId host : order) {
    if (std::find(survivors.begin(), survivors.end(), host) == survivors.end()) stage.network.Kill(host);
  }
  const std::vector<Endpoint> alive_at = stage.EndpointsOf(survivors);
  Overlay overlay(alive_at);
  for (const HostId host : survivors) {
    overlay.AddView(stage.network.PublicEndpoint(host), stage.network.node(host).Slots());
  }
  battle.RunRounds(4);
  const std::set<Endpoint> alive(alive_at.begin(), alive_at.end());
  std::size_t dead = 0;
  std::size_t entries = 0;
  for (const HostId host : survivors) {
    stage.network.node(host).ForEachInView([&](const Endpoint& e) {
      ++entries;
      dead += alive.contains(e) ? 0 : 1;
    });
  }
  return {overlay.LargestComponent(), 100.0 * static_cast<double>(dead) / static_cast<double>(entries),
          static_cast<double>(entries - dead) / static_cast<double>(survivors.size())};
}

}  // namespace

std::vector<Figure> PlayCrash(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  battle.Begin(battle.stage.population.LikeTheInternet(1000, battle.stage.rng), {}, 8);
  battle.RunRounds(12);
  std::vector<Figure> figures;
  for (const std::size_t percent : {10, 50, 80, 90, 95}) {
    const auto after = InCopy([&] { return Crash(battle, percent); });
    const std::string crash = std::to_string(percent) + " % crash: ";
    const bool last = percent == 95;
    figures.push_back({crash + "largest component", after.at(0), "", last ? Goal::AtLeast(0.99) : Goal::None(),
                       last ? "HyParView delivers to about 0.90" : ""});
    figures.push_back({crash + "dead in views", after.at(1), "%", Goal::AtMost(5), ""});
    figures.push_back({crash + "live peers in a view", after.at(2), "", Goal::None(), ""});
  }
  return figures;
}

}  // namespace hearsay::sim
