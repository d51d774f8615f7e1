// SPDX-License-Identifier: MIT
// What the headers of a crawl promise in numbers and in verdicts, each with a toy that asks for more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "crawler/crawl.h"
#include "tests/crawler/toy_crawl.h"

namespace hearsay {
namespace {

using test::CallerIdentity;
using test::CallerSeed;
using test::Loopback;
using test::Names;
using test::Seeds;
using test::ToyNetwork;
using test::ToyPeer;
using test::ToyScript;
using test::Walk;

TEST(CrawlBounds, WhoAnswersForAnotherVersionOrNetworkIsCalledSo) {
  ToyNetwork network;
  const Endpoint foreign = Loopback(1), other = Loopback(2), silent = Loopback(3);
  Crawl crawl(Seeds({foreign, other, silent}), CallerIdentity(), network.key, CallerSeed(), network.now);
  Effects out;
  crawl.Tick(network.now, out);  // the dials begin
  Codec codec;
  DatagramBuffer packet;
  codec.Encode(BareKeepalive{}, NetworkKey::Open("another"), packet);
  crawl.Receive({other, test::kCallerEndpoint, packet.view()}, network.now, out);
  packet.bytes[0] ^= std::byte{0x70};  // the major version is its high half
  crawl.Receive({foreign, test::kCallerEndpoint, packet.view()}, network.now, out);
  crawl.Receive({Loopback(4), test::kCallerEndpoint, packet.view()}, network.now, out);  // whom nobody dialled
  ASSERT_TRUE(network.RunUntilDone(crawl, seconds{60}));
  const Census census = crawl.Result(network.now);
  ASSERT_EQ(census.silent.size(), 3u);
  EXPECT_EQ(census.silent[0].verdict, Verdict::kWrongVersion);
  EXPECT_EQ(census.silent[1].verdict, Verdict::kWrongNetwork);
  EXPECT_EQ(census.silent[2].verdict, Verdict::kTimeout);
}

TEST(CrawlBounds, AVisitEndsWhenItsTimeIsOver) {
  ToyNetwork network;
  ToyPeer& talker = network.Add(Loopback(1));
  std::uint16_t port = 10'000;
  talker.script.sample = [&port](std::uint64_t) { return std::vector<Endpoint>{Loopback(++port)}; };
  CrawlConfig config = Seeds({talker.endpoint()});
  config.visit.pulls = 1000;
  config.visit.packets = 10'000;
  config.visit.time = seconds{1};
  Walk(network, config);
  const auto round_trips = static_cast<std::size_t>(config.visit.time / (2 * test::kLatency));
  EXPECT_LE(talker.pulls(), round_trips + 1);
  EXPECT_GT(talker.pulls(), round_trips / 2);
  EXPECT_EQ(talker.goodbyes(), 1u);
}

TEST(CrawlBounds, AVisitReadsFourRecords) {
  ToyNetwork network;
  network.Add(Loopback(1)).script.newer_records = 10;
  const Census census = Walk(network, Seeds({Loopback(1)}));
  ASSERT_EQ(census.nodes.size(), 1u);
  ASSERT_TRUE(census.nodes[0].record);
  EXPECT_EQ(census.nodes[0].record->sequence, ToyPeer::kFirstSequence + 3);
}

TEST(CrawlBounds, TellingsThatDoNotFitMakeTheCensusIncompleteAndTheNodesAreFoundAllTheSame) {
  const auto walk_ring = [](std::size_t tellings) {
    ToyNetwork network;
    for (int i = 0; i < 10; ++i) network.Add(Loopback(100 + i), Names({Loopback(100 + (i + 1) % 10)}));
    CrawlConfig config = Seeds({Loopback(100)});
    config.tellings = tellings;
    return Walk(network, config);
  };
  EXPECT_TRUE(walk_ring(10).complete);
  const Census census = walk_ring(5);
  EXPECT_FALSE(census.complete);
  EXPECT_EQ(census.nodes.size(), 10u);
  EXPECT_EQ(census.edges.size(), 5u);
}

// Runs the crawl to its end: how much was under way at once. `step` comes before each of its steps.
std::size_t MostInFlight(ToyNetwork& network, Crawl& crawl, const std::function<void()>& step = {}) {
  std::size_t most = 0;
  network.RunWhile(crawl, [&] {
    if (step) step();
    most = std::max(most, crawl.Progress().in_flight);
    return !crawl.Done();
  });
  return most;
}

TEST(CrawlBounds, OnlySoManyWhoDidNotAnswerAreDialledAtATime) {
  ToyNetwork network;
  std::vector<Endpoint> dead;
  for (int i = 0; i < 20; ++i) dead.push_back(Loopback(100 + i));
  CrawlConfig config = Seeds(dead);
  config.in_flight = 4;
  config.patient = 3;
  Crawl crawl(config, CallerIdentity(), network.key, CallerSeed(), network.now);
  EXPECT_EQ(MostInFlight(network, crawl), 7u);
  EXPECT_EQ(crawl.Result(network.now).silent.size(), 20u);
}

TEST(CrawlBounds, WhoAnswersAFurtherDialIsVisitedBeyondInFlightButNotBeyondAll) {
  ToyNetwork network;
  std::vector<Endpoint> late;
  for (int i = 0; i < 100; ++i) late.push_back(Loopback(100 + i));
  ToyScript slow;
  slow.answers_keepalives = false;  // so that visits last longer than dials
  for (const Endpoint& endpoint : late) {
    network.Add(endpoint, slow);
    network.deaf_for[endpoint] = 1000;
  }
  CrawlConfig config = Seeds(late);
  config.in_flight = 4;
  config.patient = 8;
  Crawl crawl(config, CallerIdentity(), network.key, CallerSeed(), network.now);
  const auto hear_all_once_all_were_dialled = [&] {
    if (network.sent_to.size() == late.size()) network.deaf_for.clear();
  };
  EXPECT_EQ(MostInFlight(network, crawl, hear_all_once_all_were_dialled), 12u);
  EXPECT_EQ(crawl.Progress().nodes, 100u);
}

TEST(CrawlBounds, OneLiarInventsNoHiddenNode) {
  ToyNetwork network;
  ToyPeer& liar = network.Add(Loopback(1), Names({Loopback(2)}));
  ToyPeer& honest = network.Add(Loopback(2), Names({Loopback(1)}));
  liar.script.hidden = [] { return std::vector<IdPrefix>{41, 42}; };
  honest.script.hidden = [] { return std::vector<IdPrefix>{42}; };
  const Census census = Walk(network, Seeds({Loopback(1)}));
  ASSERT_EQ(census.hidden.size(), 1u) << "what two name is there";
  EXPECT_EQ(census.hidden[0].id, 42u);
  EXPECT_EQ(census.hidden[0].named_by, 2u);
}

// A packet on the second channel would take the place of the first, and the visit would hear nothing more.
TEST(CrawlBounds, TheSecondEndpointOfANodeBeingVisitedIsSentNothingAfterItsProof) {
  constexpr std::size_t kHandshake = 2;  // hello and proof
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1), Names({}));
  network.AddDoor(Loopback(2), peer);
  const Census together = Walk(network, Seeds({Loopback(1), Loopback(2)}));
  ASSERT_EQ(together.nodes.size(), 1u);
  EXPECT_THAT(together.nodes[0].endpoints, testing::ElementsAre(Loopback(1), Loopback(2)));
  EXPECT_EQ(std::min(network.sent_to[Loopback(1)], network.sent_to[Loopback(2)]), kHandshake);
  EXPECT_EQ(peer.goodbyes(), 1u);

  // One after the other there is nothing to be lost, and it is told goodbye.
  ToyNetwork again;
  again.AddDoor(Loopback(2), again.Add(Loopback(1), Names({})));
  CrawlConfig config = Seeds({Loopback(1), Loopback(2)});
  config.in_flight = 1;
  Walk(again, config);
  EXPECT_EQ(again.sent_to[Loopback(2)], kHandshake + 1);
}

}  // namespace
}  // namespace hearsay
