// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/mapper.h"

#include "crawler/crawl.h"

namespace hearsay::sim {
namespace {

// The driver of one Crawl: its socket, and a script that wakes it.
class Mapper {
 public:
  Mapper(SimNetwork& network, const Endpoint& first, const Endpoint& at, std::uint64_t seed)
      : network_(network),
        rng_(Rng::FromNumber(seed)),
        crawl_({.seeds = {{first, {}}}, .software = "hearsay-sim/1", .frontier = {}, .visit = {}},
               Identity(rng_.Array<Identity::kSeedSize>()), NetworkKey::Open("simulation"), rng_.Array<32>(), Now()) {
    host_ = network_.AddSocket(at, [this](const Delivery& d) {
      Effects out;
      crawl_.Receive({d.from, d.local, d.bytes}, Now(), out);
      Apply(out);
    });
  }

  // A crawl waits for milliseconds at least: asking every 5 ms misses nothing.
  void Step() {
    if (crawl_.NextDeadline() > Now() && started_) return;
    started_ = true;
    Effects out;
    crawl_.Tick(Now(), out);
    Apply(out);
  }
  std::size_t visits() const { return crawl_.Progress().visits; }
  void Stop() {
    Effects out;
    crawl_.Stop(Now(), out);
    Apply(out);
  }
  bool Done() const { return crawl_.Done(); }
  Census Result() const { return crawl_.Result(Now()); }

 private:
  Time Now() const { return SimClock::Epoch() + network_.now(); }
  void Apply(const Effects& out) {
    for (const Effect& effect : out.list) {
      if (const auto* send = std::get_if<Send>(&effect)) network_.SendFrom(host_, send->to, out.View(*send));
    }
  }

  SimNetwork& network_;
  Rng rng_;
  Crawl crawl_;
  HostId host_ = kNoHost;
  bool started_ = false;
};

}  // namespace

MapResult MapFrom(SimNetwork& network, const Endpoint& first, const Endpoint& at, std::uint64_t seed,
                  std::size_t visits, const std::function<double()>& count) {
  const Duration begin = network.now();
  std::vector<std::pair<Time, double>> counts;  // each from then on
  Mapper mapper(network, first, at, seed);
  network.RunUntilTrue(std::chrono::minutes{10}, std::chrono::milliseconds{5}, [&] {
    if (count) {
      const double now = count();
      if (counts.empty() || counts.back().second != now) counts.emplace_back(SimClock::Epoch() + network.now(), now);
    }
    mapper.Step();
    if (visits != SIZE_MAX && mapper.visits() >= visits) mapper.Stop();
    return mapper.Done();
  });
  MapResult result;
  result.seconds = std::chrono::duration<double>(network.now() - begin).count();
  result.census = mapper.Result();
  result.reachable = Summarize(result.census).reachable;
  for (const auto& [since, value] : counts) {
    if (since <= result.census.moment || since == counts.front().first) result.truth = value;
  }
  return result;
}

}  // namespace hearsay::sim
