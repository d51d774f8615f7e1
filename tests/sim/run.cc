// SPDX-License-Identifier: MIT
#include "tests/sim/run.h"

#include <algorithm>

#include "tests/sim/random_time.h"
#include "tests/sim/views.h"

namespace hearsay::sim {

std::vector<HostId> Run::AddNodes(std::uint32_t count) {
  std::vector<HostId> hosts;
  for (std::uint32_t i = 0; i < count; ++i) {
    NodeSpec spec;
    spec.scope = scope();
    if (i > 0) spec.bootstrap = {hosts.front()};
    hosts.push_back(network.Add(std::move(spec)));
  }
  return hosts;
}

void Run::StartWithin(std::span<const HostId> hosts, Duration spread) {
  for (const HostId host : hosts) {
    network.At(network.now() + RandomBelow(network.rng(), spread), [this, host] { network.Start(host); });
  }
  network.RunFor(spread);
}

std::vector<HostId> Run::Choose(std::span<const HostId> hosts, std::size_t count) {
  std::vector<HostId> chosen(hosts.begin(), hosts.end());
  network.rng().PartialShuffle(chosen, count);
  chosen.resize(std::min(count, chosen.size()));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

void Run::Expect(bool condition, const std::string& what, HostId host) {
  if (!condition) network.Fail(host, what);
}

void Run::ExpectFullViews(Duration limit, const std::string& when) {
  const Duration begin = network.now();
  std::optional<std::string> lacking;
  const bool full = network.RunUntilTrue(limit, PollStep(), [&] {
    lacking = WhoLacksAView(network);
    return !lacking;
  });
  if (!broken()) Expect(full, when + ": " + lacking.value_or(""));
  if (broken()) return;
  Measure("full views " + when, network.now() - begin);
}

void Run::ExpectForgotten(std::span<const HostId> hosts, Duration limit) {
  const Duration begin = network.now();
  std::size_t holders = 0;
  const bool gone = network.RunUntilTrue(limit, PollStep(), [&] {
    holders = ViewsThatHold(network, hosts);
    return holders == 0;
  });
  if (!broken()) Expect(gone, std::to_string(holders) + " views still hold dead nodes");
  if (broken()) return;
  Measure("dead in no view", network.now() - begin);
}

void Run::HoldUntilEnd() {
  if (network.now() < end()) network.RunUntil(end());
  ExpectFullViews(pace_.death, "at the end");
}

void Run::Measure(const std::string& name, Duration value) {
  Measure(name, std::to_string(std::chrono::duration_cast<milliseconds>(value).count()) + " ms");
}

}  // namespace hearsay::sim
