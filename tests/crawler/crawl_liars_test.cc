// SPDX-License-Identifier: MIT
// Crawl: what those who own a few addresses can do to a map, to a victim, and to honest nodes.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/crawler/toy_crawl.h"

namespace hearsay {
namespace {

using std::chrono::seconds;
using test::Find;
using test::Names;
using test::Seeds;
using test::ToyNetwork;
using test::ToyPeer;
using test::ToyScript;
using test::Walk;

constexpr std::uint16_t kPort = 7075;

// Of the n-th /16: 5.n.0.0.
Endpoint InGroup(std::uint32_t group, std::uint32_t host = 1, std::uint16_t port = kPort) {
  return {IpAddress::V4(5u << 24 | group << 16 | host), port};
}

// Honest nodes, each in a group of its own; everybody names everybody.
std::vector<ToyPeer*> AddHonest(ToyNetwork& network, std::uint32_t count) {
  std::vector<Endpoint> all;
  for (std::uint32_t i = 1; i <= count; ++i) all.push_back(InGroup(i));
  std::vector<ToyPeer*> out;
  for (const Endpoint& endpoint : all) out.push_back(&network.Add(endpoint, Names(all)));
  return out;
}

// Names these, as many in a sample as fit, over and over.
ToyScript NamesInTurn(std::vector<Endpoint> endpoints) {
  ToyScript script;
  script.sample = [all = std::move(endpoints), next = std::size_t{0}](std::uint64_t) mutable {
    std::vector<Endpoint> out;
    for (std::size_t i = 0; i < std::min(kMaxSampleEndpoints, all.size()); ++i) out.push_back(all[next++ % all.size()]);
    return out;
  };
  return script;
}

std::size_t Found(const Census& census, const std::vector<ToyPeer*>& peers) {
  return static_cast<std::size_t>(std::count_if(
      peers.begin(), peers.end(), [&](const ToyPeer* peer) { return Find(census, peer->id()) != nullptr; }));
}

TEST(CrawlLiars, AimFewPacketsAtOneVictimsManyPorts) {
  ToyNetwork network;
  std::vector<Endpoint> ports;
  for (std::uint16_t port = 1; port <= 448; ++port) ports.push_back({*IpAddress::Parse("6.6.6.6"), port});
  const Census census = Walk(network, Seeds({network.Add(InGroup(1), NamesInTurn(ports)).endpoint()}), seconds{300});
  std::size_t packets = 0;
  for (const auto& [endpoint, count] : network.sent_to) {
    if (endpoint.address == ports[0].address) packets += count;
  }
  EXPECT_LE(packets, FrontierLimits{}.ports_per_teller * 8);
  EXPECT_TRUE(census.complete);  // what one group says is no proof that anything is missing
  EXPECT_EQ(census.distrusted, 448u - FrontierLimits{}.ports_per_teller);
}

// Before, nobody of a group with 64 silent neighbours got a second packet.
TEST(CrawlLiars, CannotHideWhoLostAPacketBehindMadeUpNeighbours) {
  ToyNetwork network;
  std::vector<Endpoint> all;
  for (std::uint32_t host = 1; host <= 30; ++host) all.push_back(InGroup(host % 2, host));
  std::vector<ToyPeer*> honest;
  for (const Endpoint& endpoint : all) {
    honest.push_back(&network.Add(endpoint, Names(all)));
    if (honest.size() % 3 == 0) network.deaf_for[endpoint] = 1;
  }
  std::vector<Endpoint> made_up;
  for (std::uint32_t host = 0; host < 400; ++host) made_up.push_back(InGroup(host % 2, 4096 + host));
  const Endpoint liar = network.Add(InGroup(99), NamesInTurn(made_up)).endpoint();
  const Census census = Walk(network, Seeds({all[0], liar}), std::chrono::hours{1});
  EXPECT_TRUE(census.complete);
  EXPECT_EQ(Found(census, honest), 30u);
}

// Hidden peers of honest nodes are named by several; the table of the crawl is no reason to call it cut off.
TEST(CrawlLiars, CannotFillTheTableOfHiddenIds) {
  constexpr IdPrefix kHidden = 42;
  ToyNetwork network;
  std::vector<Endpoint> all = {InGroup(98), InGroup(99), InGroup(1), InGroup(2)};
  for (const Endpoint& endpoint : all) {
    ToyScript script = Names(all);
    const bool lies = endpoint == all[0] || endpoint == all[1];
    script.hidden = [lies, next = IdPrefix{1000}]() mutable {
      std::vector<IdPrefix> out;
      for (int i = 0; lies && i < 32; ++i) out.push_back(next++);
      return lies ? out : std::vector{kHidden};
    };
    network.Add(endpoint, std::move(script));
  }
  CrawlConfig config = Seeds(all);
  config.hidden = 64;  // four a group
  const Census census = Walk(network, config, seconds{300});
  EXPECT_TRUE(census.complete);
  EXPECT_GT(census.distrusted, 0u);
  EXPECT_EQ(census.hidden.size(), 5u) << "four on which the liars agree, and one that is";
  EXPECT_TRUE(std::ranges::any_of(census.hidden, [](const HiddenNode& node) { return node.id == kHidden; }));
}

// A seed would otherwise call every census incomplete, and never be fresh.
TEST(CrawlLiars, CannotMakeAWholeMapIncomplete) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 20);
  std::vector<Endpoint> ports;
  for (std::uint16_t port = 1; port <= 17; ++port) ports.push_back({*IpAddress::Parse("6.6.6.6"), port});
  const Endpoint liar = network.Add(InGroup(99), NamesInTurn(ports)).endpoint();
  const Census census = Walk(network, Seeds({honest[0]->endpoint(), liar}), seconds{300});
  EXPECT_EQ(Found(census, honest), 20u);
  EXPECT_TRUE(census.complete);
}

// All ids of one address, met before anybody honest, name wrong ports of honest nodes' addresses.
TEST(CrawlLiars, CannotUseUpThePortsOfHonestNodes) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  std::vector<Endpoint> seeds;
  for (std::uint16_t id = 0; id < 16; ++id) {
    std::vector<Endpoint> lies;
    for (std::uint32_t of = 0; of < 28; ++of) {
      for (std::uint16_t port = 1; port <= 16; ++port) {
        lies.push_back(InGroup(1 + of, 1, static_cast<std::uint16_t>(100 * id + port)));
      }
    }
    const Endpoint at = InGroup(200, 1, static_cast<std::uint16_t>(9000 + id));
    seeds.push_back(network.Add(at, NamesInTurn(lies)).endpoint());
  }
  seeds.push_back(honest[0]->endpoint());
  const Census census = Walk(network, Seeds(seeds), seconds{3600});
  EXPECT_EQ(Found(census, honest), 28u);
}

// Nodes of one group prove themselves to one honest node and to nobody else.
TEST(CrawlLiars, CannotFrameAnHonestNodeFromOneGroup) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 30);
  std::vector<Endpoint> said;
  for (std::uint32_t i = 1; i <= 20; ++i) said.push_back(InGroup(i));
  for (std::uint32_t host = 1; host <= 42; ++host) said.push_back(InGroup(150, host));
  honest[7]->script = NamesInTurn(said);
  std::vector<Endpoint> lies;
  for (std::uint32_t i = 1; i <= 62; ++i) lies.push_back(InGroup(100 + i, 77));
  const ToyPeer& liar = network.Add(InGroup(99), NamesInTurn(lies));
  const Census census = Walk(network, Seeds({honest[0]->endpoint(), honest[7]->endpoint(), liar.endpoint()}),
                             seconds{600});
  for (const ToyPeer* node : honest) EXPECT_FALSE(Find(census, node->id())->suspect);
  EXPECT_EQ(Find(census, honest[7]->id())->sampled, 62u);
  EXPECT_TRUE(Find(census, liar.id())->suspect);
}

// Made-up nodes of one group cost the crawl seconds, not minutes, and an honest node among them little of that.
TEST(CrawlLiars, CannotKeepACrawlBusyWithOneGroupsDead) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 20);
  std::vector<Endpoint> dead;
  for (std::uint32_t host = 1; host <= 448; ++host) dead.push_back(InGroup(5, 1000 + host));
  const ToyPeer& liar = network.Add(InGroup(99), NamesInTurn(dead));
  const Time begin = network.now;
  const Census census = Walk(network, Seeds({liar.endpoint(), honest[0]->endpoint()}), seconds{600});
  EXPECT_EQ(Found(census, honest), 20u);
  ASSERT_EQ(census.silent.size(), 448u);
  for (const MappedEndpoint& silent : census.silent) EXPECT_EQ(silent.named_by, 1u);
  EXPECT_LE(network.now - begin, seconds{180});
}

// Ids of one group that one other names each, as nodes would be of which far more exist than were found.
struct Staged {
  std::vector<Endpoint> tellers;
  std::size_t nodes = 0;
};
Staged Stage(ToyNetwork& network, std::uint32_t ids, const ToyScript& script, std::vector<Endpoint> dead = {}) {
  Staged out{.tellers = {}, .nodes = 4 + 4 * ids};
  for (std::uint32_t teller = 1; teller <= 4; ++teller) {
    std::vector<Endpoint> names = dead;
    for (std::uint32_t host = 1; host <= ids; ++host) names.push_back(InGroup(200, 1'000 * teller + host));
    for (auto name = names.begin() + static_cast<std::ptrdiff_t>(dead.size()); name != names.end(); ++name) {
      network.Add(*name, script);
    }
    out.tellers.push_back(network.Add(InGroup(200, teller), NamesInTurn(names)).endpoint());
  }
  return out;
}

// Whether the crawl goes on from a journal or not. Were each taken for what it seems, 12,900 nodes would be estimated.
TEST(CrawlLiars, CannotMakeTheNetworkLookLargerByStagingRareNodes) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  Staged staged = Stage(network, 40, Names({honest[0]->endpoint()}));
  staged.tellers.push_back(honest[0]->endpoint());
  CrawlConfig config = Seeds(staged.tellers);
  config.keeps_journal = true;
  Crawl crawl(config, test::CallerIdentity(), network.key, test::CallerSeed(), network.now);
  ASSERT_TRUE(network.RunUntilDone(crawl, seconds{600}));
  const Census census = crawl.Result(network.now);
  ASSERT_EQ(census.nodes.size(), 28 + staged.nodes);
  EXPECT_LE(census.estimate->nodes, 192 + 5);
  EXPECT_LE(census.estimate->high, 192 + 30);

  Bytes journal;
  crawl.TakeJournal(journal);
  Crawl resumed(config, test::CallerIdentity(), network.key, test::CallerSeed(), network.now);
  resumed.Resume(*ReadJournal(journal, network.key));
  EXPECT_EQ(resumed.Result(network.now).estimate->nodes, census.estimate->nodes);
}

// Nor where some honest nodes are newcomers, whom one other names, and the staged ones name as much as they like.
TEST(CrawlLiars, CannotHideBehindHonestNewcomers) {
  const auto estimate = [](bool attacked) {
    ToyNetwork network;
    auto honest = AddHonest(network, 28);
    std::vector<Endpoint> all;
    for (const ToyPeer* node : honest) all.push_back(node->endpoint());
    for (std::uint32_t i = 0; i < 5; ++i) {
      std::vector<Endpoint> names = all;
      names.push_back(network.Add(InGroup(60 + i), Names(all)).endpoint());
      honest[5 * i]->script = Names(names);
    }
    std::vector<Endpoint> seeds = {all[0]};
    std::size_t nodes = 28 + 5;
    if (attacked) {
      const Staged staged = Stage(network, 75, NamesInTurn(all));
      seeds.insert(seeds.end(), staged.tellers.begin(), staged.tellers.end());
      nodes += staged.nodes;
    }
    const Census census = Walk(network, Seeds(seeds), seconds{600});
    EXPECT_EQ(census.nodes.size(), nodes);
    return census.estimate->nodes - static_cast<double>(nodes);
  };
  const double alone = estimate(false);
  EXPECT_NEAR(alone, 5 * 4 / 2, 1);  // nobody is named by two
  EXPECT_LE(estimate(true), 10 * alone);  // 300 staged ones would add 45,000
}

// Nor by letting honest nodes name them: each staged one proved itself to one of those, ever another.
TEST(CrawlLiars, CannotMakeTheNetworkLookLargerByStagingRareNodesAtHonestOnes) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  std::vector<Endpoint> all;
  for (const ToyPeer* node : honest) all.push_back(node->endpoint());
  constexpr std::uint32_t kStaged = 11;  // at each; others in its sample besides
  for (std::uint32_t i = 0; i < 28; ++i) {
    std::vector<Endpoint> names(all.begin() + i % 8, all.begin() + i % 8 + 21);
    for (std::uint32_t host = 1; host <= kStaged; ++host) {
      names.push_back(network.Add(InGroup(200, 100 * i + host), Names(all)).endpoint());
    }
    honest[i]->script = Names(names);
  }
  const Census census = Walk(network, Seeds({all[0], all[7], all[20]}), seconds{600});
  ASSERT_EQ(Found(census, honest), 28u);
  ASSERT_EQ(census.nodes.size(), 28 + 28 * kStaged);
  EXPECT_LE(census.estimate->nodes, 28 + 28 * kStaged + 30);  // they would be 45,000
}

std::unique_ptr<Crawl> StoppedAfter(Duration time, ToyNetwork& network, const std::vector<Endpoint>& seeds) {
  auto crawl = std::make_unique<Crawl>(Seeds(seeds), test::CallerIdentity(), network.key, test::CallerSeed(),
                                       network.now);
  const Time end = network.now + time;
  network.RunWhile(*crawl, [&] { return network.now < end; });
  Effects out;
  crawl->Stop(network.now, out);
  return crawl;
}

// Of what lies in one address group and was not dialled, however many name it.
TEST(CrawlLiars, CannotMakeAStoppedCrawlSayMuchMoreByNamingTheSame) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  std::vector<Endpoint> dead;
  for (std::uint32_t i = 1; i <= 2000; ++i) dead.push_back(InGroup(200, 20'000 + i));
  std::vector<Endpoint> seeds = {honest[0]->endpoint()};
  for (std::uint32_t i = 0; i < 15; ++i) {  // each says as much as is listened to, three the same
    const auto part = dead.begin() + i / 3 * 400;
    seeds.push_back(network.Add(InGroup(200, 1 + i), NamesInTurn({part, part + 400})).endpoint());
  }
  const auto crawl = StoppedAfter(seconds{1}, network, seeds);
  const Census census = crawl->Result(network.now);
  ASSERT_FALSE(census.complete);
  ASSERT_TRUE(census.estimate);
  EXPECT_GE(crawl->Progress().waiting, 1900u);
  EXPECT_LE(census.estimate->nodes, 28 + 15 + 15);
}

// A crawl that was stopped has not dialled what a liar made up.
TEST(CrawlLiars, CannotMakeAStoppedCrawlSayMuchMore) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  std::vector<Endpoint> dead;
  for (std::uint32_t i = 1; i <= 400; ++i) dead.push_back(InGroup(200, 20'000 + i));
  const Staged staged = Stage(network, 10, Names({honest[0]->endpoint()}), dead);
  std::vector<Endpoint> seeds = staged.tellers;
  seeds.push_back(honest[0]->endpoint());
  const auto crawl = StoppedAfter(seconds{3}, network, seeds);
  const Census census = crawl->Result(network.now);
  ASSERT_FALSE(census.complete);
  ASSERT_TRUE(census.estimate);
  EXPECT_LE(census.estimate->high, 28 + 4 + 40 + 100);
}

// Ids of one group fall silent when they are looked at again: that takes seconds, however many there are.
TEST(CrawlLiars, CannotDrawOutTheSecondLooks) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  const Staged staged = Stage(network, 75, Names({honest[0]->endpoint()}));
  std::vector<Endpoint> seeds = staged.tellers;
  seeds.push_back(honest[0]->endpoint());
  CrawlConfig config = Seeds(seeds);
  config.second_looks = 256;
  Crawl crawl(config, test::CallerIdentity(), network.key, test::CallerSeed(), network.now);
  network.RunWhile(crawl, [&] { return crawl.Progress().visits < 28 + staged.nodes; });
  for (std::uint32_t teller = 1; teller <= 4; ++teller) {
    for (std::uint32_t host = 1; host <= 75; ++host) network.Remove(InGroup(200, 1'000 * teller + host));
  }
  const Time walked = network.now;
  ASSERT_TRUE(network.RunUntilDone(crawl, seconds{600}));
  EXPECT_LE(network.now - walked, seconds{15});
  const Census census = crawl.Result(network.now);
  EXPECT_GE(census.looks.nodes, 28u);
  EXPECT_LE(census.looks.nodes, 28u + 16);
}

}  // namespace
}  // namespace hearsay
