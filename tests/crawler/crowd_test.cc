// SPDX-License-Identifier: MIT
// Crawl: maps of crowds of the experiment `million`, in small: whole, honest, and in few bytes.
#include <gtest/gtest.h>

#include "tests/sim/experiments/crowd.h"
#include "tests/sim/experiments/map_crowd.h"

namespace hearsay::sim {
namespace {

constexpr CrowdSpec kSpec{.honest = 2'800, .liars = 200, .dead = 800, .hidden = 300};

TEST(Crowd, StandsWhereItsNumbersSay) {
  const CrowdPlan plan(kSpec, 7);
  std::set<Endpoint> endpoints;
  for (CrowdPlan::Number number = 0; number < 5'000; ++number) {
    const Endpoint endpoint = plan.EndpointOf(number);
    EXPECT_EQ(endpoint.scope(), Scope::kGlobal);
    EXPECT_TRUE(endpoints.insert(endpoint).second);
    // 50 gangs of liars made up 16 endpoints each; behind them there is nobody.
    if (number < 2'800 + 200 + 800 + 300 + 50 * 16) {
      EXPECT_EQ(plan.NumberAt(endpoint), number);
    } else {
      EXPECT_FALSE(plan.NumberAt(endpoint));
    }
  }
  EXPECT_FALSE(plan.NumberAt({plan.EndpointOf(0).address, 1}));
  EXPECT_FALSE(plan.NumberAt(*Endpoint::Parse("99.0.0.1:7075")));
  EXPECT_FALSE(plan.NumberAt(*Endpoint::Parse("[2001:db8::1]:7075")));
}

TEST(Crowd, IsMappedWholeInThreeHundredBytesANode) {
  const CrowdPlan plan(kSpec, 7);
  (void)MapCrowd(CrowdPlan(kSpec, 8), {.loss_ppm = 2'000}, 8);  // what libraries keep from their first use is no node's
  const CrowdMap map = MapCrowd(plan, {.loss_ppm = 2'000}, 7);
  EXPECT_TRUE(map.complete);
  EXPECT_GE(map.found, plan.dialable() * 999 / 1000);
  EXPECT_EQ(map.invented, 0u);
  EXPECT_EQ(map.hidden, kSpec.hidden);
  EXPECT_EQ(map.liars_flagged, kSpec.liars);
  EXPECT_EQ(map.honest_flagged, 0u);
  EXPECT_LE(map.estimate.low, plan.dialable());
  EXPECT_GE(map.estimate.high, plan.dialable());
  EXPECT_LE(map.crawl_bytes / map.found, 300u);
  EXPECT_GE(map.crawl_bytes / map.found, 100u);  // an id, an endpoint and 64 names are more than that
}

}  // namespace
}  // namespace hearsay::sim
