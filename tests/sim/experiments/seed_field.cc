// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/seed_field.h"

#include "tests/sim/random_time.h"

namespace hearsay::sim {

SeedField::SeedField(std::uint64_t seed, const Config& config) : stage(seed) {
  std::size_t count = config.ending;
  for (const Kind& kind : config.kinds) count += kind.nodes;
  endpoints_ = stage.population.LikeTheInternet(count + config.gone, stage.rng);
  contacts_ = endpoints_;
  endpoints_.resize(count);
  hosts_ = stage.AddHonest(endpoints_);
  for (std::size_t i = 0; i < count; ++i) host_at_.emplace(endpoints_[i], hosts_[i]);
  stage.Introduce(hosts_, contacts_, kContacts);
  stage.StartAll(hosts_, kRound);
  auto next = hosts_.begin();
  for (const Kind& kind : config.kinds) {
    const auto end = next + static_cast<std::ptrdiff_t>(kind.nodes);
    ChurnConfig churn{.hosts = {next, end}, .mean_up = kind.up, .mean_down = kind.down, .until = Duration::max()};
    churns_.push_back(std::make_unique<Churn>(stage.network, std::move(churn)));
    // Churn starts whom it finds stopped: only once all have been started.
    stage.network.At(kRound, [it = churns_.back().get()] { it->Begin(); });
    next = end;
  }
  for (; next != hosts_.end(); ++next) {
    const Duration when = config.first_end + RandomBelow(stage.rng, config.last_end - config.first_end);
    stage.network.At(when, [this, host = *next] { stage.network.Kill(host); });
  }
}

std::unique_ptr<SimSeed> SeedField::AddSeed(Duration every, Duration wait) {
  NodeSpec spec;
  spec.endpoint = stage.population.Scattered(1).front();
  spec.role = Role::kSeed;
  const Endpoint at = *spec.endpoint;
  const HostId host = stage.network.Add(std::move(spec));
  const HostId hosts[] = {host};
  stage.Introduce(hosts, contacts_, kContacts);
  stage.network.Start(host);
  host_at_.emplace(at, host);
  auto seed = std::make_unique<SimSeed>(stage.network, host, every, stage.rng.Next64());
  seed->Begin(wait);
  return seed;
}

}  // namespace hearsay::sim
