// SPDX-License-Identifier: MIT
//
// Attackers who want something else than slots: other people's packets, other people's work, other people's trust.
#include <malloc.h>

#include <algorithm>

#include "tests/sim/experiments/battle.h"
#include "tests/sim/experiments/plays.h"
#include "tests/sim/experiments/relay.h"
#include "tests/sim/hostile_wire.h"

namespace hearsay::sim {

const char* const kReflectorSetUp =
    "700 honest nodes as on the internet and 300 attackers. From round 20 on every sample of an attacker holds the "
    "same victim's endpoint, where nobody answers. Packets that reach the victim are counted for one hour and for the "
    "hour after it; a node that got no answer does not dial again for a day, so that these are a day's. They are "
    "stated for 1,000 honest nodes, of which each does what one of the 700 did. Then, among 140 honest nodes and 60 "
    "attackers, the same with attackers that have a fresh id for each dial and announce the victim's endpoint as "
    "their own.";
const char* const kLiarsSetUp =
    "700 honest nodes as on the internet, of which a tenth is restarted at random every 5 minutes; 300 attackers whose "
    "samples hold 32 fresh endpoints at which nobody lives. 40 rounds.";
const char* const kHalfAliveSetUp =
    "700 honest nodes as on the internet, 150 attackers that answer pings and no pull, and 150 that prove themselves "
    "when dialled and then are silent for ever. 30 rounds.";
const char* const kIdChurnSetUp =
    "1,000 honest nodes as on the internet; 50 attacker addresses in 50 /16s that dial 100 honest nodes a round each, "
    "every time with a fresh id. 30 rounds.";
const char* const kStrangersSetUp =
    "One node; 1,000,000 hellos from as many made-up endpoints, 100,000 a second, none of which ever returns a cookie; "
    "every tenth is followed by a proof with a made-up cookie.";
const char* const kOnPathSetUp =
    "50 honest nodes; for 5 minutes somebody on the path takes one datagram in ten and replays it late, replays or "
    "diverts it with a victim's source address, alters a bit, or sends it back to its author. And somebody off the "
    "path whom every node is given as a contact passes on what it is sent to one of the nodes, and back.";

namespace {

constexpr int kRoundsAnHour = 240;

// Packets that reach a victim, from one honest node.
struct Reflected {
  double first_hour = 0;
  double next_hour = 0;
  double AMinuteOfThousand() const { return (first_hour + next_hour) * 1000 / 1440; }
};

// Among `nodes`, three in ten of them attackers.
template <typename Attacker>
Reflected Reflect(std::size_t nodes, std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  const std::size_t hostile = nodes * 3 / 10;
  battle.Begin<Attacker>(stage.population.LikeTheInternet(nodes - hostile, stage.rng),
                         stage.population.Scattered(hostile), 16);
  battle.Push(10);
  auto& attacker = static_cast<Attacker&>(*battle.swarm);
  attacker.victim = battle.swarm->endpoint(0);  // harmless so far
  battle.RunRounds(20);
  std::size_t packets = 0;
  const Endpoint victim = stage.population.Scattered(1).front();
  stage.network.AddSocket(victim, [&](const Delivery&) { ++packets; });
  attacker.victim = victim;
  const auto from_one = [honest = static_cast<double>(nodes - hostile)](std::size_t sent) {
    return static_cast<double>(sent) / honest;
  };
  battle.RunRounds(kRoundsAnHour);
  const std::size_t first_hour = packets;
  battle.RunRounds(kRoundsAnHour);
  return {from_one(first_hour), from_one(packets - first_hour)};
}

}  // namespace

std::vector<Figure> PlayReflector(std::uint64_t seed, const Progress& progress) {
  const Reflected told = Reflect<Reflector>(1000, seed, progress);
  const Reflected announced = Reflect<Announcer>(200, seed, progress);
  return {
      {"packets from one node, first hour", told.first_hour, "", Goal::None(), ""},
      {"packets from one node, next hour", told.next_hour, "", Goal::None(), ""},
      {"packets a minute at the victim of 1,000 nodes, mean of a day", told.AMinuteOfThousand(), "", Goal::AtMost(1),
       "Nano: every node dials, again and again"},
      {"announced: packets from one node, first hour", announced.first_hour, "", Goal::None(), ""},
      {"announced: packets from one node, next hour", announced.next_hour, "", Goal::None(), ""},
      {"announced: packets a minute of 1,000 nodes, mean of a day", announced.AMinuteOfThousand(), "", Goal::None(),
       ""},
  };
}

std::vector<Figure> PlayLiars(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  battle.Begin<Liar>(stage.population.LikeTheInternet(700, stage.rng), stage.population.Scattered(300), 32);
  battle.Push(10);
  for (int round = 0; round < 40; ++round) {
    if (round % 20 == 9) {
      std::vector<HostId> order = battle.hosts;
      stage.rng.PartialShuffle(order, 70);
      for (std::size_t i = 0; i < 70; ++i) {
        stage.network.Kill(order[i]);
        stage.network.At(stage.network.now() + std::chrono::seconds{30}, [&stage, host = order[i]] {
          stage.network.Start(host);
        });
      }
    }
    battle.RunRounds(1);
  }
  const ViewCensus census = stage.Count(battle.hosts);
  double shunned = 0;
  double honest_shunned = 0;
  double failed = 0;
  double dials = 0;
  for (const HostId host : battle.hosts) {
    const Node& node = stage.network.node(host);
    failed += static_cast<double>(node.counters()[Counter::kDialsFailed]);
    dials += static_cast<double>(node.counters()[Counter::kDialsStarted]);
    for (const PeerInfo& peer : node.Peers()) {
      if (peer.last_error != ErrorName(Error::kFalseSamples)) continue;
      (stage.IsHostile(peer.endpoint) ? shunned : honest_shunned) += 1;
    }
  }
  const auto nodes = static_cast<double>(battle.hosts.size());
  return {{"views", Percent(census.views), "%", Goal::AtMost(34), ""},
          {"liars shunned by a node", shunned / nodes, "", Goal::None(), ""},
          {"honest peers shunned by a node", honest_shunned / nodes, "", Goal::AtMost(0.01), ""},
          {"dials that met nobody", 100 * failed / dials, "%", Goal::None(), ""},
          {"honest peers known", census.known, "", Goal::AtLeast(690), ""}};
}

std::vector<Figure> PlayHalfAlive(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  const auto honest_at = stage.population.LikeTheInternet(700, stage.rng);
  const auto mute_at = stage.population.Scattered(150);
  const auto fickle_at = stage.population.Scattered(150);
  battle.Begin<HalfAlive>(honest_at, mute_at, 32);
  stage.MarkHostile(fickle_at);
  Fickle fickle(stage.network, fickle_at, 11);
  battle.Push(10);
  fickle.PushAt(honest_at, 10);
  battle.RunRounds(30);
  const ViewCensus census = stage.Count(battle.hosts);
  double silent = 0;
  double entries = 0;
  const std::set<Endpoint> gone(fickle_at.begin(), fickle_at.end());
  for (const HostId host : battle.hosts) {
    stage.network.node(host).ForEachInView([&](const Endpoint& e) {
      ++entries;
      silent += gone.contains(e) ? 1 : 0;
    });
  }
  return {{"views held by the mute and the silent", Percent(census.views), "%", Goal::AtMost(34), ""},
          {"silent peers in views", 100 * silent / entries, "%", Goal::AtMost(5), ""},
          {"honest peers known", census.known, "", Goal::AtLeast(690), ""}};
}

std::vector<Figure> PlayIdChurn(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  battle.Begin<IdChanger>(stage.population.LikeTheInternet(1000, stage.rng), stage.population.Scattered(50), 0);
  stage.Introduce(battle.hosts, stage.EndpointsOf(battle.hosts), 32);
  battle.Push(100);
  battle.RunRounds(30);
  const ViewCensus census = stage.Count(battle.hosts);
  double known = 0;
  for (const HostId host : battle.hosts) known += static_cast<double>(stage.network.node(host).Peers().size());
  return {{"views", Percent(census.views), "%", Goal::AtMost(6), "50 of about 910 groups: 5.5"},
          {"hostile share of tables", Percent(census.table), "%", Goal::AtMost(5), "50 of 1,050 addresses: 4.8"},
          {"peers remembered by a node", known / static_cast<double>(battle.hosts.size()), "", Goal::AtMost(1400), ""}};
}

std::vector<Figure> PlayStrangers(std::uint64_t seed, const Progress&) {
  Rng rng = Rng::FromNumber(seed);
  const NetworkKey key = NetworkKey::Open("simulation");
  Time now = SimClock::Epoch();
  const Endpoint local{IpAddress::V4(0x0b000001), kDefaultPort};
  CoreConfig config;
  config.software = "hearsay-sim/1";
  config.listen_port = local.port;
  Node node(config, Identity(rng.Array<Identity::kSeedSize>()), key, {}, rng.Array<32>(), now);
  Codec codec;
  DatagramBuffer hello;
  Effects out;
  const auto knock = [&](std::uint32_t i) {
    codec.Encode(BareKeepalive{rng.Array<32>()}, key, hello);
    out.Clear();
    const Endpoint from{IpAddress::V4(12u << 24 | static_cast<std::uint32_t>(rng.Below(80u << 24))),
                        static_cast<std::uint16_t>(1024 + rng.Below(60'000))};
    node.Receive({from, local, hello.view()}, now, out);
    if (i % 10 == 0) {
      codec.Encode(HandshakeProof{.query = rng.Array<32>(), .cookie = rng.Array<32>(), .initiator = {rng.Array<32>()},
                                  .ephemeral = rng.Array<32>(), .dialled = local, .session_id = rng.Next64()},
                   key, hello);
      node.Receive({from, local, hello.view()}, now, out);
    }
    if (node.NextDeadline() <= now) node.Tick(now, out);
    if (i % 100 == 0) now += std::chrono::milliseconds{1};
  };
  for (std::uint32_t i = 1; i <= 10'000; ++i) knock(i);  // what is made once is there
  const auto heap_before = static_cast<double>(mallinfo2().uordblks);
  const Counters before = node.counters();
  for (std::uint32_t i = 1; i <= 1'000'000; ++i) knock(i);
  const auto grown = [&](Counter c) { return static_cast<double>(node.counters()[c] - before[c]); };
  return {
      {"bytes of heap kept", std::max(0.0, static_cast<double>(mallinfo2().uordblks) - heap_before), "B",
       Goal::AtMost(0), "discv5 stores a challenge for each source"},
      {"signatures checked", grown(Counter::kSignaturesVerified), "", Goal::AtMost(0), ""},
      {"signatures made", grown(Counter::kSignaturesMade), "", Goal::AtMost(0), ""},
      {"bytes sent for each received", grown(Counter::kBytesSent) / grown(Counter::kBytesReceived), "", Goal::AtMost(1),
       "QUIC 3"},
      {"hellos answered", 100 * grown(Counter::kQueriesSent) / grown(Counter::kHellosReceived), "%", Goal::None(), ""},
  };
}

std::vector<Figure> PlayOnPath(std::uint64_t seed, const Progress& progress) {
  Battle battle(seed, progress);
  Stage& stage = battle.stage;
  const auto honest_at = stage.population.LikeTheInternet(50, stage.rng);
  battle.Begin(honest_at, {}, 4);
  const Endpoint relay_at = stage.population.Scattered(1).front();
  Relay relay(stage.network, relay_at, honest_at.front());
  for (std::size_t i = 1; i < battle.hosts.size(); ++i) {
    stage.network.SetContacts(battle.hosts[i], {honest_at[i - 1], relay_at});
  }
  battle.RunRounds(2);
  std::size_t known_before = 0;
  const auto known = [&] {
    std::size_t sum = 0;
    for (const HostId host : battle.hosts) sum += stage.network.node(host).Status().table;
    return sum;
  };
  known_before = known();
  HostileWire wire(stage.network, stage.population.Scattered(1).front(), 10);
  battle.RunRounds(20);
  wire.End();
  double strangers = 0;
  const std::set<Endpoint> known_good(honest_at.begin(), honest_at.end());
  for (const HostId host : battle.hosts) {
    stage.network.node(host).ForEachVerified([&](const Endpoint& e) { strangers += known_good.contains(e) ? 0 : 1; });
  }
  return {
      {"datagrams attacked", static_cast<double>(wire.attacks()), "", Goal::None(), ""},
      {"bytes to the victim for each spent in its name",
       static_cast<double>(wire.victim_received()) / std::max<double>(1, static_cast<double>(wire.spent_on_victim())),
       "", Goal::AtMost(1), "QUIC 3"},
      {"datagrams passed on by the relay", static_cast<double>(relay.passed_there() + relay.passed_back()), "",
       Goal::AtLeast(100), ""},
      {"endpoints verified that are nobody's", strangers, "", Goal::AtMost(0), "Nano v2 can be relayed"},
      {"peers verified, of those before", 100.0 * static_cast<double>(known()) / static_cast<double>(known_before), "%",
       Goal::AtLeast(99), ""},
  };
}

}  // namespace hearsay::sim
