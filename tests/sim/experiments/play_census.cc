// SPDX-License-Identifier: MIT
//
// How honest a census is: whether its interval contains the truth, over networks of varied size and churn.
#include <algorithm>
#include <cmath>
#include <memory>

#include "tests/sim/churn.h"
#include "tests/sim/experiments/mapper.h"
#include "tests/sim/experiments/plays.h"
#include "tests/sim/experiments/population.h"

namespace hearsay::sim {

const char* const kCensusSetUp =
    "20 networks a seed of 20 to 300 honest nodes as on the internet, three of them bootstrap peers that stay. The "
    "others come and go: never, or up for 30, 10 or 4 minutes on average and down for a fifth of that; half of them "
    "crash. After 2 to 4 minutes a crawl; every other one is stopped after a third of the visits. The truth: how "
    "many nodes run, which churn changes meanwhile: what it was when the crawl began, when it ended, or between.";

namespace {

constexpr std::size_t kNetworks = 20;
constexpr std::size_t kStay = 3;

struct Counted {
  bool stopped = false;
  double truth = 0;
  double found = 0;  // reachable nodes
  Estimate estimate;
  double before = 0;  // of the crawl; `truth` is after it
  bool Contains() const {
    return estimate.low - 0.5 <= std::max(before, truth) && std::min(before, truth) <= estimate.high + 0.5;
  }
};

Counted Run(std::uint64_t seed, bool stopped) {
  Rng rng = Rng::FromNumber(seed);
  SimNetwork network(SimConfig{.seed = seed, .keep_ledgers = false, .keep_trace = false, .check_every = 4096,
                               .inspect_every = 4096});
  const std::size_t size = 20 + rng.Below(281);
  Population population;
  ChurnConfig churn;
  for (const Endpoint& at : population.LikeTheInternet(size, rng)) {
    NodeSpec spec;
    spec.endpoint = at;
    const auto host = static_cast<HostId>(network.hosts());
    for (HostId first = 0; first < std::min<HostId>(host, kStay); ++first) spec.bootstrap.push_back(first);
    network.Add(std::move(spec));
    network.Start(host);
    if (host >= kStay) churn.hosts.push_back(host);
  }
  constexpr std::array<int, 4> kMinutesUp{0, 30, 10, 4};
  const int minutes = kMinutesUp[rng.Below(kMinutesUp.size())];
  churn.mean_up = std::chrono::minutes{minutes};
  churn.mean_down = churn.mean_up / 5;
  churn.until = std::chrono::minutes{30};
  Churn coming_and_going(network, churn);
  if (minutes > 0) coming_and_going.Begin();
  network.RunFor(std::chrono::seconds{120 + rng.Below(120)});
  const auto running = [&] {
    double count = 0;
    for (HostId host = 0; host < size; ++host) count += network.IsRunning(host) ? 1 : 0;
    return count;
  };
  Counted out;
  out.stopped = stopped;
  out.before = running();
  const std::size_t visits = stopped ? std::max<std::size_t>(2, size / 3) : SIZE_MAX;
  const MapResult map =
      MapFrom(network, network.PublicEndpoint(0), population.Scattered(1).front(), seed, visits);
  out.truth = running();
  out.found = static_cast<double>(map.reachable);
  out.estimate = map.estimate.value_or(Estimate{.nodes = out.found, .low = out.found, .high = out.found});
  return out;
}

double ShareOf(const std::vector<Counted>& all, bool stopped) {
  std::size_t contains = 0;
  std::size_t of = 0;
  for (const Counted& one : all) {
    if (one.stopped != stopped) continue;
    ++of;
    contains += one.Contains() ? 1 : 0;
  }
  return 100.0 * static_cast<double>(contains) / static_cast<double>(of);
}

double Median(const std::vector<Counted>& all, double (*value)(const Counted&), bool stopped) {
  std::vector<double> values;
  for (const Counted& one : all) {
    if (one.stopped == stopped) values.push_back(value(one));
  }
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

}  // namespace

std::vector<Figure> PlayCensus(std::uint64_t seed, const Progress& progress) {
  std::vector<Counted> all;
  for (std::size_t i = 0; i < kNetworks; ++i) {
    all.push_back(Run(seed * kNetworks + i, i % 2 == 1));
    if (!progress) continue;
    const Counted& one = all.back();
    progress("network " + std::to_string(i + 1) + " of " + std::to_string(kNetworks) +
             (one.stopped ? " (stopped)" : "") + ": " + std::to_string(one.before) + ", then " +
             std::to_string(one.truth) + " nodes, found " +
             std::to_string(one.found) + ", interval " + std::to_string(one.estimate.low) + " to " +
             std::to_string(one.estimate.high));
  }
  const auto error = [](const Counted& c) { return 100 * std::abs(c.estimate.nodes - c.truth) / c.truth; };
  const auto bias = [](const Counted& c) { return 100 * (c.estimate.nodes - c.truth) / c.truth; };
  const auto width = [](const Counted& c) { return 100 * (c.estimate.high - c.estimate.low) / c.truth; };
  const auto mapped = [](const Counted& c) { return 100 * c.found / c.truth; };
  return {
      {"interval contains the truth, whole crawls", ShareOf(all, false), "%", Goal::AtLeast(93), ""},
      {"interval contains the truth, stopped crawls", ShareOf(all, true), "%", Goal::AtLeast(93), ""},
      {"found by whole crawls, of the truth", Median(all, mapped, false), "%", Goal::None(), ""},
      {"found by stopped crawls", Median(all, mapped, true), "%", Goal::None(), ""},
      {"error of the estimate, whole", Median(all, error, false), "%", Goal::None(), ""},
      {"error of the estimate, stopped", Median(all, error, true), "%", Goal::None(), ""},
      {"bias of the estimate, stopped", Median(all, bias, true), "%", Goal::None(), ""},
      {"width of the interval, stopped", Median(all, width, true), "%", Goal::None(), ""},
  };
}

}  // namespace hearsay::sim
