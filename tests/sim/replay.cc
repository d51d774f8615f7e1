// SPDX-License-Identifier: MIT
#include "tests/sim/replay.h"

#include <csignal>
#include <cstdio>
#include <utility>

#include "proto/check.h"

namespace hearsay::sim {
namespace {

const ReplayNote* current_note = nullptr;  // what the handler of this process's one SIGABRT prints

// abort() raises the signal on the thread that failed, outside any allocation or print of ours: stdio is safe here.
void OnAbort(int) {
  if (current_note != nullptr) current_note->Print();
}

std::string Seconds(Duration at) {
  char text[32];
  std::snprintf(text, sizeof(text), "%lld.%06lld s", static_cast<long long>(at.count() / 1'000'000),
                static_cast<long long>(at.count() % 1'000'000));
  return text;
}

}  // namespace

ReplayNote::ReplayNote(std::string command) : command_(std::move(command)) {
  HEARSAY_CHECK(current_note == nullptr);
  current_note = this;
  previous_ = std::signal(SIGABRT, OnAbort);
}

ReplayNote::~ReplayNote() {
  std::signal(SIGABRT, previous_);
  current_note = nullptr;
}

void ReplayNote::Print() const {
  const SimNetwork::Moment moment = network_ == nullptr ? SimNetwork::Moment{} : network_->moment();
  std::fprintf(stderr, "aborted after %s in node %d; to replay: %s\n", Seconds(moment.at).c_str(),
               static_cast<int>(moment.host), command_.c_str());
}

ScenarioReport RunWithReplayNote(const Scenario& scenario, const ScenarioParameters& parameters) {
  ReplayNote note(ReplayCommand(scenario.name, parameters));
  return RunScenario(scenario, parameters, [&note](const SimNetwork& network) { note.Watch(network); });
}

std::string Describe(const std::optional<Violation>& violation) {
  if (!violation) return {};
  const std::string who = violation->host == kNoHost ? "the network" : "node " + std::to_string(violation->host);
  return "after " + Seconds(violation->at) + ", " + who + ": " + violation->what;
}

}  // namespace hearsay::sim
