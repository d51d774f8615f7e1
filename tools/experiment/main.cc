// SPDX-License-Identifier: MIT
//
// hearsay-experiment: what `hearsay sim --experiment` runs. A program of its own, because its cipher protects nothing
// (tests/sim/standin).
//
//   hearsay-experiment NAME [--seed N] [--seeds N] [--json] [--progress]
//   hearsay-experiment --list [--json]
//
// Exit codes: 0 every goal met, 1 one missed, 2 wrong usage.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>

#include "tests/sim/experiments/experiment.h"
#include "tools/standard_streams.h"

namespace hearsay::sim {
namespace {

struct Options {
  std::string name;
  std::uint64_t first_seed = 1;
  std::uint32_t seeds = 5;
  bool json = false;
  bool list = false;
  bool progress = false;
};

std::string GoalText(const Goal& goal) {
  if (goal.kind == Goal::Kind::kNone) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%s %g", goal.kind == Goal::Kind::kAtMost ? "<=" : ">=", goal.value);
  return text;
}

nlohmann::json ToJson(const Summary& s) {
  nlohmann::json out = {{"name", s.figure.name}, {"median", s.figure.value}, {"unit", s.figure.unit},
                        {"by_seed", s.values},   {"goal", nullptr},          {"met", s.met()},
                        {"source", s.figure.source}};
  if (s.figure.goal.kind != Goal::Kind::kNone) out["goal"] = GoalText(s.figure.goal);
  return out;
}

void PrintList(const Options& options) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Experiment& e : Experiments()) {
    if (options.json) list.push_back({{"experiment", e.name}, {"summary", e.summary}});
    if (!options.json) std::printf("%-16s %s\n", e.name, e.summary);
  }
  if (options.json) std::printf("%s\n", nlohmann::ordered_json{{"experiments", list}}.dump(2).c_str());
}

void PrintText(const Experiment& experiment, const std::vector<Summary>& figures, const Options& options, double wall) {
  std::printf("%s: %s\n", experiment.name, experiment.summary);
  for (const Summary& s : figures) {
    const auto [least, most] = std::minmax_element(s.values.begin(), s.values.end());
    std::printf("  %-46s %10.4g %-7s %s%s\n", s.figure.name.c_str(), s.figure.value, s.figure.unit.c_str(),
                GoalText(s.figure.goal).c_str(), s.met() ? "" : "  MISSED");
    if (s.values.size() > 1 && *least != *most) std::printf("  %46s %10.4g to %.4g\n", "", *least, *most);
    if (!s.figure.source.empty()) std::printf("  %46s (%s)\n", "", s.figure.source.c_str());
  }
  std::printf("  seeds %llu to %llu, %.0f s\n", static_cast<unsigned long long>(options.first_seed),
              static_cast<unsigned long long>(options.first_seed + options.seeds - 1), wall);
}

int Run(const Experiment& experiment, const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  std::vector<std::vector<Figure>> runs;
  for (std::uint32_t i = 0; i < options.seeds; ++i) {
    Progress progress;
    if (options.progress) {
      progress = [&](const std::string& line) {
        std::fprintf(stderr, "%7.1f s  seed %llu  %s\n", seconds(),
                     static_cast<unsigned long long>(options.first_seed + i), line.c_str());
      };
    }
    runs.push_back(experiment.play(options.first_seed + i, progress));
  }
  const std::vector<Summary> figures = Summarize(runs);
  if (options.json) {
    nlohmann::json out = {{"experiment", experiment.name}, {"summary", experiment.summary},
                          {"set_up", experiment.set_up},   {"first_seed", options.first_seed},
                          {"seeds", options.seeds},        {"wall_seconds", seconds()},
                          {"figures", nlohmann::json::array()}};
    for (const Summary& s : figures) out["figures"].push_back(ToJson(s));
    std::printf("%s\n", out.dump(2).c_str());
  } else {
    PrintText(experiment, figures, options, seconds());
  }
  return std::all_of(figures.begin(), figures.end(), [](const Summary& s) { return s.met(); }) ? 0 : 1;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Experiments on networks under attack, with a cipher that protects nothing.");
  app.add_option("name", options.name, "Which one; --list shows them");
  app.add_option("--seed", options.first_seed, "The first seed");
  app.add_option("--seeds", options.seeds, "Runs, with as many seeds; the median is shown")
      ->check(CLI::Range(1u, 1000u));
  app.add_flag("--json", options.json, "Print JSON");
  app.add_flag("--progress", options.progress, "A line a round on stderr");
  app.add_flag("--list", options.list, "List the experiments");
  CLI11_PARSE(app, argc, argv);
  if (options.list) {
    PrintList(options);
    return 0;
  }
  const Experiment* experiment = FindExperiment(options.name);
  if (experiment == nullptr) {
    std::fprintf(stderr, "hearsay-experiment: no experiment is called '%s'; "
                         "'hearsay sim --experiment list' shows them\n", options.name.c_str());
    return 2;
  }
  return Run(*experiment, options);
}

}  // namespace
}  // namespace hearsay::sim

int main(int argc, char** argv) {
  hearsay::EnsureStandardStreams();
  const int exit_code = hearsay::sim::Main(argc, argv);
  const std::string lost = hearsay::FlushStandardOutput();
  if (!lost.empty()) std::fprintf(stderr, "hearsay-experiment: %s\n", lost.c_str());
  return exit_code == 0 && !lost.empty() ? 1 : exit_code;
}
