// SPDX-License-Identifier: MIT
//
// A map of a million nodes: whether it is whole and honest, and what it costs in memory.
#include "tests/sim/experiments/map_crowd.h"
#include "tests/sim/experiments/plays.h"

namespace hearsay::sim {

const char* const kMillionSetUp =
    "929,000 honest nodes and 71,000 liars, in addition 286,000 dead endpoints and 143,000 nodes behind translators: "
    "the shares of a fleet with 20 % dead, 10 % translated and 5 % liars. They speak the real wire and remember "
    "nothing: who is what, stands where and knows whom is computed from the seed. An honest node names 4,096 others, "
    "the dead among them, and two translated ones by id; one in a hundred is a newcomer whom a sixteenth as many know. "
    "Four liars together made up sixteen endpoints and name nothing else. 16,384 address groups, one packet in 500 is "
    "lost. One crawl with 4,096 in flight.";

namespace {

constexpr CrowdSpec kMillion{.honest = 929'000, .liars = 71'000, .dead = 286'000, .hidden = 143'000};

double Percent(std::size_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<Figure> PlayMillion(std::uint64_t seed, const Progress& progress) {
  const CrowdPlan plan(kMillion, seed);
  const CrowdMap map = MapCrowd(plan, {.in_flight = 4'096, .loss_ppm = 2'000}, seed, progress);
  const auto truth = static_cast<double>(plan.dialable());
  const auto nodes = static_cast<double>(map.found + map.invented);
  const bool contains = map.estimate.low <= truth && truth <= map.estimate.high;
  return {
      {"nodes found, of those that can be dialled", Percent(map.found, plan.dialable()), "%", Goal::AtLeast(99.9), ""},
      {"nodes that are not there", static_cast<double>(map.invented), "nodes", Goal::AtMost(0), ""},
      {"nodes behind translators counted", Percent(map.hidden, kMillion.hidden), "%", Goal::AtLeast(99.9), ""},
      {"liars flagged", Percent(map.liars_flagged, kMillion.liars), "%", Goal::AtLeast(99), ""},
      {"honest nodes flagged", static_cast<double>(map.honest_flagged), "nodes", Goal::AtMost(0), ""},
      {"interval contains the truth", contains ? 100.0 : 0.0, "%", Goal::AtLeast(100), ""},
      {"error of the estimate", 100 * (map.estimate.nodes - truth) / truth, "%", Goal::None(), ""},
      {"heap of the crawl, a node", static_cast<double>(map.crawl_bytes) / nodes, "B", Goal::AtMost(300), ""},
      {"heap of the census made of it, a node", static_cast<double>(map.census_bytes) / nodes, "B", Goal::None(), ""},
      {"endpoints heard of, a node", static_cast<double>(map.endpoints) / nodes, "", Goal::None(), ""},
      {"edges, a node", static_cast<double>(map.edges) / nodes, "", Goal::None(), ""},
      {"packets sent, a node", static_cast<double>(map.packets) / nodes, "", Goal::None(), ""},
      {"simulated time", map.seconds, "s", Goal::None(), ""},
  };
}

}  // namespace hearsay::sim
