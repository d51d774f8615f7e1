// SPDX-License-Identifier: MIT
// The crawler against the real node, in the simulator: the two sides of the wire were written apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "crawler/crawl.h"
#include "tests/sim/sim_network.h"

namespace hearsay {
namespace {

using sim::HostId;
using sim::NodeSpec;
using sim::SimConfig;
using sim::SimNetwork;

// Drives a crawl on a socket of the simulated network.
class CrawlerHost {
 public:
  CrawlerHost(SimNetwork& network, const NetworkKey& key, const Endpoint& own, CrawlConfig config)
      : network_(network),
        crawl_(std::move(config), Identity(Rng::FromNumber(77).Array<32>()), key, Rng::FromNumber(78).Array<32>(),
               Now()) {
    socket_ = network.AddSocket(own, [this](const sim::Delivery& delivery) {
      crawl_.Receive({delivery.from, delivery.local, delivery.bytes}, Now(), effects_);
      Apply();
    });
    Apply();
  }
  bool Run(Duration limit) {
    return network_.RunUntilTrue(limit, milliseconds{5}, [this] { return crawl_.Done(); });
  }
  Crawl& crawl() { return crawl_; }
  Time Now() const { return FromUnixSeconds(1'800'000'000) + network_.now(); }

 private:
  void Apply() {
    for (const Effect& effect : effects_.list) {
      const auto& send = std::get<Send>(effect);
      network_.SendFrom(socket_, send.to, effects_.View(send));
    }
    effects_.Clear();
    const Time deadline = crawl_.NextDeadline();
    if (deadline == kNever || deadline == armed_) return;
    armed_ = deadline;
    network_.At(std::max(network_.now(), deadline - FromUnixSeconds(1'800'000'000)), [this] {
      crawl_.Tick(Now(), effects_);
      Apply();
    });
  }

  SimNetwork& network_;
  Effects effects_;
  Crawl crawl_;
  HostId socket_ = 0;
  Time armed_ = kNever;
};

struct World {
  World(Scope scope, int nodes, std::uint32_t loss_ppm = 0)
      : network(SimConfig{.seed = 5, .link = {.loss_ppm = loss_ppm}, .keep_ledgers = false, .check_every = 64}) {
    for (int i = 0; i < nodes; ++i) {
      NodeSpec spec;
      spec.scope = scope;
      if (i > 0) spec.bootstrap = {0};
      network.Add(spec);
      network.Start(static_cast<HostId>(i));
    }
  }
  SimNetwork network;
};

CrawlConfig From(const Endpoint& seed) {
  CrawlConfig config;
  config.software = "hearsay/test";
  config.seeds = {{seed, {}}};
  return config;
}

std::string Complaint(const SimNetwork& network) { return network.violation() ? network.violation()->what : ""; }

TEST(CrawlOfRealNodes, FindsAllThirtyAndTheirEdges) {
  World world(Scope::kLoopback, 30);
  world.network.RunFor(seconds{10});
  ASSERT_EQ(Complaint(world.network), "");
  CrawlerHost crawler(world.network, NetworkKey::Open("simulation"), {IpAddress::V4(0x7f000001), 999},
                      From(world.network.PublicEndpoint(0)));
  ASSERT_TRUE(crawler.Run(seconds{60}));
  const Census census = crawler.crawl().Result(crawler.Now());
  EXPECT_TRUE(census.complete);
  ASSERT_EQ(census.nodes.size(), 30u);
  EXPECT_TRUE(census.silent.empty());
  for (const MappedNode& node : census.nodes) {
    EXPECT_EQ(node.verdict, Verdict::kReachable);
    EXPECT_TRUE(node.record);
    EXPECT_TRUE(node.rtt);
    EXPECT_EQ(node.sampled, 29u);  // on one machine everybody knows everybody
  }
  EXPECT_EQ(census.edges.size(), 30u * 29u);
}

TEST(CrawlOfRealNodes, LeavesNoTraceInTheirTables) {
  World world(Scope::kLoopback, 10);
  world.network.RunFor(seconds{10});
  CrawlerHost crawler(world.network, NetworkKey::Open("simulation"), {IpAddress::V4(0x7f000001), 999},
                      From(world.network.PublicEndpoint(0)));
  ASSERT_TRUE(crawler.Run(seconds{60}));
  ASSERT_EQ(crawler.crawl().Result(crawler.Now()).nodes.size(), 10u);
  world.network.RunFor(seconds{30});
  ASSERT_EQ(Complaint(world.network), "");
  for (HostId host = 0; host < 10; ++host) {
    EXPECT_EQ(world.network.node(host).Status().table, 9u);
    EXPECT_EQ(world.network.node(host).Status().view, 9u);
  }
}

TEST(CrawlOfRealNodes, ReportsTheDeadAsSilent) {
  World world(Scope::kLoopback, 20);
  world.network.RunFor(seconds{10});
  std::set<Endpoint> dead;
  for (HostId host = 15; host < 20; ++host) {
    dead.insert(world.network.PublicEndpoint(host));
    world.network.Kill(host);
  }
  CrawlerHost crawler(world.network, NetworkKey::Open("simulation"), {IpAddress::V4(0x7f000001), 999},
                      From(world.network.PublicEndpoint(0)));
  ASSERT_TRUE(crawler.Run(seconds{60}));
  const Census census = crawler.crawl().Result(crawler.Now());
  EXPECT_EQ(census.nodes.size(), 15u);
  for (const MappedEndpoint& silent : census.silent) {
    EXPECT_TRUE(dead.contains(silent.endpoint)) << silent.endpoint.ToString();
    EXPECT_EQ(silent.verdict, Verdict::kTimeout);
  }
}

TEST(CrawlOfRealNodes, MapsAPublicNetworkThroughLoss) {
  World world(Scope::kGlobal, 40, 30'000);  // three in a hundred
  world.network.RunFor(seconds{60});
  ASSERT_EQ(Complaint(world.network), "");
  CrawlConfig config = From(world.network.PublicEndpoint(3));
  const VisitLimits limits = config.visit;
  CrawlerHost crawler(world.network, NetworkKey::Open("simulation"), {IpAddress::V4(9u << 24 | 1), 999},
                      std::move(config));
  ASSERT_TRUE(crawler.Run(seconds{300}));
  const Census census = crawler.crawl().Result(crawler.Now());
  EXPECT_EQ(census.nodes.size(), 40u);
  EXPECT_LE(census.traffic.packets_sent, 40 * Crawl::MaxPacketsPerEndpoint(limits));
}

TEST(CrawlOfRealNodes, CountsThoseWhomOnlyOthersReach) {
  World world(Scope::kGlobal, 20);
  const auto house = world.network.AddNat(sim::NatKind::kPortRestricted);
  std::set<IdPrefix> behind;
  for (int i = 0; i < 4; ++i) {
    NodeSpec spec;
    spec.nat = house;
    spec.bootstrap = {0};
    const HostId host = world.network.Add(spec);
    world.network.Start(host);
    behind.insert(PrefixOf(world.network.node(host).Status().id));
  }
  world.network.RunFor(seconds{60});
  ASSERT_EQ(Complaint(world.network), "");
  CrawlerHost crawler(world.network, NetworkKey::Open("simulation"), {IpAddress::V4(9u << 24 | 1), 999},
                      From(world.network.PublicEndpoint(3)));
  ASSERT_TRUE(crawler.Run(seconds{300}));
  const Census census = crawler.crawl().Result(crawler.Now());
  EXPECT_EQ(census.nodes.size(), 20u);
  std::set<IdPrefix> hidden;
  for (const HiddenNode& node : census.hidden) hidden.insert(node.id);
  EXPECT_EQ(hidden, behind);
}

TEST(CrawlOfRealNodes, LearnsNothingFromWhoExcludesCrawlersAndCountsIt) {
  World world(Scope::kLoopback, 10);
  NodeSpec shy;
  shy.scope = Scope::kLoopback;
  shy.bootstrap = {0};
  shy.crawlers = CrawlerPolicy::kExclude;
  const HostId host = world.network.Add(shy);
  world.network.Start(host);
  world.network.RunFor(seconds{10});
  CrawlerHost crawler(world.network, NetworkKey::Open("simulation"), {IpAddress::V4(0x7f000001), 999},
                      From(world.network.PublicEndpoint(0)));
  ASSERT_TRUE(crawler.Run(seconds{60}));
  const Census census = crawler.crawl().Result(crawler.Now());
  ASSERT_EQ(census.nodes.size(), 11u);
  EXPECT_EQ(census.looks.nodes, 10u);  // nor a second look
  for (const MappedNode& node : census.nodes) {
    const bool is_shy = node.id == world.network.node(host).Status().id;
    EXPECT_EQ(node.excluded, is_shy);
    EXPECT_EQ(node.sampled, is_shy ? 0u : 10u);
    EXPECT_EQ(node.verdict, Verdict::kReachable);
  }
}

TEST(CrawlOfRealNodes, MeetsSilenceInAnotherNetwork) {
  World world(Scope::kLoopback, 3);
  world.network.RunFor(seconds{5});
  CrawlerHost crawler(world.network, NetworkKey::Open("another"), {IpAddress::V4(0x7f000001), 999},
                      From(world.network.PublicEndpoint(0)));
  ASSERT_TRUE(crawler.Run(seconds{60}));
  const Census census = crawler.crawl().Result(crawler.Now());
  EXPECT_TRUE(census.nodes.empty());
  ASSERT_EQ(census.silent.size(), 1u);
  EXPECT_EQ(census.silent[0].verdict, Verdict::kTimeout);
}

}  // namespace
}  // namespace hearsay
