// SPDX-License-Identifier: MIT
// Crawl: the second look at nodes that were found, and what a census says of a network that moves.
#include <gtest/gtest.h>

#include "crawler/crawl.h"
#include "tests/crawler/toy_network.h"

namespace hearsay {
namespace {

using test::At;
using test::Loopback;
using test::ToyNetwork;
using test::ToyPeer;
using test::ToyScript;

class SecondLook : public ::testing::Test {
 protected:
  // A ring in which everybody names the next four.
  void AddRing(int size) {
    for (int i = 0; i < size; ++i) {
      ToyScript script;
      std::vector<Endpoint> next;
      for (int j = 1; j <= 4; ++j) next.push_back(Loopback(10'000 + (i + j) % size));
      script.sample = [next](std::uint64_t) { return next; };
      network_.Add(Loopback(10'000 + i), script);
    }
  }
  static CrawlConfig Config() {
    CrawlConfig config;
    config.software = "hearsay/test";
    config.seeds = {{Loopback(10'000), {}}};
    return config;
  }
  void Start(CrawlConfig config = Config()) {
    crawl_ = std::make_unique<Crawl>(std::move(config), test::CallerIdentity(), network_.key, test::CallerSeed(),
                                     network_.now);
  }
  void RunUntilVisits(std::size_t visits) {
    network_.RunWhile(*crawl_, [&] { return crawl_->Progress().visits < visits; });
  }
  Census Finish() {
    EXPECT_TRUE(network_.RunUntilDone(*crawl_, std::chrono::seconds{60}));
    return crawl_->Result(network_.now);
  }

  ToyNetwork network_;
  std::unique_ptr<Crawl> crawl_;
};

TEST_F(SecondLook, FindsEverybodyStillThere) {
  AddRing(40);
  Start();
  const Census census = Finish();
  EXPECT_EQ(census.looks.nodes, 40u);
  EXPECT_EQ(census.looks.gone, 0u);
  EXPECT_GT(census.looks.watched, Duration{});
  EXPECT_FALSE(Summarize(census).stay);
  EXPECT_TRUE(census.complete);
  ASSERT_TRUE(census.estimate);
  EXPECT_EQ(census.estimate->nodes, 40);
  EXPECT_LT(census.estimate->high - census.estimate->low, 2);
}

TEST_F(SecondLook, CountsWhoIsGoneAndKeepsItInTheMap) {
  AddRing(40);
  Start();
  RunUntilVisits(10);
  network_.Remove(Loopback(10'000));
  network_.Remove(Loopback(10'001));
  const Census census = Finish();
  EXPECT_EQ(census.nodes.size(), 40u);
  EXPECT_EQ(Summarize(census).reachable, 40u);
  EXPECT_EQ(census.looks.nodes, 40u);
  EXPECT_EQ(census.looks.gone, 2u);
  const auto stay = Summarize(census).stay;
  ASSERT_TRUE(stay);
  EXPECT_NEAR(SecondsOf(*stay), SecondsOf(census.looks.watched) / 2, 0.01 * SecondsOf(*stay));
  EXPECT_TRUE(census.complete);
}

// The last dial of the only seed is answered: there was nobody to draw before.
TEST_F(SecondLook, IsOfThoseFoundAfterALateAnswerToo) {
  AddRing(40);
  network_.deaf_for[Loopback(10'000)] = 5;
  Start();
  const Census census = Finish();
  EXPECT_EQ(census.nodes.size(), 40u);
  EXPECT_EQ(census.looks.nodes, 40u);
}

// Further away than a first dial waits, nodes answer only the second, and are not less there for it.
TEST_F(SecondLook, OfNodesFarAwayTakesNobodyForAComer) {
  AddRing(40);
  network_.latency = std::chrono::milliseconds{60};
  Start();
  RunUntilVisits(30);
  for (int i = 0; i < 10; ++i) network_.Remove(Loopback(10'000 + i));
  const Census census = Finish();
  EXPECT_EQ(census.looks.gone, 10u);
  ASSERT_TRUE(census.estimate);
  EXPECT_EQ(census.estimate->nodes, 40);
  EXPECT_GT(census.moment, census.started_at);
  EXPECT_LT(census.estimate->low, 39.5);  // some left meanwhile: it is not sure
}

// What made-up endpoints take has nothing to do with when a node was found that lost a packet.
TEST_F(SecondLook, DeadEndpointsDoNotMakeComersOfLateNodes) {
  AddRing(40);
  for (int i = 0; i < 8; ++i) network_.deaf_for[Loopback(10'001 + i)] = 1;
  std::vector<Endpoint> dead;
  for (std::uint32_t i = 1; i <= 16; ++i) dead.push_back({IpAddress::V4(5u << 24 | i), 7075});
  network_.Find(Loopback(10'039)).script.sample = [dead](std::uint64_t) { return dead; };
  Start();
  RunUntilVisits(39);
  network_.Remove(Loopback(10'020));
  network_.Remove(Loopback(10'021));
  const Census census = Finish();
  EXPECT_EQ(census.looks.gone, 2u);
  ASSERT_TRUE(census.estimate);
  EXPECT_NEAR(census.estimate->nodes, 40, 1);
}

TEST_F(SecondLook, WhoAnswersAndLetsNobodyInIsThere) {
  AddRing(20);
  Start();
  RunUntilVisits(10);
  network_.Find(Loopback(10'000)).script.answers_proofs = false;
  EXPECT_EQ(Finish().looks.gone, 0u);
}

TEST_F(SecondLook, AnotherNodeInItsPlaceMeansThatItIsGone) {
  AddRing(20);
  Start();
  RunUntilVisits(10);
  network_.Remove(Loopback(10'000));
  network_.Add(Loopback(30'000));  // has the number, and so the identity, of the last of the ring
  network_.Add(Loopback(10'000));  // has one that nobody had
  const Census census = Finish();
  EXPECT_EQ(census.nodes.size(), 20u);
  EXPECT_EQ(census.looks.gone, 1u);
}

TEST_F(SecondLook, IsOfNoMoreNodesThanItMayBeAndAtNoMoreAtATimeThanVisits) {
  AddRing(60);
  CrawlConfig config = Config();
  config.second_looks = 25;
  config.in_flight = 6;
  Start(config);
  std::size_t most = 0;
  network_.RunWhile(*crawl_, [&] {
    most = std::max(most, crawl_->Progress().in_flight);
    return !crawl_->Done();
  });
  EXPECT_EQ(crawl_->Result(network_.now).looks.nodes, 25u);
  EXPECT_LE(most, 6u);
}

TEST_F(SecondLook, SpendsFewPacketsAndEndsWithGoodbye) {
  AddRing(1);
  CrawlConfig config = Config();
  config.second_looks = 0;
  Start(config);
  Finish();
  const std::size_t without = network_.sent_to[Loopback(10'000)];
  const std::size_t goodbyes = network_.Find(Loopback(10'000)).goodbyes();
  network_.sent_to.clear();
  Start();
  Finish();
  EXPECT_EQ(network_.sent_to[Loopback(10'000)], without + 3);  // hello, proof, goodbye
  EXPECT_EQ(network_.Find(Loopback(10'000)).goodbyes(), 2 * goodbyes + 1);
}

TEST_F(SecondLook, StoppedDuringItTheWalkIsStillComplete) {
  AddRing(20);
  Start();
  RunUntilVisits(10);
  network_.Remove(Loopback(10'000));
  network_.RunWhile(*crawl_, [&] { return crawl_->Result(network_.now).looks.nodes < 19; });
  ASSERT_FALSE(crawl_->Done());  // it waits for the one that is gone
  Effects out;
  crawl_->Stop(network_.now, out);
  EXPECT_TRUE(crawl_->Result(network_.now).complete);
}

TEST_F(SecondLook, IsNotTakenTwiceByACrawlThatWasKilledInIt) {
  AddRing(20);
  CrawlConfig config = Config();
  config.keeps_journal = true;
  Start(config);
  RunUntilVisits(10);
  network_.Remove(Loopback(10'000));
  network_.RunWhile(*crawl_, [&] { return crawl_->Result(network_.now).looks.nodes < 19; });
  Bytes journal;
  crawl_->TakeJournal(journal);
  const auto content = ReadJournal(journal, network_.key);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->looked.size(), 19u);
  const Census before = crawl_->Result(network_.now);
  Start(config);
  crawl_->Resume(*content);
  network_.sent_to.clear();
  const Census census = Finish();
  EXPECT_EQ(network_.sent_to.size(), 1u);
  EXPECT_EQ(census.looks.nodes, 20u);
  EXPECT_EQ(census.looks.gone, 1u);
  EXPECT_EQ(census.moment, before.moment);
  EXPECT_LT(std::chrono::abs(census.looks.watched - before.looks.watched), std::chrono::seconds{3});
}

TEST_F(SecondLook, ANodeAtSeveralEndpointsIsEstimatedAndLookedAtOnce) {
  AddRing(20);
  ToyPeer& peer = network_.Find(Loopback(10'003));
  network_.AddDoor(Loopback(30'000), peer);
  network_.Find(Loopback(10'001)).script.sample = [](std::uint64_t) {
    return std::vector<Endpoint>{Loopback(10'002), Loopback(10'003), Loopback(10'004), Loopback(30'000)};
  };
  Start();
  const Census census = Finish();
  EXPECT_EQ(Summarize(census).several_endpoints, 1u);
  EXPECT_EQ(census.looks.nodes, 20u);
  EXPECT_NEAR(census.estimate->nodes, 20, 0.5);
}

TEST_F(SecondLook, TheMomentLiesWithinTheWalk) {
  AddRing(60);
  Start();
  const Census census = Finish();
  EXPECT_GT(census.moment, census.started_at);
  EXPECT_LT(census.moment, census.finished_at);
}

}  // namespace
}  // namespace hearsay
