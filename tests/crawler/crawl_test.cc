// SPDX-License-Identifier: MIT
// Crawl: a walk over networks of toy peers, some of which lie, sulk, nag or are not there.
#include "crawler/crawl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/crawler/toy_crawl.h"

namespace hearsay {
namespace {

using test::At;
using test::CallerIdentity;
using test::CallerSeed;
using test::Find;
using test::Loopback;
using test::Names;
using test::Seeds;
using test::ToyNetwork;
using test::ToyPeer;
using test::ToyScript;
using test::Walk;

// A ring in which everybody names the next `reach` peers.
std::vector<ToyPeer*> AddRing(ToyNetwork& network, int size, int reach) {
  std::vector<ToyPeer*> peers;
  for (int i = 0; i < size; ++i) {
    std::vector<Endpoint> next;
    for (int j = 1; j <= reach; ++j) next.push_back(Loopback(10'000 + (i + j) % size));
    peers.push_back(&network.Add(Loopback(10'000 + i), Names(next)));
  }
  return peers;
}

TEST(Crawl, FindsEveryNodeOfARingFromOneSeed) {
  ToyNetwork network;
  const auto peers = AddRing(network, 40, 2);
  const Census census = Walk(network, Seeds({Loopback(10'000)}));
  EXPECT_TRUE(census.complete);
  ASSERT_EQ(census.nodes.size(), 40u);
  EXPECT_TRUE(census.silent.empty());
  for (const ToyPeer* peer : peers) {
    const MappedNode* node = Find(census, peer->id());
    ASSERT_NE(node, nullptr);
    EXPECT_EQ(node->verdict, Verdict::kReachable);
    EXPECT_THAT(node->endpoints, testing::ElementsAre(peer->endpoint()));
    ASSERT_TRUE(node->record);
    EXPECT_EQ(node->record->software, "toy/1.0");
    EXPECT_EQ(node->rtt, 2 * test::kLatency);
    EXPECT_EQ(node->sampled, 2u);
    EXPECT_EQ(node->sampled_verified, 2u);
  }
}

TEST(Crawl, DrawsAnEdgeForEachNodeThatASampleNamed) {
  ToyNetwork network;
  const auto peers = AddRing(network, 10, 2);
  const Census census = Walk(network, Seeds({Loopback(10'000)}));
  std::set<std::pair<NodeId, NodeId>> expected, found;
  for (int i = 0; i < 10; ++i) {
    for (int j = 1; j <= 2; ++j) expected.emplace(peers[i]->id(), peers[(i + j) % 10]->id());
  }
  for (const auto& [from, to] : census.edges) found.emplace(census.nodes[from].id, census.nodes[to].id);
  EXPECT_EQ(found, expected);
  EXPECT_EQ(census.edges.size(), expected.size());
}

TEST(Crawl, GreetsWithARecordThatSaysCrawlerAndSaysGoodbye) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1), Names({}));
  Walk(network, Seeds({Loopback(1)}));
  ASSERT_TRUE(peer.visitor());
  EXPECT_EQ(peer.visitor()->role, Role::kCrawler);
  EXPECT_EQ(peer.visitor()->software, "hearsay/test");
  EXPECT_EQ(peer.goodbyes(), 1u);
}

TEST(Crawl, GivesADeadEndpointItsReasonAfterOneMoreTry) {
  ToyNetwork network;
  network.Add(Loopback(1), Names({Loopback(2)}));
  const Census census = Walk(network, Seeds({Loopback(1)}));
  ASSERT_EQ(census.silent.size(), 1u);
  EXPECT_EQ(census.silent[0].endpoint, Loopback(2));
  EXPECT_EQ(census.silent[0].verdict, Verdict::kTimeout);
  EXPECT_EQ(network.sent_to[Loopback(2)], 2 * kMaxDialAttempts);
  EXPECT_TRUE(census.complete);
}

TEST(Crawl, DeadNeighboursAreNoReasonToGiveUpWhoAnswered) {
  ToyNetwork network;
  const auto at = [](std::uint32_t host) { return Endpoint{IpAddress::V4(0x08080000 + host), 1}; };
  network.Add(at(9)).script.answers_proofs = false;
  CrawlConfig config = Seeds({at(1), at(2), at(3), at(9)});
  config.frontier.hopeless = 1;
  const Census census = Walk(network, config);
  ASSERT_EQ(census.silent.size(), 4u);
  EXPECT_EQ(census.silent[0].verdict, Verdict::kTimeout);
  EXPECT_EQ(census.silent[3].verdict, Verdict::kRefused);
}

TEST(Crawl, NamesEveryOtherReasonToo) {
  ToyNetwork network;
  network.Add(Loopback(1), Names({Loopback(2), Loopback(3), test::kCallerEndpoint}));
  network.Add(Loopback(2)).script.answers_proofs = false;
  ToyPeer& unsure = network.Add(Loopback(3));
  unsure.script.confirms = false;
  network.Add(Loopback(4));
  CrawlConfig config = Seeds({Loopback(1)});
  config.seeds.push_back({Loopback(4), CallerIdentity().id()});
  const Census census = Walk(network, config);
  ASSERT_EQ(census.silent.size(), 2u);  // our own endpoint is no part of the map
  EXPECT_EQ(census.silent[0].endpoint, Loopback(2));
  EXPECT_EQ(census.silent[0].verdict, Verdict::kRefused);
  EXPECT_EQ(census.silent[1].endpoint, Loopback(4));
  EXPECT_EQ(census.silent[1].verdict, Verdict::kWrongNodeId);
  ASSERT_NE(Find(census, unsure.id()), nullptr);
  EXPECT_EQ(Find(census, unsure.id())->verdict, Verdict::kUnconfirmed);
  const CensusSummary summary = Summarize(census);
  EXPECT_EQ(summary.nodes, 2u);
  EXPECT_EQ(summary.reachable, 1u);
  EXPECT_EQ(summary.unreachable, 3u);
  EXPECT_EQ(summary.reasons.at("refused"), 1u);
  EXPECT_EQ(summary.reasons.at("wrong_node_id"), 1u);
  EXPECT_EQ(summary.reasons.at("unconfirmed"), 1u);
}

TEST(Crawl, RemembersForeignAnswersToAnEarlyDialUntilTheLastOne) {
  ToyNetwork network;
  Crawl crawl(Seeds({Loopback(5), Loopback(6), Loopback(7)}), CallerIdentity(), network.key, CallerSeed(), network.now);
  Effects out;
  crawl.Tick(network.now, out);
  network.Launch(test::kCallerEndpoint, out);
  Codec codec;
  DatagramBuffer buffer;
  codec.Encode(HandshakeQuery{}, NetworkKey::Open("others"), buffer);
  crawl.Receive({Loopback(5), test::kCallerEndpoint, buffer.view()}, network.now, out);
  buffer.bytes[0] ^= std::byte{0x30};  // the upper half is the major version
  crawl.Receive({Loopback(6), test::kCallerEndpoint, buffer.view()}, network.now, out);
  EXPECT_TRUE(network.RunUntilDone(crawl, seconds{60}));
  const Census census = crawl.Result(network.now);
  ASSERT_EQ(census.silent.size(), 3u);
  EXPECT_EQ(census.silent[0].verdict, Verdict::kWrongNetwork);
  EXPECT_EQ(census.silent[1].verdict, Verdict::kWrongVersion);
  EXPECT_EQ(census.silent[2].verdict, Verdict::kTimeout);
  EXPECT_EQ(network.sent_to[Loopback(5)], 2 * kMaxDialAttempts);
}

TEST(Crawl, CountsANodeOnceWhateverItsEndpoints) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1), Names({Loopback(2), Loopback(3)}));
  network.AddDoor(Loopback(2), peer);
  network.AddDoor(Loopback(3), peer);
  const Census census = Walk(network, Seeds({Loopback(1), Loopback(2)}));
  ASSERT_EQ(census.nodes.size(), 1u);
  EXPECT_THAT(census.nodes[0].endpoints, testing::ElementsAre(Loopback(1), Loopback(2), Loopback(3)));
  EXPECT_TRUE(census.edges.empty());
}

// Somebody who passes packets on is not where the node lives: a seed would send newcomers there.
TEST(Crawl, KeepsApartWhereANodeAnswersAndDoesNotLive) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(2), Names({Loopback(1), Loopback(3)}));
  peer.script.confirms_only = Loopback(2);
  network.AddDoor(Loopback(1), peer);
  network.AddDoor(Loopback(3), peer);
  const Census census = Walk(network, Seeds({Loopback(1), Loopback(2)}));
  ASSERT_EQ(census.nodes.size(), 1u);
  EXPECT_EQ(census.nodes[0].verdict, Verdict::kReachable);
  EXPECT_THAT(census.nodes[0].endpoints, testing::ElementsAre(Loopback(2)));
  EXPECT_THAT(census.nodes[0].unconfirmed, testing::ElementsAre(Loopback(1), Loopback(3)));
  EXPECT_EQ(Summarize(census).several_endpoints, 1u);
}

TEST(Crawl, AsksWithFreshSeedsToo) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1), {});
  peer.script.sample = [](std::uint64_t seed) {
    return std::vector<Endpoint>{seed == 0 ? Loopback(2) : Loopback(3)};
  };
  network.Add(Loopback(2), Names({}));
  ToyPeer& hidden = network.Add(Loopback(3), Names({}));
  const Census census = Walk(network, Seeds({Loopback(1)}));
  EXPECT_NE(Find(census, hidden.id()), nullptr);
  EXPECT_GT(peer.seeded_pulls(), 0u);
}

TEST(Crawl, GoesOnWithoutANodeThatNeverSendsSamples) {
  ToyNetwork network;
  ToyPeer& mute = network.Add(Loopback(1));
  const Census census = Walk(network, Seeds({Loopback(1)}), seconds{5});
  ASSERT_EQ(census.nodes.size(), 1u);
  EXPECT_EQ(census.nodes[0].verdict, Verdict::kReachable);
  EXPECT_TRUE(census.nodes[0].rtt);
  EXPECT_EQ(census.nodes[0].sampled, 0u);
  EXPECT_EQ(mute.pulls(), VisitLimits{}.dry_pulls);
  EXPECT_EQ(mute.goodbyes(), 1u);
}

TEST(Crawl, CountsANodeThatFallsSilentAfterItsHandshakeAsReachable) {
  ToyNetwork network;
  network.Add(Loopback(1)).script.answers_keepalives = false;
  const Census census = Walk(network, Seeds({Loopback(1)}));
  ASSERT_EQ(census.nodes.size(), 1u);
  EXPECT_EQ(census.nodes[0].verdict, Verdict::kReachable);
  EXPECT_FALSE(census.nodes[0].record);
  EXPECT_FALSE(census.nodes[0].rtt);
}

TEST(Crawl, TakesANodesGoodbyeForTheEndOfItsVisit) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1), Names({Loopback(2)}));
  peer.script.leaves = true;
  const Census census = Walk(network, Seeds({Loopback(1)}), seconds{1});
  EXPECT_EQ(census.nodes.size(), 1u);
  EXPECT_EQ(peer.goodbyes(), 0u);  // it is gone: no answer
}

TEST(Crawl, AnswersPingsAndPathChallengesOfTheVisited) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1), Names({Loopback(1)}));
  peer.script.pings_back = true;
  Walk(network, Seeds({Loopback(1)}));
  EXPECT_GT(peer.pongs(), 0u);
  EXPECT_GT(peer.path_responses(), 0u);
}

TEST(Crawl, BoundsALiarWithEndlessFabricatedEndpoints) {
  ToyNetwork network;
  ToyPeer& liar = network.Add(At("10.0.0.1:7075"), {});
  std::uint32_t next = 0;
  liar.script.sample = [&next](std::uint64_t) {
    std::vector<Endpoint> out;
    for (std::size_t i = 0; i < kMaxSampleEndpoints; ++i) {
      out.push_back({IpAddress::V4(10u << 24 | 1u << 20 | ++next), 1});
    }
    return out;
  };
  CrawlConfig config = Seeds({liar.endpoint()});
  const std::size_t pulls = config.visit.pulls;
  const Census census = Walk(network, config, seconds{120});
  EXPECT_EQ(liar.pulls(), pulls);
  EXPECT_EQ(census.silent.size(), pulls * kMaxSampleEndpoints);
  EXPECT_EQ(census.nodes[0].sampled, pulls * kMaxSampleEndpoints);
  EXPECT_EQ(census.nodes[0].sampled_verified, 0u);  // how a liar is known
}

TEST(Crawl, BoundsPacketsToEveryEndpointWhateverItDoes) {
  ToyNetwork network;
  ToyPeer& nag = network.Add(Loopback(1), Names({Loopback(2), Loopback(3), Loopback(4)}));
  nag.script.extra_pings = 50;
  nag.script.pings_back = true;
  network.Add(Loopback(2)).script.answers_keepalives = false;
  std::uint16_t port = 10'000;
  network.Add(Loopback(3)).script.sample = [&port](std::uint64_t) { return std::vector<Endpoint>{Loopback(++port)}; };
  CrawlConfig config = Seeds({Loopback(1)});
  config.second_looks = 256;
  Walk(network, config);
  ASSERT_GE(network.sent_to.size(), 4u);
  for (const auto& [endpoint, count] : network.sent_to) {
    EXPECT_LE(count, Crawl::MaxPacketsPerEndpoint(config.visit)) << endpoint.ToString();
  }
  EXPECT_LE(network.sent_to[Loopback(1)], 2 + config.visit.packets + 3);  // and a look: hello, proof, goodbye
}

TEST(Crawl, KeepsAtMostTheConfiguredNumberInFlight) {
  ToyNetwork network;
  AddRing(network, 100, 20);
  CrawlConfig config = Seeds({Loopback(10'000)});
  config.in_flight = 7;
  Crawl crawl(config, CallerIdentity(), network.key, CallerSeed(), network.now);
  std::size_t most = 0;
  network.RunWhile(crawl, [&] {
    most = std::max(most, crawl.Progress().in_flight);
    return !crawl.Done();
  });
  EXPECT_EQ(most, 7u);
  EXPECT_EQ(crawl.Result(network.now).nodes.size(), 100u);
}

TEST(Crawl, DialsNoAddressThatThePeerMayNotSpeakOf) {
  ToyNetwork network;
  network.Add(At("5.1.0.1:7075"), Names({At("127.0.0.1:22"), At("10.0.0.5:22"), At("5.2.0.1:7075")}));
  network.Add(At("10.1.0.1:7075"), Names({At("127.0.0.1:23"), At("10.0.0.6:7075")}));
  Walk(network, Seeds({At("5.1.0.1:7075"), At("10.1.0.1:7075")}));
  EXPECT_FALSE(network.sent_to.contains(At("127.0.0.1:22")));
  EXPECT_FALSE(network.sent_to.contains(At("10.0.0.5:22")));
  EXPECT_FALSE(network.sent_to.contains(At("127.0.0.1:23")));
  EXPECT_TRUE(network.sent_to.contains(At("5.2.0.1:7075")));
  EXPECT_TRUE(network.sent_to.contains(At("10.0.0.6:7075")));
}

TEST(Crawl, AHelloThatIsSentBackEndsNoDial) {
  ToyNetwork network;
  Caller caller(CallerIdentity(), network.key, "x", CallerSeed(), 4, network.now);
  Effects out;
  caller.dialler().Start({.endpoint = Loopback(77), .pin = {}, .purpose = DialPurpose::kCrawl, .expected = {},
                          .heard_from = {}}, network.now, out);
  const Bytes hello = out.bytes;
  out.Clear();
  EXPECT_FALSE(caller.Receive({Loopback(77), test::kCallerEndpoint, hello}, network.now, out).outcome);
  const auto self = caller.Receive({Loopback(77), Loopback(77), hello}, network.now, out).outcome;
  ASSERT_TRUE(self);
  EXPECT_EQ(self->result.error(), Error::kSelf);
}

TEST(Crawl, StaysSilentToHellosAndProofs) {
  ToyNetwork network;
  Crawl crawl(Seeds({}), CallerIdentity(), network.key, CallerSeed(), network.now);
  Codec codec;
  DatagramBuffer buffer;
  Effects out;
  codec.Encode(BareKeepalive{}, network.key, buffer);
  crawl.Receive({Loopback(5), test::kCallerEndpoint, buffer.view()}, network.now, out);
  codec.Encode(HandshakeProof{}, network.key, buffer);
  crawl.Receive({Loopback(5), test::kCallerEndpoint, buffer.view()}, network.now, out);
  EXPECT_TRUE(out.list.empty());
}

TEST(Crawl, StopsWithWhatItHasAndSaysThatItIsNotWhole) {
  ToyNetwork network;
  AddRing(network, 60, 1);  // one after the other: a long way
  Crawl crawl(Seeds({Loopback(10'000)}), CallerIdentity(), network.key, CallerSeed(), network.now);
  network.RunWhile(crawl, [&] { return crawl.Progress().nodes < 20; });
  Effects out;
  crawl.Stop(network.now, out);
  EXPECT_FALSE(out.list.empty());  // goodbye to whoever is being visited
  EXPECT_TRUE(crawl.Done());
  EXPECT_EQ(crawl.NextDeadline(), kNever);
  const Census census = crawl.Result(network.now);
  EXPECT_FALSE(census.complete);
  EXPECT_EQ(census.nodes.size(), 20u);
}

TEST(Crawl, MarksWhatItDidNotComeToWhenStopped) {
  ToyNetwork network;
  AddRing(network, 40, 20);
  CrawlConfig config = Seeds({Loopback(10'000)});
  config.in_flight = 1;
  Crawl crawl(config, CallerIdentity(), network.key, CallerSeed(), network.now);
  network.RunWhile(crawl, [&] { return crawl.Progress().nodes < 2; });
  Effects out;
  crawl.Stop(network.now, out);
  const Census census = crawl.Result(network.now);
  EXPECT_EQ(census.nodes.size(), 2u);
  ASSERT_FALSE(census.silent.empty());
  for (const MappedEndpoint& endpoint : census.silent) EXPECT_EQ(endpoint.verdict, Verdict::kNotVisited);
}

TEST(Crawl, BoundsTheEndpointsThatItRemembersAndSaysSo) {
  ToyNetwork network;
  AddRing(network, 50, 3);
  CrawlConfig config = Seeds({Loopback(10'000)});
  config.frontier.endpoints = 20;
  const Census census = Walk(network, config);
  EXPECT_EQ(census.nodes.size(), 20u);
  EXPECT_FALSE(census.complete);
}

// Two peers that name each other, fresh endpoints and fresh ids of hidden peers, the same ids both, to every pull.
void AddHiddenNamers(ToyNetwork& network) {
  for (const int port : {1, 2}) {
    ToyScript script;
    script.sample = [port, next = 10'000 * port](std::uint64_t) mutable {
      return std::vector<Endpoint>{Loopback(3 - port), Loopback(++next)};
    };
    script.hidden = [next = IdPrefix{0}]() mutable {
      std::vector<IdPrefix> ids;
      for (std::size_t i = 0; i < kMaxHidden; ++i) ids.push_back(++next);
      return ids;
    };
    network.Add(Loopback(port), script);
  }
}

TEST(Crawl, BelievesOneNodeNoMoreThan256HiddenPeers) {
  ToyNetwork network;
  AddHiddenNamers(network);
  const CrawlConfig config = Seeds({Loopback(1)});
  ASSERT_GT(config.visit.pulls * kMaxHidden, 256u);
  const Census census = Walk(network, config);
  EXPECT_TRUE(census.complete);
  ASSERT_EQ(census.nodes.size(), 2u);
  ASSERT_EQ(census.hidden.size(), 256u);
  EXPECT_EQ(census.hidden.back().id, 256u);
  EXPECT_EQ(census.hidden.back().named_by, 2u);
}

TEST(Crawl, BoundsHiddenPeersInAllAndSaysSo) {
  ToyNetwork network;
  AddHiddenNamers(network);
  CrawlConfig config = Seeds({Loopback(1)});
  config.hidden = 100;
  const Census census = Walk(network, config);
  EXPECT_GT(census.distrusted, 0u);
  EXPECT_TRUE(census.complete) << "who makes hidden ids up could keep every map from being whole";
  EXPECT_EQ(census.hidden.size(), 100u);
}

TEST(Crawl, GivesTheSameCensusForTheSameSeed) {
  const auto run = [] {
    ToyNetwork network;
    AddRing(network, 30, 4);
    const Census census = Walk(network, Seeds({Loopback(10'000), Loopback(1)}));
    return std::pair(census.edges, census.traffic.packets_sent);
  };
  EXPECT_EQ(run(), run());
}

TEST(Crawl, SurvivesAnyBytesFromAnybody) {
  ToyNetwork network;
  AddRing(network, 5, 2);
  Crawl crawl(Seeds({Loopback(10'000)}), CallerIdentity(), network.key, CallerSeed(), network.now);
  Rng rng = Rng::FromNumber(7);
  for (int i = 0; i < 20'000; ++i) {
    Bytes noise(rng.Below(200));
    rng.Fill(noise);
    if (!noise.empty()) noise[0] = static_cast<std::byte>(0x10 | rng.Below(6));
    Effects out;
    crawl.Receive({Loopback(10'000), test::kCallerEndpoint, noise}, network.now, out);
    EXPECT_TRUE(out.list.empty());
  }
  EXPECT_TRUE(network.RunUntilDone(crawl, seconds{30}));
  EXPECT_EQ(crawl.Result(network.now).nodes.size(), 5u);
}

}  // namespace
}  // namespace hearsay
