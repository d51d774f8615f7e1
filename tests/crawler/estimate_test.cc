// SPDX-License-Identifier: MIT
// EstimateNodes: against networks of known size, whole crawls and crawls that were stopped.
#include "crawler/estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "crawler/median.h"
#include "proto/rng.h"

namespace hearsay {
namespace {

using std::chrono::hours, std::chrono::seconds;

// A network of `nodes` live and `dead` endpoints; the crawl visits `visits` of the live ones, each of which names
// `names` of all at random. Of those named, the share `dialled` was dialled to the end.
Namings Crawl(std::size_t nodes, std::size_t dead, std::size_t visits, std::size_t names, double dialled, Rng& rng) {
  std::vector<std::size_t> named(nodes + dead);
  for (std::size_t v = 0; v < visits; ++v) {
    std::vector<bool> told(nodes + dead);
    for (std::size_t i = 0; i < names; ++i) {
      const std::size_t who = rng.Below(nodes + dead);
      if (!told[who]) ++named[who];
      told[who] = true;
    }
  }
  Namings counted;
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (named[i] == 0) continue;
    const bool is_dialled = rng.Below(1'000'000) < static_cast<std::uint64_t>(dialled * 1e6);
    Namings::Kind& kind = !is_dialled ? counted.pending : i < nodes ? counted.alive : counted.dead;
    ++kind.heard;
    if (&kind != &counted.dead) counted.namings += named[i];
    if (named[i] == 1) ++kind.once;
    if (named[i] == 2) ++kind.twice;
  }
  return counted;
}

// Nobody came or left.
constexpr Attendance kStill{};

TEST(Estimate, OfNothingThereIsNone) {
  EXPECT_FALSE(EstimateNodes({}, kStill));
  EXPECT_FALSE(EstimateNodes({.alive = {.heard = 1, .once = 1}, .pending = {}, .dead = {}, .namings = 1}, kStill));
}

TEST(Estimate, OfAWholeCrawlIsWhatWasFound) {
  const auto estimate =
      EstimateNodes({.alive = {.heard = 1000}, .pending = {}, .dead = {.heard = 50}, .namings = 64'000, .fewest = 20},
                    kStill);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->nodes, 1000);
  EXPECT_EQ(estimate->low, 1000);
  EXPECT_LT(estimate->high, 1000.5);
}

TEST(Estimate, IsAsWideAsItsLeastKnownNodeIsLittleKnown) {
  Namings counted{.alive = {.heard = 21}, .pending = {}, .dead = {}, .namings = 400, .fewest = 3};
  EXPECT_EQ(EstimateNodes(counted, kStill)->high, 22);
  counted.fewest = 12;
  EXPECT_EQ(EstimateNodes(counted, kStill)->high, 21.25);
  counted.alive.once = counted.fewest = 1;  // one that a single node named: there may be four such, or none of those
  EXPECT_EQ(EstimateNodes(counted, kStill)->high, 21 + 4 * 3 / 2);
}

// Half of the nodes are known to a quarter as many as the others: a crawl stopped early does not see the difference in
// how few are named once and twice, but in how often the others are.
TEST(Estimate, ReachesHigherWhereNodesAreUnlike) {
  Namings counted{.alive = {.heard = 2'000, .once = 600, .twice = 400}, .namings = 6'000};
  counted.pairs = 6'000.0 * 6'000 / 2'222;  // as many as when all are alike: coverage 0.9
  const auto alike = EstimateNodes(counted, kStill);
  counted.pairs *= 1.36;  // 0.4 and 1.6 of the mean
  const auto unlike = EstimateNodes(counted, kStill);
  EXPECT_EQ(unlike->nodes, alike->nodes);
  EXPECT_EQ(unlike->low, alike->low);
  EXPECT_NEAR(unlike->high - alike->high, 600 * 0.36 / 0.9, 1);
  counted.pairs *= 1'000;  // thousands of ids name one and the same
  EXPECT_NEAR(EstimateNodes(counted, kStill)->high - alike->high, 600 / 0.9, 1);
}

TEST(Estimate, OfAMovingNetworkIsWiderOnBothSidesTheLongerItTook) {
  const Namings counted{.alive = {.heard = 1000}, .pending = {}, .dead = {}, .namings = 64'000, .fewest = 20};
  // A tenth was gone after 100 s: one leaves in a thousand seconds, or a second of the thousand nodes; with what 26
  // leave open, 1.45.
  Attendance attendance{.looks = {.nodes = 256, .gone = 26, .watched = seconds{25'600}}, .late = 0, .apart = 1000};
  const auto quick = EstimateNodes(counted, attendance);
  attendance.apart = 100'000;
  const auto slow = EstimateNodes(counted, attendance);
  EXPECT_EQ(quick->nodes, 1000);
  EXPECT_EQ(slow->nodes, 1000);
  EXPECT_NEAR(1000 - quick->low, 1.96 * std::sqrt(2 * 1.45), 0.1);
  EXPECT_NEAR(1000 - slow->low, 1.96 * std::sqrt(2 * 145), 0.5);
  EXPECT_NEAR(slow->high - 1000, 1.96 * std::sqrt(2 * 145), 0.5);
}

TEST(Estimate, TakesThoseFoundLateForComersAsFarAsOthersLeft) {
  const Namings counted{.alive = {.heard = 1000}, .pending = {}, .dead = {}, .namings = 64'000, .fewest = 20};
  Attendance attendance{.looks = {.nodes = 256, .gone = 0, .watched = hours{24}}, .late = 30, .apart = 0,
                        .after = seconds{10}};
  // Nobody leaves: their first packets were lost.
  EXPECT_EQ(EstimateNodes(counted, attendance)->nodes, 1000);
  EXPECT_GT(EstimateNodes(counted, attendance)->low, 998.5);
  // Each leaves within 500 s: of a thousand nodes 20 left in those ten seconds, and about as many came.
  attendance.looks = {.nodes = 256, .gone = 51, .watched = seconds{25'600}};
  const auto moving = EstimateNodes(counted, attendance);
  EXPECT_NEAR(moving->nodes, 980, 0.5);
  EXPECT_NEAR(moving->low, 970, 0.5);
  EXPECT_GE(moving->high, 1000);
}

// Hosts that are up for 240 s on average and down for 60, asked once each at times over `span` seconds, then those
// found once more: how often, of 400 crawls, the interval contains how many were up at the moment.
int MovingCoverage(double span, double until_look) {
  Rng rng = Rng::FromNumber(5);
  const auto uniform = [&rng] { return static_cast<double>(rng.Below(1'000'000) + 1) / 1e6; };
  const auto lasts = [&](bool up) { return -std::log(uniform()) * (up ? 240 : 60); };
  int contains = 0;
  for (int i = 0; i < 400; ++i) {
    const std::size_t hosts = 50 + rng.Below(500);
    std::vector<Duration> proofs;
    std::vector<std::vector<double>> flips(hosts);  // of each host; up before the first when it has an even number
    const auto up_at = [&](std::size_t host, double time) {
      const auto left = std::count_if(flips[host].begin(), flips[host].end(), [&](double at) { return at > time; });
      return left % 2 == 0;  // all are up behind their last flip
    };
    Attendance attendance;
    const double end = span + until_look;
    for (std::size_t host = 0; host < hosts; ++host) {
      bool up = rng.Chance(4, 5);
      for (double at = lasts(up); at < end; at += lasts(up)) flips[host].push_back(at), up = !up;
      if (!up) flips[host].push_back(end);
      const double asked = span * uniform();
      if (!up_at(host, asked)) continue;
      proofs.push_back(Duration(std::llround(asked * 1e6)));
      if (attendance.looks.nodes < 256) attendance.looks.Add(!up, Duration(std::llround((end - asked) * 1e6)));
    }
    const Duration moment = MedianOf(proofs);
    for (const Duration at : proofs) attendance.apart += std::abs(static_cast<double>((at - moment).count()) / 1e6);
    std::size_t truth = 0;
    for (std::size_t host = 0; host < hosts; ++host) truth += up_at(host, static_cast<double>(moment.count()) / 1e6);
    const auto estimate = EstimateNodes({.alive = {.heard = proofs.size()}, .pending = {}, .dead = {},
                                         .namings = 20 * hosts, .fewest = 15}, attendance);
    if (std::round(estimate->low) <= static_cast<double>(truth) &&
        static_cast<double>(truth) <= std::round(estimate->high)) {
      ++contains;
    }
  }
  return contains;
}

TEST(Estimate, IntervalContainsTheTruthWhileHostsComeAndGoFast) { EXPECT_GE(MovingCoverage(2, 10), 372); }
TEST(Estimate, IntervalContainsTheTruthWhileHostsComeAndGoLong) { EXPECT_GE(MovingCoverage(60, 10), 372); }
TEST(Estimate, IntervalContainsTheTruthBeforeThereWasTimeForALook) { EXPECT_GE(MovingCoverage(1, 0.3), 372); }

TEST(Estimate, IsNeverBelowWhatWasFound) {
  Rng rng = Rng::FromNumber(3);
  for (int i = 0; i < 2000; ++i) {
    const auto draw = [&]() -> Namings::Kind {
      return {.heard = 1000 + rng.Below(1000), .once = rng.Below(500), .twice = rng.Below(500)};
    };
    const Namings counted{.alive = draw(), .pending = draw(), .dead = draw(),
                          .namings = 3000 + rng.Below(9000)};
    const auto estimate = EstimateNodes(counted, kStill);
    ASSERT_TRUE(estimate);
    EXPECT_GE(estimate->low, static_cast<double>(counted.alive.heard));  // while nobody left
    EXPECT_GE(estimate->nodes, estimate->low);
    EXPECT_GE(estimate->high, estimate->nodes);
    EXPECT_TRUE(std::isfinite(estimate->high));
  }
}

// How often the interval contains the truth, of 400 crawls. The samples are uniform here, as the theory has it.
int Coverage(double visited, double dialled) {
  Rng rng = Rng::FromNumber(4);
  int contains = 0;
  for (int i = 0; i < 400; ++i) {
    const std::size_t nodes = 40 + rng.Below(1500);
    const auto visits = static_cast<std::size_t>(visited * static_cast<double>(nodes)) + 2;
    const Namings counted = Crawl(nodes, nodes / 5, visits, 16, dialled, rng);
    const auto estimate = EstimateNodes(counted, kStill);
    if (!estimate) continue;
    const auto truth = static_cast<double>(nodes);
    if (estimate->low <= truth + 0.5 && truth - 0.5 <= estimate->high) ++contains;
  }
  return contains;
}

TEST(Estimate, WhatLiarsMakeUpIsNotTakenForNodes) {
  // A thousand were found, each named often; a tenth of what 20,000 liars' endpoints are was dialled, in vain.
  const auto estimate = EstimateNodes({.alive = {.heard = 1000, .once = 2, .twice = 5},
                                       .pending = {.heard = 18'000, .once = 18'000, .twice = 0},
                                       .dead = {.heard = 2'000, .once = 2'000, .twice = 0}, .namings = 90'000}, kStill);
  ASSERT_TRUE(estimate);
  EXPECT_LT(estimate->nodes, 1060);
}

TEST(Estimate, IntervalContainsTheTruthAfterAWholeCrawl) { EXPECT_GE(Coverage(1.0, 1.0), 372); }
TEST(Estimate, IntervalContainsTheTruthAfterATenthOfTheVisits) { EXPECT_GE(Coverage(0.1, 0.4), 372); }
TEST(Estimate, IntervalContainsTheTruthAfterAThirdOfTheVisits) { EXPECT_GE(Coverage(0.33, 0.9), 372); }

}  // namespace
}  // namespace hearsay
