// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/mapper.h"

namespace hearsay::sim {

Mapper::Mapper(SimNetwork& network, CrawlConfig config, const Endpoint& at, std::uint64_t seed)
    : network_(network),
      rng_(Rng::FromNumber(seed)),
      crawl_(std::move(config), Identity(rng_.Array<Identity::kSeedSize>()), NetworkKey::Open("simulation"),
             rng_.Array<32>(), Now()),
      now_(Now()) {
  host_ = network_.AddSocket(at, [this](const Delivery& d) {
    Effects out;
    crawl_.Receive({d.from, d.local, d.bytes}, Now(), out);
    Apply(out);
  });
}

void Mapper::Run(Duration limit, const std::function<bool()>& go_on) {
  network_.RunUntilTrue(limit, std::chrono::milliseconds{5}, [&] {
    Step();
    if (go_on && !go_on()) Stop();
    return crawl_.Done();
  });
  now_ = Now();
}

void Mapper::Step() {
  if (crawl_.NextDeadline() > Now() && started_) return;
  started_ = true;
  Effects out;
  crawl_.Tick(Now(), out);
  Apply(out);
}

void Mapper::Stop() {
  Effects out;
  crawl_.Stop(Now(), out);
  Apply(out);
}

void Mapper::Apply(const Effects& out) {
  for (const Effect& effect : out.list) {
    if (const auto* send = std::get_if<Send>(&effect)) network_.SendFrom(host_, send->to, out.View(*send));
  }
}

MapResult MapFrom(SimNetwork& network, const Endpoint& first, const Endpoint& at, std::uint64_t seed,
                  std::size_t visits, const std::function<double()>& count) {
  const Duration begin = network.now();
  std::vector<std::pair<Time, double>> counts;  // each from then on
  Mapper mapper(network, {.seeds = {{first, {}}}, .software = "hearsay-sim/1", .frontier = {}, .visit = {}}, at, seed);
  mapper.Run(std::chrono::minutes{10}, [&] {
    if (count) {
      const double now = count();
      if (counts.empty() || counts.back().second != now) counts.emplace_back(SimClock::Epoch() + network.now(), now);
    }
    return visits == SIZE_MAX || mapper.crawl().Progress().visits < visits;
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
