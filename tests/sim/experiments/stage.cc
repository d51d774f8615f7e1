// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/stage.h"

#include <algorithm>

#include "tests/sim/mix.h"
#include "tests/sim/random_time.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kSamplesEach = 4;  // calls of SamplePeer() for each node

}  // namespace

SimConfig Stage::Config(std::uint64_t seed) {
  SimConfig config;
  config.seed = seed;
  config.link.loss_ppm = 5'000;
  config.keep_ledgers = false;
  config.keep_trace = false;
  config.check_every = 1u << 20;
  config.inspect_every = 1u << 20;
  return config;
}

Stage::Stage(std::uint64_t seed) : rng(Rng::FromNumber(Mix(seed, 0x5e70))), network(Config(seed)) {}

std::vector<HostId> Stage::AddHonest(const std::vector<Endpoint>& endpoints) {
  std::vector<HostId> hosts;
  for (const Endpoint& endpoint : endpoints) {
    NodeSpec spec;
    spec.endpoint = endpoint;
    hosts.push_back(network.Add(std::move(spec)));
  }
  return hosts;
}

void Stage::Introduce(std::span<const HostId> hosts, const std::vector<Endpoint>& seeds, std::size_t contacts) {
  std::vector<Endpoint> draw = seeds;
  for (const HostId host : hosts) {
    rng.PartialShuffle(draw, contacts + 1);
    const auto drawn = static_cast<std::ptrdiff_t>(std::min(contacts + 1, draw.size()));
    std::vector<Endpoint> own(draw.begin(), draw.begin() + drawn);
    std::erase(own, network.PublicEndpoint(host));
    own.resize(std::min(own.size(), contacts));
    network.SetContacts(host, std::move(own));
  }
}

void Stage::StartAll(std::span<const HostId> hosts, Duration spread) {
  for (const HostId host : hosts) {
    network.At(network.now() + RandomBelow(rng, spread), [this, host] { network.Start(host); });
  }
}

ViewCensus Stage::Count(std::span<const HostId> hosts) {
  ViewCensus census;
  std::size_t counted = 0;
  std::size_t draws = 0;
  for (const HostId host : hosts) {
    if (!network.IsRunning(host)) continue;
    ++counted;
    Node& node = network.node(host);
    const std::vector<Endpoint> slots = node.Slots();
    const auto hostile = static_cast<double>(
        std::count_if(slots.begin(), slots.end(), [this](const Endpoint& e) { return IsHostile(e); }));
    const double share = slots.empty() ? 0 : hostile / static_cast<double>(slots.size());
    census.views += share;
    census.worst = std::max(census.worst, share);
    if (hostile == static_cast<double>(slots.size())) ++census.isolated;
    std::size_t known_hostile = 0;
    std::size_t known = 0;
    node.ForEachVerified([&](const Endpoint& endpoint) {
      ++known;
      known_hostile += IsHostile(endpoint) ? 1 : 0;
    });
    if (known != 0) census.table += static_cast<double>(known_hostile) / static_cast<double>(known);
    census.known += static_cast<double>(known - known_hostile);
    for (std::size_t i = 0; i < kSamplesEach; ++i) {
      const auto peer = node.SamplePeer();
      if (!peer) continue;
      ++draws;
      census.samples += IsHostile(peer->endpoint) ? 1 : 0;
    }
  }
  if (counted != 0) {
    census.views /= static_cast<double>(counted);
    census.table /= static_cast<double>(counted);
    census.known /= static_cast<double>(counted);
  }
  if (draws != 0) census.samples /= static_cast<double>(draws);
  return census;
}

std::map<Endpoint, std::size_t> Stage::InDegrees(std::span<const HostId> hosts) const {
  std::map<Endpoint, std::size_t> degrees;
  for (const HostId host : hosts) {
    if (!network.IsRunning(host)) continue;
    for (const Endpoint& endpoint : network.node(host).Slots()) ++degrees[endpoint];
  }
  return degrees;
}

std::vector<Endpoint> Stage::EndpointsOf(std::span<const HostId> hosts) const {
  std::vector<Endpoint> out;
  for (const HostId host : hosts) out.push_back(network.PublicEndpoint(host));
  return out;
}

}  // namespace hearsay::sim
