// SPDX-License-Identifier: MIT
//
// Liveness under authenticated liars: who makes the living seem dead, or the dead seem alive.
#include <algorithm>

#include "node/core/rhythm.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;

// Three who name each other as suspects, and answer only the third ping, are asked all the time, and seem to say that
// our own uplink loses much. A death of somebody else is noticed after as many pings as before.
TEST(LivenessAttack, SlowLiarsDoNotDelayTheNoticeOfOthersDeaths) {
  Pump pump;
  pump.Add("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> puppets;
  for (int i = 0; i < 12; ++i) {
    const std::string at = "7." + std::to_string(i + 1) + ".0.1:1";
    puppets.push_back(std::make_unique<Puppet>(pump, at, static_cast<std::uint16_t>(300 + i)));
    puppets.back()->Join(0);
  }
  constexpr std::size_t kLiars = 3;
  int unanswered[kLiars] = {};
  bool dead = false;
  const auto live = [&](int step) {
    for (std::size_t i = 0; i < puppets.size() - (dead ? 1 : 0); ++i) {
      if (i >= kLiars) {
        puppets[i]->Answer();
        continue;
      }
      for (const Keepalive& k : puppets[i]->Heard()) {
        if (k.path_challenge != 0) puppets[i]->Say({.path_response = k.path_challenge});
        if (k.ping == 0 || ++unanswered[i] < 3) continue;
        unanswered[i] = 0;
        puppets[i]->Say({.pong = k.ping});
      }
      Keepalive suspicion;
      suspicion.suspects = {PrefixOf(puppets[(i + 1) % kLiars]->id())};
      if (step % 12 == static_cast<int>(i) * 4) puppets[i]->Say(suspicion);
    }
    pump.RunFor(milliseconds{100});
  };
  for (int step = 0; step < 1'200; ++step) live(step);
  ASSERT_GT(pump.node(0).counters()[Counter::kSuspicionsReceived], 200u);
  Puppet& victim = *puppets.back();
  ASSERT_TRUE(pump.node(0).FindPeer(victim.id())->in_view);
  victim.Answer();
  dead = true;
  for (int step = 0; step < 600 && pump.node(0).FindPeer(victim.id())->in_view; ++step) live(step);
  const std::vector<Keepalive> heard = victim.Heard();
  const auto pings = std::count_if(heard.begin(), heard.end(), [](const Keepalive& k) { return k.ping != 0; });
  EXPECT_FALSE(pump.node(0).FindPeer(victim.id())->in_view);
  EXPECT_EQ(pings, kProbeAttempts);
}

}  // namespace
}  // namespace hearsay::test
