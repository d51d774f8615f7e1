// SPDX-License-Identifier: MIT
//
// Run: one scenario under way: its network, its parameters, and the words that scenarios are written in.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/sim/scenario.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

enum class Place : std::uint8_t { kLan, kInternet };

// What is promised, by place. The LAN's are some times what an idle machine needs, which `hearsay bench`
// measures: a seed is there to find what never ends, not what is late.
struct Pace {
  Duration join;    // from the last start to full views
  Duration death;   // until no view holds a crashed node
  Duration heal;    // after a partition of minutes; retries back off to one a minute on a LAN, to one an hour elsewhere
  Duration spread;  // of a changed record
  static Pace Of(Place place) {
    if (place == Place::kLan) return {seconds{10}, seconds{15}, minutes{4}, seconds{15}};
    return {minutes{3}, minutes{2}, minutes{30}, minutes{2}};
  }
};

class Run {
 public:
  Run(const ScenarioParameters& parameters, const SimConfig& config, Place place)
      : network(config), parameters_(parameters), place_(place), pace_(Pace::Of(place)) {}

  SimNetwork network;

  const ScenarioParameters& parameters() const { return parameters_; }
  std::uint32_t nodes() const { return parameters_.nodes; }
  Duration end() const { return seconds{parameters_.seconds}; }
  Place place() const { return place_; }
  const Pace& pace() const { return pace_; }
  Scope scope() const { return place_ == Place::kLan ? Scope::kPrivate : Scope::kGlobal; }
  bool broken() const { return network.violation().has_value(); }

  // `count` nodes; each but the first knows the first by name.
  std::vector<HostId> AddNodes(std::uint32_t count);
  // Each at its own moment within `spread`, in any order.
  void StartWithin(std::span<const HostId> hosts, Duration spread);
  // A random part of `hosts`, which keeps its order.
  std::vector<HostId> Choose(std::span<const HostId> hosts, std::size_t count);

  // A failed expectation ends the run like an invariant does.
  void Expect(bool condition, const std::string& what, HostId host = kNoHost);
  void ExpectFullViews(Duration limit, const std::string& when);
  void ExpectForgotten(std::span<const HostId> hosts, Duration limit);
  // Lets the rest of the asked-for time pass; at its end everybody must still have a full view.
  void HoldUntilEnd();
  void Measure(const std::string& name, const std::string& value) { measured_.emplace_back(name, value); }
  void Measure(const std::string& name, Duration value);
  std::vector<std::pair<std::string, std::string>> TakeMeasured() { return std::move(measured_); }

 private:
  Duration PollStep() const { return place_ == Place::kLan ? milliseconds{50} : milliseconds{500}; }

  ScenarioParameters parameters_;
  Place place_;
  Pace pace_;
  std::vector<std::pair<std::string, std::string>> measured_;
};

}  // namespace hearsay::sim
