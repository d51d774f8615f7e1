// SPDX-License-Identifier: MIT
//
// ReplayNote: what a failing run leaves behind.
//
// A broken HEARSAY_CHECK aborts the process. While a ReplayNote lives, the abort also prints the simulated moment, the
// node that was about its work, and the command that does the same again. One at a time: signals belong to the process.
#pragma once

#include <string>

#include "tests/sim/scenario.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class ReplayNote {
 public:
  explicit ReplayNote(std::string command);
  ~ReplayNote();
  ReplayNote(const ReplayNote&) = delete;
  ReplayNote& operator=(const ReplayNote&) = delete;
  void Watch(const SimNetwork& network) { network_ = &network; }
  void Print() const;

 private:
  std::string command_;
  const SimNetwork* network_ = nullptr;  // lives as long as the run; the note is dropped with it
  void (*previous_)(int);
};

// RunScenario under a ReplayNote.
ScenarioReport RunWithReplayNote(const Scenario& scenario, const ScenarioParameters& parameters);
// "after 12.345678 s, node 3: what". Empty when nothing is wrong.
std::string Describe(const std::optional<Violation>& violation);

}  // namespace hearsay::sim
