// SPDX-License-Identifier: MIT
//
// hearsay sim: networks of real nodes in one process and one thread, replayed from a seed.
//
// The simulator is tests/sim; this file reads the command line, runs what was asked for and prints what came out. The
// wall clock is read here and nowhere below.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <vector>

#include "proto/text.h"
#include "tests/sim/mix.h"
#include "tests/sim/replay.h"
#include "tests/sim/scenario.h"
#include "tools/between.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace hearsay {
namespace {

using sim::Scenario;
using sim::ScenarioParameters;
using sim::ScenarioReport;

// So that the seeds that follow are numbers too.
constexpr std::uint64_t kLastSeed = 1'000'000'000'000'000'000;

struct Options {
  std::string scenario;  // empty: all
  std::optional<std::uint32_t> nodes;
  std::optional<std::uint32_t> seconds;
  std::optional<std::uint64_t> seed;
  std::uint32_t runs = 1;
  bool json = false;
  bool list = false;
  std::string experiment;
  std::uint32_t seeds = 5;
  bool progress = false;
};

struct Timed {
  ScenarioReport report;
  double wall_seconds = 0;
};

void PrintList() {
  std::printf("%-12s %5s %7s  %s\n", "SCENARIO", "NODES", "SECONDS", "WHAT HAPPENS");
  for (const Scenario& s : sim::Scenarios()) std::printf("%-12s %5u %7u  %s\n", s.name, s.nodes, s.seconds, s.summary);
}

void PrintListAsJson() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Scenario& s : sim::Scenarios()) {
    list.push_back({{"scenario", s.name}, {"nodes", s.nodes}, {"seconds", s.seconds}, {"summary", s.summary}});
  }
  std::printf("%s\n", nlohmann::ordered_json{{"scenarios", list}}.dump(2).c_str());
}

nlohmann::json ToJson(const sim::Quantiles& q) {
  return {{"count", q.count}, {"p50_ms", MillisecondsOf(q.p50)}, {"p90_ms", MillisecondsOf(q.p90)},
          {"max_ms", MillisecondsOf(q.max)}};
}

nlohmann::json ToJson(const Timed& timed) {
  const ScenarioReport& r = timed.report;
  nlohmann::json out = {
      {"scenario", r.scenario},
      {"nodes", r.parameters.nodes},
      {"seed", r.parameters.seed},
      {"simulated_seconds", MillisecondsOf(r.simulated) / 1000},
      {"wall_seconds", timed.wall_seconds},
      {"events", r.events},
      {"datagrams", {{"sent", r.wire.sent}, {"bytes_sent", r.wire.bytes_sent}, {"delivered", r.wire.delivered},
                     {"lost", r.wire.lost}, {"duplicated", r.wire.duplicated}, {"reordered", r.wire.reordered},
                     {"cut", r.wire.cut}, {"filtered", r.wire.filtered}, {"unroutable", r.wire.unroutable}}},
      {"first_peer", ToJson(r.first_peer)},
      {"full_view", ToJson(r.full_view)},
      {"measured", nlohmann::json::object()},
      {"trace_hash", r.trace_hash},
      {"replay", sim::ReplayCommand(r.scenario, r.parameters)},
      {"violation", nullptr},
  };
  for (const auto& [name, value] : r.measured) out["measured"][name] = value;
  if (r.violation) out["violation"] = sim::Describe(r.violation);
  return out;
}

void PrintText(const Timed& timed) {
  const ScenarioReport& r = timed.report;
  std::printf("%s: %u nodes, %.1f s simulated in %.2f s\n", r.scenario.c_str(), r.parameters.nodes,
              MillisecondsOf(r.simulated) / 1000, timed.wall_seconds);
  std::printf("  events      %llu\n", static_cast<unsigned long long>(r.events));
  std::printf("  datagrams   %llu sent (%.1f MB), %llu delivered, %llu lost, %llu filtered by translators\n",
              static_cast<unsigned long long>(r.wire.sent), static_cast<double>(r.wire.bytes_sent) / 1e6,
              static_cast<unsigned long long>(r.wire.delivered), static_cast<unsigned long long>(r.wire.lost),
              static_cast<unsigned long long>(r.wire.filtered));
  std::printf("  first peer  p50 %.1f ms, p90 %.1f ms, max %.1f ms (%zu nodes)\n", MillisecondsOf(r.first_peer.p50),
              MillisecondsOf(r.first_peer.p90), MillisecondsOf(r.first_peer.max), r.first_peer.count);
  std::printf("  full view   p50 %.1f ms, p90 %.1f ms, max %.1f ms (%zu nodes)\n", MillisecondsOf(r.full_view.p50),
              MillisecondsOf(r.full_view.p90), MillisecondsOf(r.full_view.max), r.full_view.count);
  for (const auto& [name, value] : r.measured) std::printf("  %s: %s\n", name.c_str(), value.c_str());
  std::printf("  trace hash  %s (seed %llu)\n", r.trace_hash.c_str(),
              static_cast<unsigned long long>(r.parameters.seed));
  std::fflush(stdout);
}

Timed Run(const Scenario& scenario, const ScenarioParameters& parameters) {
  const auto begin = std::chrono::steady_clock::now();
  Timed timed{sim::RunWithReplayNote(scenario, parameters), 0};
  timed.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return timed;
}

// Becomes hearsay-experiment, which stands beside this program. Returns only when that cannot be.
int Experiment(const Options& options) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / "hearsay-experiment").string();
  std::vector<std::string> words = {program};
  if (options.list) {
    words.push_back("--list");
  } else {
    words.insert(words.end(), {options.experiment, "--seeds", std::to_string(options.seeds)});
    if (options.seed) words.insert(words.end(), {"--seed", std::to_string(*options.seed)});
    if (options.progress) words.push_back("--progress");
  }
  if (options.json) words.push_back("--json");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  return Fail("sim", program + ": " + std::strerror(errno) +
                         "; experiments are a program of their own: tools/build makes it, beside this one");
}

int Sim(const Options& options) {
  if (!options.experiment.empty()) return Experiment(options);
  if (options.list) {
    options.json ? PrintListAsJson() : PrintList();
    return kExitFine;
  }
  std::vector<const Scenario*> chosen;
  for (const Scenario& scenario : sim::Scenarios()) {
    if (options.scenario.empty() || options.scenario == scenario.name) chosen.push_back(&scenario);
  }
  if (chosen.empty()) {
    return Usage("sim", "no scenario is called '" + Printable(options.scenario) + "'; hearsay sim --list shows them");
  }
  std::random_device entropy;
  const std::uint64_t first_seed = options.seed ? *options.seed : entropy() % 1'000'000'000u;  // short enough to type
  nlohmann::json reports = nlohmann::json::array();
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    for (const Scenario* scenario : chosen) {
      const Timed timed = Run(*scenario, {options.nodes.value_or(scenario->nodes),
                                          options.seconds.value_or(scenario->seconds), first_seed + run});
      if (options.json) {
        reports.push_back(ToJson(timed));
      } else {
        PrintText(timed);
      }
      if (!timed.report.violation) continue;
      if (options.json) std::printf("%s\n", nlohmann::json{{"runs", reports}}.dump(2).c_str());
      return Fail("sim", sim::Describe(timed.report.violation) +
                             "; to replay: " + sim::ReplayCommand(scenario->name, timed.report.parameters));
    }
  }
  if (options.json) std::printf("%s\n", nlohmann::json{{"runs", reports}}.dump(2).c_str());
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("--scenario", options->scenario, "Which one; without it, all of them")->type_name("NAME");
  app.add_option("--nodes", options->nodes, "How many nodes; each scenario has its default")
      ->type_name("N")->check(Between(4, 100'000));
  app.add_option("--seconds", options->seconds, "Simulated time; a scenario's own steps may need more")
      ->type_name("S")->check(Between(1, 1'000'000));
  app.add_option("--seed", options->seed, "The same seed gives the same trace; without it, a random one")
      ->type_name("X")->envname("HEARSAY_SIM_SEED")->check(Between(0, kLastSeed));
  app.add_option("--runs", options->runs, "Repeat with the next seeds")
      ->type_name("N")->check(Between(1, 1'000'000));
  app.add_option("--experiment", options->experiment,
                 "A network under attack, as in tests/sim/EXPERIMENTS.md, instead of a scenario; 'list' lists them")
      ->type_name("NAME")->excludes("--scenario")->excludes("--nodes")->excludes("--seconds")->excludes("--runs");
  app.add_option("--seeds", options->seeds, "Of an experiment: runs with as many seeds; medians are shown")
      ->type_name("N")->check(Between(1, 1000))->needs("--experiment");
  app.add_flag("--progress", options->progress, "Of an experiment: a line a round on stderr")->needs("--experiment");
  app.add_flag("--json", options->json, "Print JSON");
  app.add_flag("--list", options->list, "List the scenarios");
  app.callback([options, &exit_code] {
    if (options->experiment == "list") options->list = true;
    exit_code = Sim(*options);
  });
}

const RegisterCommand kRegistered{{
    .name = "sim",
    .group = CommandGroup::kDevelop,
    .summary = "Run a network of nodes in one process, from a seed",
    .description =
        "Runs real nodes over a simulated internet: latency, loss, duplicates, reordering, partitions, address "
        "translators, crashes, restarts from stores and clocks that disagree. Invariants are checked after every "
        "event (every 64th in networks of more than 200 nodes). The same seed gives the same trace hash. When a "
        "promise breaks, it says when, in which node and what, prints the command that replays it, and exits "
        "with 1.\n\n"
        "Experiments put thousands of nodes under attack and hold what is left of their views against what the "
        "literature measured. They use a cipher of the same lengths that protects nothing, and so are a program of "
        "their own, hearsay-experiment, which this command starts. Exit code 1: a goal was missed.",
    .examples = "  hearsay sim --list\n"
                "  hearsay sim --scenario nat --seed 7\n"
                "  hearsay sim --scenario join --nodes 1000 --seconds 600 --json\n"
                "  hearsay sim --scenario churn --runs 50\n"
                "  hearsay sim --experiment list\n"
                "  hearsay sim --experiment views-30 --seeds 1 --progress\n",
    .set_up = SetUp,
}};

}  // namespace
}  // namespace hearsay
