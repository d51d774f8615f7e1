// SPDX-License-Identifier: MIT
//
// The table of scenarios: what a network goes through, and what must be true of it afterwards.
#include <algorithm>

#include "tests/sim/churn.h"
#include "tests/sim/hostile_wire.h"
#include "tests/sim/random_time.h"
#include "tests/sim/run.h"
#include "tests/sim/scenario.h"
#include "tests/sim/views.h"

namespace hearsay::sim {
namespace {

constexpr Duration kStartSpread = seconds{1};
constexpr Duration kSettle = seconds{30};  // enough for stores to flush and for the eager first pulls to end

std::vector<HostId> Joined(Run& run) {
  const std::vector<HostId> hosts = run.AddNodes(run.nodes());
  run.StartWithin(hosts, kStartSpread);
  run.ExpectFullViews(run.pace().join, "after the start");
  return hosts;
}

void PlayJoin(Run& run) {
  Joined(run);
  run.HoldUntilEnd();
}

void PlayChurn(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  const Duration until = std::max(run.end(), run.network.now());
  Churn churn(run.network, {.hosts = {hosts.begin() + 1, hosts.end()}, .until = until});
  churn.Begin();
  // Everybody is up again at most one and a half mean pauses after the end.
  run.network.RunUntil(until + seconds{40});
  run.Measure("stops", std::to_string(churn.stops()));
  run.ExpectFullViews(run.pace().heal, "after the churn");
}

void PlayCrashHalf(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  run.network.RunFor(kSettle);
  const std::vector<HostId> dead = run.Choose(hosts, hosts.size() / 2);
  for (const HostId host : dead) run.network.Kill(host);
  run.ExpectForgotten(dead, run.pace().death);
  run.ExpectFullViews(run.pace().join, "of the survivors");
  run.HoldUntilEnd();
}

void PlayMassRestart(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  run.network.RunFor(kSettle);
  for (const HostId host : hosts) run.network.Kill(host);
  run.network.RunFor(seconds{5});
  run.network.SetNamesResolve(false);
  // The bootstrap stays away: stores alone must do.
  run.StartWithin(std::span(hosts).subspan(1), kStartSpread);
  run.ExpectFullViews(run.pace().join, "from the stores alone");
  run.HoldUntilEnd();
}

void PlayPartition(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  run.network.RunFor(kSettle);
  const std::vector<HostId> island = run.Choose(hosts, hosts.size() / 2);
  for (const HostId host : island) run.network.wire().partition().Place(host, 1);
  run.network.wire().partition().Cut(0, 1);
  run.network.RunFor(run.pace().death);
  for (const HostId host : hosts) {
    const bool on_island = std::find(island.begin(), island.end(), host) != island.end();
    const std::size_t same_side = (on_island ? island.size() : hosts.size() - island.size()) - 1;
    if (run.broken() || hosts.size() > kViewSlots) break;
    const std::size_t view = run.network.node(host).Status().view;
    run.Expect(view <= same_side, "a view of " + std::to_string(view) + " across a cut, of " +
                                      std::to_string(same_side) + " on its side", host);
  }
  run.network.RunFor(RandomBelow(run.network.rng(), minutes{3}));
  run.network.wire().partition().Heal();
  run.ExpectFullViews(run.pace().heal, "after the partition healed");
  run.HoldUntilEnd();
}

// One node's packets reach nobody while it hears everybody: the case that fools one-way failure detectors.
void PlayOneWay(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  run.network.RunFor(kSettle);
  const std::vector<HostId> mute = run.Choose(hosts, 1);
  run.network.wire().partition().Place(mute.front(), 1);
  run.network.wire().partition().CutOneWay(1, 0);
  run.ExpectForgotten(mute, run.pace().death);
  run.network.wire().partition().Heal();
  run.ExpectFullViews(run.pace().heal, "after the mute node could speak");
  run.HoldUntilEnd();
}

void PlayLossy(Run& run) {
  LinkConfig link = run.network.wire().link().config();
  const LinkConfig calm = link;
  link.loss_ppm = 200'000;
  link.duplicate_ppm = 50'000;
  link.reorder_ppm = 100'000;
  run.network.wire().link().Configure(link);
  const std::vector<HostId> hosts = run.AddNodes(run.nodes());
  run.StartWithin(hosts, kStartSpread);
  run.network.RunUntil(std::max(run.end(), run.network.now() + run.pace().join));
  const std::size_t percent = run.broken() ? 100 : PercentInView(run.network);
  run.Measure("in view under loss", std::to_string(percent) + " %");
  run.Expect(percent >= 80, "only " + std::to_string(percent) + " % of the wanted peers are in view under 20 % loss");
  run.network.wire().link().Configure(calm);
  run.ExpectFullViews(run.pace().heal, "after the loss ended");
}

void PlayNat(Run& run) {
  constexpr NatKind kKinds[] = {NatKind::kFullCone, NatKind::kAddressRestricted, NatKind::kPortRestricted,
                                NatKind::kSymmetric};
  const std::uint32_t open = std::max(3u, run.nodes() / 2);
  std::vector<HostId> hosts = run.AddNodes(open);
  for (std::uint32_t i = open; i < run.nodes(); ++i) {
    NodeSpec spec;
    spec.nat = run.network.AddNat(kKinds[i % std::size(kKinds)]);
    spec.announced = i % 8 == 7;
    spec.bootstrap = {hosts.front()};
    hosts.push_back(run.network.Add(std::move(spec)));
  }
  run.StartWithin(hosts, kStartSpread);
  run.ExpectFullViews(run.pace().join, "through translators");
  // Longer than the mappings live: keepalives must hold them open.
  run.network.RunFor(minutes{5});
  run.HoldUntilEnd();
}

void PlayClockSkew(Run& run) {
  std::vector<HostId> hosts;
  for (std::uint32_t i = 0; i < run.nodes(); ++i) {
    NodeSpec spec;
    spec.scope = run.scope();
    spec.skew.offset = RandomBelow(run.network.rng(), hours{24 * 730}) - hours{24 * 365};
    spec.skew.drift_ppm = static_cast<std::int32_t>(run.network.rng().Below(1001)) - 500;
    if (i > 0) spec.bootstrap = {hosts.front()};
    hosts.push_back(run.network.Add(std::move(spec)));
  }
  run.StartWithin(hosts, kStartSpread);
  run.ExpectFullViews(run.pace().join, "with clocks years apart");
  run.network.RunFor(kSettle);
  const std::vector<HostId> again = run.Choose(hosts, hosts.size() / 3);
  for (const HostId host : again) run.network.Kill(host);
  run.network.RunFor(seconds{2});
  run.StartWithin(again, kStartSpread);
  run.ExpectFullViews(run.pace().join + run.pace().death, "after restarts with clocks years apart");
  run.HoldUntilEnd();
}

void PlayTwoNetworks(Run& run) {
  // The other one has the same name and a key: no packet of it may mean anything to the first, nor back.
  const std::uint32_t other = run.network.AddNetwork(NetworkKey::Closed("simulation", run.network.rng().Array<32>()));
  std::vector<HostId> hosts;
  for (std::uint32_t i = 0; i < run.nodes(); ++i) {
    NodeSpec spec;
    spec.scope = run.scope();
    spec.network = i % 2 == 0 ? 0 : other;
    // Everybody is told of both bootstraps: one of the two names is of the wrong network.
    if (i > 1) spec.bootstrap = {hosts[0], hosts[1]};
    hosts.push_back(run.network.Add(std::move(spec)));
  }
  run.StartWithin(hosts, kStartSpread);
  run.ExpectFullViews(run.pace().join, "side by side");
  run.HoldUntilEnd();
}

void PlayAttributes(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  run.network.RunFor(kSettle);
  const HostId changed = run.Choose(hosts, 1).front();
  const Attributes attributes{{"port", "8080"}, {"round", std::to_string(run.parameters().seed % 1000)}};
  run.network.SetAttributes(changed, attributes);
  const Duration begin = run.network.now();
  const NodeId id = run.network.resident(changed).id;
  HostId behind = kNoHost;
  const bool spread = run.network.RunUntilTrue(run.pace().spread, milliseconds{100}, [&] {
    for (const HostId host : hosts) {
      if (host == changed) continue;
      const auto peer = run.network.node(host).FindPeer(id);
      if (!peer || !peer->in_view || peer->attributes == attributes) continue;
      behind = host;
      return false;
    }
    return true;
  });
  if (!run.broken()) run.Expect(spread, "has not heard of changed attributes", behind);
  run.Measure("attributes known to all", run.network.now() - begin);
  run.HoldUntilEnd();
}

// Restarts that lose the disk, at once and twice: ghosts of the former life must not lock the new one out.
void PlayAmnesia(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  for (int round = 0; round < 2; ++round) {
    run.network.RunFor(kSettle);
    const std::vector<HostId> again = run.Choose(std::span(hosts).subspan(1), hosts.size() / 4 + 1);
    for (const HostId host : again) {
      run.network.Kill(host);
      run.network.LoseDisk(host);
      run.network.Start(host);
    }
    run.ExpectFullViews(run.pace().join + run.pace().death, "after restarts without a disk");
  }
  run.HoldUntilEnd();
}

void PlayMove(Run& run) {
  const std::vector<HostId> hosts = Joined(run);
  run.network.RunFor(kSettle);
  const std::vector<HostId> movers = run.Choose(std::span(hosts).subspan(1), hosts.size() / 5 + 1);
  for (const HostId host : movers) {
    run.network.Move(host);
    // Long enough for everybody to notice: two that move at once may lose each other until somebody tells them.
    run.network.RunFor(run.pace().death);
  }
  run.ExpectFullViews(run.pace().heal, "after nodes changed their addresses");
  // Who joins now must learn the new addresses from others, and who comes back finds the movers where they are.
  NodeSpec late;
  late.scope = run.scope();
  late.bootstrap = {hosts.front()};
  run.network.Start(run.network.Add(std::move(late)));
  run.ExpectFullViews(run.pace().heal, "of a late joiner");
  run.HoldUntilEnd();
}

// Somebody on the path replays, diverts, alters and reflects, from before the first handshake on.
void PlayHostileWire(Run& run) {
  const std::vector<HostId> hosts = run.AddNodes(run.nodes());
  const Endpoint victim = run.place() == Place::kLan ? Endpoint{IpAddress::V4(0x0aff0001), 9}
                                                     : Endpoint{IpAddress::V4(0x05ffff01), 9};
  HostileWire hostile(run.network, victim, 20);
  run.StartWithin(hosts, kStartSpread);
  run.network.RunUntil(std::max(run.end(), run.network.now() + run.pace().join));
  const std::size_t percent = run.broken() ? 100 : PercentInView(run.network);
  run.Measure("attacks", std::to_string(hostile.attacks()));
  run.Measure("in view under attack", std::to_string(percent) + " %");
  run.Measure("victim", std::to_string(hostile.victim_received()) + " bytes received, " +
                            std::to_string(hostile.spent_on_victim()) + " spent");
  run.Expect(percent >= 80, "only " + std::to_string(percent) + " % of the wanted peers are in view under attack");
  run.Expect(hostile.victim_received() <= hostile.spent_on_victim(),
             "a silent victim received " + std::to_string(hostile.victim_received()) + " bytes for " +
                 std::to_string(hostile.spent_on_victim()) + " spent in its name");
  hostile.End();
  run.ExpectFullViews(run.pace().heal, "after the attack ended");
}

constexpr Scenario kScenarios[] = {
    {"join", "everybody starts within a second, from one bootstrap", 24, 60, false, PlayJoin},
    {"churn", "nodes crash, leave and come back for a while", 20, 300, false, PlayChurn},
    {"crash-half", "half of the nodes crash at once", 24, 120, false, PlayCrashHalf},
    {"mass-restart", "all crash and return without bootstrap and names", 24, 120, false, PlayMassRestart},
    {"partition", "the network is cut in two for minutes, then heals", 20, 300, false, PlayPartition},
    {"one-way", "one node is heard by nobody for a while, hears all", 16, 120, false, PlayOneWay},
    {"lossy", "20 % loss, duplicates and reordering", 12, 60, false, PlayLossy},
    {"nat", "half of the nodes have translators of four kinds", 24, 600, true, PlayNat},
    {"clock-skew", "clocks years apart and drifting; some nodes restart", 20, 300, false, PlayClockSkew},
    {"two-networks", "two networks of one name, one with a key, are mixed", 24, 120, false, PlayTwoNetworks},
    {"attributes", "a node's attributes change and all hear of it", 20, 120, false, PlayAttributes},
    {"amnesia", "nodes restart at once without what they had stored", 20, 120, false, PlayAmnesia},
    {"hostile-wire", "one datagram in 20 is replayed, diverted or altered", 16, 120, false, PlayHostileWire},
    {"move", "nodes change their addresses while they run", 20, 300, false, PlayMove},
};

}  // namespace

std::span<const Scenario> Scenarios() { return kScenarios; }

}  // namespace hearsay::sim
