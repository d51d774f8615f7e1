// SPDX-License-Identifier: MIT
// EstimateNodes: against networks of known size, whole crawls and crawls that were stopped.
#include "crawler/estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "proto/rng.h"

namespace hearsay {
namespace {

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

TEST(Estimate, OfNothingThereIsNone) {
  EXPECT_FALSE(EstimateNodes({}));
  EXPECT_FALSE(EstimateNodes({.alive = {.heard = 1, .once = 1}, .pending = {}, .dead = {}, .namings = 1}));
}

TEST(Estimate, OfAWholeCrawlIsWhatWasFound) {
  const auto estimate =
      EstimateNodes({.alive = {.heard = 1000}, .pending = {}, .dead = {.heard = 50}, .namings = 64'000});
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->nodes, 1000);
  EXPECT_EQ(estimate->low, 1000);
  EXPECT_LE(estimate->high, 1003);
}

TEST(Estimate, IsNeverBelowWhatWasFound) {
  Rng rng = Rng::FromNumber(3);
  for (int i = 0; i < 2000; ++i) {
    const auto draw = [&]() -> Namings::Kind {
      return {.heard = 1000 + rng.Below(1000), .once = rng.Below(500), .twice = rng.Below(500)};
    };
    const Namings counted{.alive = draw(), .pending = draw(), .dead = draw(),
                          .namings = 3000 + rng.Below(9000)};
    const auto estimate = EstimateNodes(counted);
    ASSERT_TRUE(estimate);
    EXPECT_GE(estimate->low, static_cast<double>(counted.alive.heard));
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
    const auto estimate = EstimateNodes(counted);
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
                                       .dead = {.heard = 2'000, .once = 2'000, .twice = 0}, .namings = 90'000});
  ASSERT_TRUE(estimate);
  EXPECT_LT(estimate->nodes, 1060);
}

TEST(Estimate, IntervalContainsTheTruthAfterAWholeCrawl) { EXPECT_GE(Coverage(1.0, 1.0), 372); }
TEST(Estimate, IntervalContainsTheTruthAfterATenthOfTheVisits) { EXPECT_GE(Coverage(0.1, 0.4), 372); }
TEST(Estimate, IntervalContainsTheTruthAfterAThirdOfTheVisits) { EXPECT_GE(Coverage(0.33, 0.9), 372); }

}  // namespace
}  // namespace hearsay
