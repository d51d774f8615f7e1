// SPDX-License-Identifier: MIT
//
// Experiment: one row of EXPERIMENTS.md: a set-up, figures with their goals, and what the literature measured there.
//
// Each play builds its network from the seed alone, so that a figure can be had again to the last digit. Goals are
// floors: a run whose median misses one fails. Figures without a goal are stated, not judged.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::sim {

struct Goal {
  enum class Kind : std::uint8_t { kNone, kAtMost, kAtLeast };
  Kind kind = Kind::kNone;
  double value = 0;

  static Goal None() { return {}; }
  static Goal AtMost(double v) { return {Kind::kAtMost, v}; }
  static Goal AtLeast(double v) { return {Kind::kAtLeast, v}; }
  bool Met(double v) const { return kind == Kind::kAtMost ? v <= value : kind != Kind::kAtLeast || v >= value; }
};

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;    // "%", "x", "nodes"; empty: a plain number
  Goal goal;
  std::string source;  // the same figure elsewhere, with its origin; empty when nobody states one
};

// What a play tells while it runs, for whoever waits: "round 12 of 40: views 31.2 %".
using Progress = std::function<void(const std::string&)>;

struct Experiment {
  const char* name;
  const char* summary;  // one line
  const char* set_up;   // who, how many, what they do, for how long
  std::vector<Figure> (*play)(std::uint64_t seed, const Progress& progress);
};
std::span<const Experiment> Experiments();
const Experiment* FindExperiment(std::string_view name);

// A figure over several seeds.
struct Summary {
  Figure figure;  // value: the median
  std::vector<double> values;  // by seed
  bool met() const { return figure.goal.Met(figure.value); }
};
// The figures of all runs, in the order of the first one's; every run has the same.
std::vector<Summary> Summarize(const std::vector<std::vector<Figure>>& runs);

}  // namespace hearsay::sim
