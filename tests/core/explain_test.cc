// SPDX-License-Identifier: MIT
//
// What a node says of why a peer is where it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/core/speakers.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Explain : testing::Test {
  Pump pump;

  PeerExplanation Why(std::size_t node, const NodeId& id) {
    const auto why = pump.node(node).Explain(id, pump.now);
    EXPECT_TRUE(why) << id.ToString();
    return why.value_or(PeerExplanation{});
  }
};

TEST_F(Explain, AStrangerHasNone) {
  pump.Add("127.0.0.1:1000");
  EXPECT_FALSE(pump.node(0).Explain(MakeIdentity(9).id(), pump.now));
  EXPECT_FALSE(pump.node(0).Explain(pump.id(0), pump.now)) << "nor has the node itself";
}

TEST_F(Explain, WhoToldOfAPeerAndWhoDialledUs) {
  pump.Add("127.0.0.1:1000");
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1000")}});
  pump.RunFor(seconds{1});
  pump.Add("127.0.0.1:1002", {.bootstrap = {At("127.0.0.1:1000")}});
  const Time joined = pump.now;
  pump.RunFor(seconds{2});

  const PeerExplanation heard = Why(2, pump.id(1));
  EXPECT_EQ(heard.peer.id, pump.id(1));
  EXPECT_EQ(heard.peer.heard_from, PrefixOf(pump.id(0)));
  EXPECT_EQ(heard.teller, pump.id(0));
  EXPECT_TRUE(heard.in_table);
  EXPECT_GE(heard.last_verified, joined);
  EXPECT_EQ(heard.group, "127.0.0.1");
  EXPECT_EQ(heard.group_peers, 2u) << "a port is no group of its own";
  EXPECT_EQ(heard.verified_peers, 2u);
  EXPECT_TRUE(heard.chosen);
  ASSERT_TRUE(heard.channel);
  EXPECT_FALSE(heard.channel->inbound);
  EXPECT_FALSE(heard.channel->preconfigured);
  EXPECT_GE(heard.channel->sessions, 1u);
  EXPECT_GE(heard.channel->opened_at, joined);
  EXPECT_GE(heard.channel->last_heard, heard.channel->opened_at);

  const PeerExplanation seed = Why(2, pump.id(0));
  EXPECT_EQ(seed.peer.heard_from, 0u);
  EXPECT_FALSE(seed.teller);
  EXPECT_TRUE(seed.channel->preconfigured);
  EXPECT_EQ(seed.speaker.proved, 1u) << "it told of the other one, who was there";
  EXPECT_EQ(seed.speaker.failed, 0u);
  EXPECT_EQ(seed.speaker.influence, Influence::kFull);
  EXPECT_EQ(seed.speaker.shunned_until, kNever);

  const PeerExplanation caller = Why(1, pump.id(2));
  EXPECT_FALSE(caller.teller) << "it dialled us";
  EXPECT_TRUE(caller.in_table);
  EXPECT_TRUE(caller.chosen);
}

TEST_F(Explain, ADeadPeerIsNotChosenAndHasARetry) {
  pump.Add("127.0.0.1:1000");
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1000")}});
  pump.RunFor(seconds{1});
  const NodeId dead = pump.id(1);
  pump.Kill(1);
  pump.RunFor(seconds{10});
  const PeerExplanation why = Why(0, dead);
  EXPECT_EQ(why.peer.state, PeerState::kRetry);
  EXPECT_TRUE(why.in_table);
  EXPECT_FALSE(why.chosen);
  EXPECT_FALSE(why.channel);
  EXPECT_THAT(why.slots, testing::IsEmpty());
  EXPECT_GT(why.peer.failures, 0u);
  EXPECT_GT(why.peer.next_retry, pump.now);
  EXPECT_EQ(why.verified_peers, 0u);
}

TEST_F(Explain, APeerThatOnlyDialledUsIsNotVerified) {
  pump.Add("5.1.0.1:1001");
  Puppet caller(pump, "5.2.0.1:1", 50);
  caller.Dial(0);
  const PeerExplanation why = Why(0, caller.id());
  EXPECT_FALSE(why.in_table);
  EXPECT_FALSE(why.chosen);
  EXPECT_EQ(why.group, "5.2.0.0/16");
  EXPECT_EQ(why.group_peers, 0u);
  ASSERT_TRUE(why.channel);
  EXPECT_TRUE(why.channel->inbound);
}

TEST_F(Explain, SlotsChooseOnceTheyAreFewerThanThePeers) {
  pump.Add("5.1.0.1:1001");
  std::vector<NodeId> ids;
  for (std::uint16_t i = 0; i < 2 * kViewSlots; ++i) {
    Puppet puppet(pump, "6." + std::to_string(i) + ".0.1:1", static_cast<std::uint16_t>(100 + i));
    puppet.Join(0);
    ids.push_back(puppet.id());
    if (ids.size() > kViewSlots) continue;
    EXPECT_TRUE(Why(0, puppet.id()).chosen) << "all are, while they are few";
  }
  std::vector<std::size_t> held;
  for (const NodeId& id : ids) {
    const PeerExplanation why = Why(0, id);
    EXPECT_EQ(why.verified_peers, 2 * kViewSlots);
    EXPECT_EQ(why.chosen, !why.slots.empty());
    held.insert(held.end(), why.slots.begin(), why.slots.end());
  }
  std::vector<std::size_t> all(kViewSlots);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  EXPECT_THAT(held, testing::UnorderedElementsAreArray(all)) << "each slot holds one peer";
}

TEST_F(Explain, ASpeakerIsKnownByWhatItsWordWasWorth) {
  pump.Add("5.1.0.1:1001");
  Puppet liar(pump, "6.2.0.1:1", 50);
  liar.Join(0);
  Keepalive sample;
  sample.sampled = true;
  for (int i = 1; i <= 32; ++i) sample.sample.push_back(At("7." + std::to_string(i) + ".0.1:9"));
  for (int i = 0; i < 400; ++i) {
    for (const Keepalive& k : liar.Heard()) {
      Keepalive answer = k.pull ? sample : Keepalive{};
      answer.pong = k.ping;
      liar.Say(answer);
    }
    pump.RunFor(milliseconds{100});
  }
  const PeerExplanation why = Why(0, liar.id());
  EXPECT_EQ(why.speaker.proved, 0u);
  EXPECT_GE(why.speaker.failed, Speakers::kTrials);
  EXPECT_EQ(why.speaker.influence, Influence::kDoubtful) << "nobody else has spoken, so it is not called a liar";
}

}  // namespace
}  // namespace hearsay::test
