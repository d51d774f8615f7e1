// SPDX-License-Identifier: MIT
#include "tests/sim/scenario.h"

#include <algorithm>

#include "tests/sim/mix.h"
#include "tests/sim/run.h"

namespace hearsay::sim {
namespace {

// Above this, what grows with the square of the nodes or runs after every single step is thinned out.
constexpr std::uint32_t kSmall = 200;

SimConfig MakeConfig(const ScenarioParameters& parameters, Place place) {
  SimConfig config;
  config.seed = parameters.seed;
  config.link = place == Place::kLan ? LinkConfig::Lan() : LinkConfig::Internet();
  if (parameters.nodes > kSmall) {
    config.keep_ledgers = false;
    config.check_every = 64;
    config.inspect_every = 4096;
  }
  return config;
}

Quantiles QuantilesOf(std::vector<Duration> values) {
  Quantiles q;
  q.count = values.size();
  if (values.empty()) return q;
  std::sort(values.begin(), values.end());
  q.p50 = values[(values.size() - 1) / 2];
  q.p90 = values[(values.size() - 1) * 9 / 10];
  q.max = values.back();
  return q;
}

void ReportJoins(const SimNetwork& network, ScenarioReport& report) {
  std::vector<Duration> first_peer;
  std::vector<Duration> full_view;
  for (HostId host = 0; host < network.hosts(); ++host) {
    if (!network.IsNode(host)) continue;
    const JoinTimes& join = network.join_times(host);
    if (join.first_peer) first_peer.push_back(*join.first_peer);
    if (join.full_view) full_view.push_back(*join.full_view);
  }
  report.first_peer = QuantilesOf(std::move(first_peer));
  report.full_view = QuantilesOf(std::move(full_view));
}

}  // namespace

const Scenario* FindScenario(std::string_view name) {
  for (const Scenario& scenario : Scenarios()) {
    if (name == scenario.name) return &scenario;
  }
  return nullptr;
}

ScenarioReport RunScenario(const Scenario& scenario, const ScenarioParameters& parameters,
                           const std::function<void(const SimNetwork&)>& on_ready) {
  const Place place = scenario.internet_only || Mix(parameters.seed) % 2 == 0 ? Place::kInternet : Place::kLan;
  Run run(parameters, MakeConfig(parameters, place), place);
  if (on_ready) on_ready(run.network);
  run.Measure("place", place == Place::kLan ? "lan" : "internet");
  scenario.play(run);

  ScenarioReport report;
  report.scenario = scenario.name;
  report.parameters = parameters;
  report.simulated = run.network.now();
  report.events = run.network.events();
  report.wire = run.network.wire().counters();
  ReportJoins(run.network, report);
  report.measured = run.TakeMeasured();
  report.trace_hash = run.network.trace_hash();
  report.violation = run.network.violation();
  return report;
}

std::string ReplayCommand(std::string_view scenario, const ScenarioParameters& parameters) {
  return "hearsay sim --scenario " + std::string(scenario) + " --nodes " + std::to_string(parameters.nodes) +
         " --seconds " + std::to_string(parameters.seconds) + " --seed " + std::to_string(parameters.seed);
}

}  // namespace hearsay::sim
