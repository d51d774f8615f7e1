// SPDX-License-Identifier: MIT
//
// How honest a census is: whether its interval contains the truth, over networks of varied size and churn.
#include <algorithm>
#include <cmath>
#include <cstdio>
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
    "many nodes ran at the moment that the census says it is of, to 5 ms. The interval's ends are rounded to whole "
    "nodes, as people are shown them.";

namespace {

constexpr std::size_t kNetworks = 20;
constexpr std::size_t kStay = 3;

struct Counted {
  bool stopped = false;
  int minutes = 0;   // up, on average; 0: for ever
  double truth = 0;
  double found = 0;  // reachable nodes
  Estimate estimate;
  SecondLooks looks;
  bool Contains() const { return std::round(estimate.low) <= truth && truth <= std::round(estimate.high); }
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
  out.minutes = minutes;
  const std::size_t visits = stopped ? std::max<std::size_t>(2, size / 3) : SIZE_MAX;
  const MapResult map =
      MapFrom(network, network.PublicEndpoint(0), population.Scattered(1).front(), seed, visits, running);
  out.truth = map.truth;
  out.looks = map.census.looks;
  out.found = static_cast<double>(map.reachable);
  out.estimate = map.census.estimate.value_or(Estimate{.nodes = out.found, .low = out.found, .high = out.found});
  return out;
}

std::string Describe(const Counted& one) {
  char text[160];
  std::snprintf(text, sizeof text,
                "up %d min%s: %.0f nodes, found %.0f, estimated %.1f (%.1f to %.1f), gone %zu of %zu",
                one.minutes, one.stopped ? ", stopped" : "", one.truth, one.found, one.estimate.nodes,
                one.estimate.low, one.estimate.high, one.looks.gone, one.looks.nodes);
  return text + std::string(one.Contains() ? "" : ": missed");
}

double ShareOf(const std::vector<Counted>& all) {
  const auto contains = std::count_if(all.begin(), all.end(), [](const Counted& one) { return one.Contains(); });
  return 100.0 * static_cast<double>(contains) / static_cast<double>(all.size());
}

double Median(const std::vector<Counted>& all, double (*value)(const Counted&)) {
  std::vector<double> values;
  for (const Counted& one : all) values.push_back(value(one));
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

}  // namespace

std::vector<Figure> PlayCensus(std::uint64_t seed, const Progress& progress) {
  std::vector<Counted> all;
  std::vector<Counted> whole;
  std::vector<Counted> stopped;
  for (std::size_t i = 0; i < kNetworks; ++i) {
    all.push_back(Run(seed * kNetworks + i, i % 2 == 1));
    (all.back().stopped ? stopped : whole).push_back(all.back());
    if (progress) {
      progress("network " + std::to_string(i + 1) + " of " + std::to_string(kNetworks) + ", " + Describe(all.back()));
    }
  }
  const auto error = [](const Counted& c) { return 100 * std::abs(c.estimate.nodes - c.truth) / c.truth; };
  const auto bias = [](const Counted& c) { return 100 * (c.estimate.nodes - c.truth) / c.truth; };
  const auto width = [](const Counted& c) { return 100 * (c.estimate.high - c.estimate.low) / c.truth; };
  const auto mapped = [](const Counted& c) { return 100 * c.found / c.truth; };
  return {
      {"interval contains the truth", ShareOf(all), "%", Goal::AtLeast(93), ""},
      {"interval contains the truth, whole crawls", ShareOf(whole), "%", Goal::AtLeast(93), ""},
      {"interval contains the truth, stopped crawls", ShareOf(stopped), "%", Goal::AtLeast(93), ""},
      {"found by whole crawls, of the truth", Median(whole, mapped), "%", Goal::None(), ""},
      {"found by stopped crawls", Median(stopped, mapped), "%", Goal::None(), ""},
      {"error of the estimate, whole", Median(whole, error), "%", Goal::None(), ""},
      {"error of the estimate, stopped", Median(stopped, error), "%", Goal::None(), ""},
      {"bias of the estimate, stopped", Median(stopped, bias), "%", Goal::None(), ""},
      {"width of the interval, whole", Median(whole, width), "%", Goal::None(), ""},
      {"width of the interval, stopped", Median(stopped, width), "%", Goal::None(), ""},
  };
}

}  // namespace hearsay::sim
