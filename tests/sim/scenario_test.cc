// SPDX-License-Identifier: MIT
//
// Every scenario with fixed seeds, twenty runs with fresh ones, and the promise that makes them worth anything: one
// seed gives one trace. HEARSAY_SIM_SEED=N chooses the fresh seeds; a failure prints the command that replays it.
#include "tests/sim/scenario.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "proto/check.h"
#include "tests/sim/mix.h"
#include "tests/sim/replay.h"

namespace hearsay::sim {
namespace {

ScenarioReport Play(const Scenario& scenario, const ScenarioParameters& parameters) {
  return RunWithReplayNote(scenario, parameters);
}

void ExpectFine(const Scenario& scenario, const ScenarioParameters& parameters) {
  const ScenarioReport report = Play(scenario, parameters);
  EXPECT_FALSE(report.violation) << Describe(report.violation)
                                 << "\nto replay: " << ReplayCommand(scenario.name, parameters);
  EXPECT_GT(report.wire.delivered, 0u);
}

class FixedSeeds : public testing::TestWithParam<const Scenario*> {};

TEST_P(FixedSeeds, HoldEveryPromise) {
  const Scenario& scenario = *GetParam();
  for (const std::uint64_t seed : {1u, 2u}) ExpectFine(scenario, {scenario.nodes, scenario.seconds, seed});
}

std::vector<const Scenario*> All() {
  std::vector<const Scenario*> all;
  for (const Scenario& scenario : Scenarios()) all.push_back(&scenario);
  return all;
}
std::string TestName(const testing::TestParamInfo<const Scenario*>& info) {
  std::string name;
  for (const char c : std::string_view(info.param->name)) {
    if (c != '-') name += c;
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Scenario, FixedSeeds, testing::ValuesIn(All()), TestName);

TEST(FreshSeeds, HoldEveryPromiseTwentyTimes) {
  const char* given = std::getenv("HEARSAY_SIM_SEED");
  const auto clock = std::chrono::system_clock::now().time_since_epoch().count();
  const std::uint64_t base = given != nullptr ? std::strtoull(given, nullptr, 10) : static_cast<std::uint64_t>(clock);
  RecordProperty("seed", std::to_string(base));
  const auto scenarios = Scenarios();
  for (std::uint64_t run = 0; run < 20; ++run) {
    const std::uint64_t seed = Mix(base, run) % 1'000'000'000;  // short enough to type
    const Scenario& scenario = scenarios[(base + run) % scenarios.size()];
    const auto nodes = static_cast<std::uint32_t>(6 + Mix(seed, 1) % 12);
    ExpectFine(scenario, {nodes, scenario.seconds, seed});
    if (HasFailure()) break;
  }
}

TEST(Determinism, OneSeedGivesOneTrace) {
  for (const char* name : {"join", "churn", "nat", "lossy"}) {
    const Scenario& scenario = *FindScenario(name);
    const ScenarioParameters parameters{10, 60, 42};
    const ScenarioReport first = Play(scenario, parameters);
    const ScenarioReport second = Play(scenario, parameters);
    EXPECT_EQ(first.trace_hash, second.trace_hash) << name;
    EXPECT_EQ(first.events, second.events) << name;
  }
}

TEST(Determinism, AnotherSeedGivesAnotherTrace) {
  const Scenario& join = *FindScenario("join");
  EXPECT_NE(Play(join, {8, 20, 1}).trace_hash, Play(join, {8, 20, 2}).trace_hash);
}

TEST(Scenarios, ReplayFromTheCommandThatIsPrinted) {
  EXPECT_EQ(ReplayCommand("join", {8, 20, 7}), "hearsay sim --scenario join --nodes 8 --seconds 20 --seed 7");
  EXPECT_EQ(FindScenario("no-such-scenario"), nullptr);
}

TEST(ReplayNote, PrintsTheCommandWhenACheckAborts) {
  EXPECT_DEATH(
      {
        const ReplayNote note("hearsay sim --seed 7");
        CheckFailed("a == b", "file.cc", 1);
      },
      "a == b[^\n]*\n.*to replay: hearsay sim --seed 7");
}

}  // namespace
}  // namespace hearsay::sim
