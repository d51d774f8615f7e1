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
  EXPECT_LE(network.now - begin, seconds{150});
}

// Ids of one group that one other names each, as nodes would be of which far more exist than were found; whether the
// crawl goes on from a journal or not.
TEST(CrawlLiars, CannotMakeTheNetworkLookLargerByStagingRareNodes) {
  ToyNetwork network;
  const auto honest = AddHonest(network, 28);
  std::vector<Endpoint> seeds = {honest[0]->endpoint()};
  for (std::uint32_t teller = 1; teller <= 4; ++teller) {
    std::vector<Endpoint> staged;
    for (std::uint32_t host = 1; host <= 40; ++host) staged.push_back(InGroup(200, 100 * teller + host));
    for (const Endpoint& endpoint : staged) network.Add(endpoint, Names({honest[0]->endpoint()}));
    seeds.push_back(network.Add(InGroup(200, teller), NamesInTurn(staged)).endpoint());
  }
  CrawlConfig config = Seeds(seeds);
  config.keeps_journal = true;
  Crawl crawl(config, test::CallerIdentity(), network.key, test::CallerSeed(), network.now);
  ASSERT_TRUE(network.RunUntilDone(crawl, seconds{600}));
  const Census census = crawl.Result(network.now);
  ASSERT_EQ(census.nodes.size(), 28u + 160 + 4);
  EXPECT_LE(census.estimate->nodes, 192 + 20);
  EXPECT_LE(census.estimate->high, 192 + 80);

  Bytes journal;
  crawl.TakeJournal(journal);
  Crawl resumed(config, test::CallerIdentity(), network.key, test::CallerSeed(), network.now);
  resumed.Resume(*ReadJournal(journal, network.key));
  EXPECT_EQ(resumed.Result(network.now).estimate->nodes, census.estimate->nodes);
}

}  // namespace
}  // namespace hearsay
