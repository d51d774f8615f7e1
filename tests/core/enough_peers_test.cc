// SPDX-License-Identifier: MIT
//
// CoreConfig::enough_peers: a node that has enough asks for no more, and answers those who have not.
#include <gtest/gtest.h>

#include "tests/core/pump.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string Place(std::size_t i) { return "127.0.0.1:" + std::to_string(1000 + i); }

// Twenty who know everybody, and then one who wants `enough`, told of three of them.
std::size_t AddModest(Pump& pump, std::size_t enough) {
  for (std::size_t i = 0; i < 20; ++i) {
    MemberOptions options;
    if (i > 0) options.bootstrap = {At(Place(0))};
    pump.Add(Place(i), options);
  }
  pump.RunFor(seconds{2});
  MemberOptions modest;
  modest.bootstrap = {At(Place(3)), At(Place(4)), At(Place(5))};
  modest.config.enough_peers = enough;
  return pump.Add(Place(20), modest);
}

TEST(EnoughPeers, WhoHasEnoughAsksForNoMoreAndDialsNobodyElse) {
  Pump pump;
  const std::size_t modest = AddModest(pump, 3);
  pump.RunFor(milliseconds{20});  // the others have not told each other of it yet
  EXPECT_EQ(pump.node(modest).Status().table, 3u);
  EXPECT_EQ(pump.node(modest).counters()[Counter::kPullsSent], 0u);
  pump.RunFor(seconds{30});
  EXPECT_EQ(pump.node(modest).counters()[Counter::kDialsStarted], 3u);
  EXPECT_EQ(pump.node(modest).counters()[Counter::kPullsSent], 0u);
}

TEST(EnoughPeers, WhoDialsItIsAnsweredAndVerified) {
  Pump pump;
  const std::size_t modest = AddModest(pump, 3);
  pump.RunFor(seconds{30});
  EXPECT_EQ(pump.node(modest).Status().table, 20u);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(pump.Sees(i, modest)->reachable) << i;
}

TEST(EnoughPeers, WhoHasTooFewAsksUntilThereAreEnough) {
  Pump pump;
  const std::size_t modest = AddModest(pump, 10);
  pump.RunFor(milliseconds{200});
  EXPECT_GE(pump.node(modest).Status().table, 10u);
  EXPECT_GE(pump.node(modest).counters()[Counter::kPullsSent], 1u);
}

TEST(EnoughPeers, AnotherNumberHoldsFromTheReconfigurationOn) {
  Pump pump;
  const std::size_t modest = AddModest(pump, 1);
  pump.RunFor(milliseconds{20});
  const std::uint64_t before = pump.node(modest).counters()[Counter::kPullsSent];
  CoreConfig config;
  config.software = "test/1";
  config.enough_peers = 1000;
  Effects out;
  pump.node(modest).Reconfigure(config, pump.now, out);
  pump.RunFor(seconds{1});
  EXPECT_GT(pump.node(modest).counters()[Counter::kPullsSent], before);
}

}  // namespace
}  // namespace hearsay::test
