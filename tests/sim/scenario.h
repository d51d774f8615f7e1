// SPDX-License-Identifier: MIT
//
// Scenario: a named story about a network, told by a seed, with what must be true at its end.
//
// The table (scenarios.cc) is what `hearsay sim --list` prints and what the tests run. A scenario is a function that
// drives a Run; everything that it leaves open (where the network stands, latencies, who dies, when) comes from the
// seed, so that fresh seeds find fresh trouble. Bounds on time are in Pace, per place.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sim_network.h"

namespace hearsay::sim {

struct ScenarioParameters {
  std::uint32_t nodes = 0;
  std::uint32_t seconds = 0;
  std::uint64_t seed = 1;
};

class Run;
struct Scenario {
  const char* name;
  const char* summary;    // at most 52 characters: a list of 80 columns
  std::uint32_t nodes;    // default
  std::uint32_t seconds;  // default; the story goes on longer when its steps need it
  bool internet_only;      // otherwise the seed also chooses a LAN
  void (*play)(Run& run);
};
std::span<const Scenario> Scenarios();
const Scenario* FindScenario(std::string_view name);

struct Quantiles {
  std::size_t count = 0;
  Duration p50{};
  Duration p90{};
  Duration max{};
};

struct ScenarioReport {
  std::string scenario;
  ScenarioParameters parameters;
  Duration simulated{};
  std::uint64_t events = 0;
  WireCounters wire;
  Quantiles first_peer;
  Quantiles full_view;
  std::vector<std::pair<std::string, std::string>> measured;  // by the scenario, for people
  std::string trace_hash;
  std::optional<Violation> violation;
};
// `on_ready` sees the network before anything happens: for a report when a check aborts the process.
ScenarioReport RunScenario(const Scenario& scenario, const ScenarioParameters& parameters,
                           const std::function<void(const SimNetwork&)>& on_ready = {});
// The command that does exactly this again.
std::string ReplayCommand(std::string_view scenario, const ScenarioParameters& parameters);

}  // namespace hearsay::sim
