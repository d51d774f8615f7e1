// SPDX-License-Identifier: MIT
//
// Gossip under an authenticated liar: what a peer with a good channel can make a node believe, tell or do.
#include <algorithm>
#include <set>

#include "node/core/peer.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct GossipAttack : testing::Test {
  Pump pump;

  const Counters& counters(std::size_t i) { return pump.node(i).counters(); }
  std::size_t HellosTo(const Endpoint& to) {
    return static_cast<std::size_t>(std::count_if(pump.log.begin(), pump.log.end(), [&](const InFlight& f) {
      return f.to == to && f.bytes.front() == PacketByte(PacketKind::kBareKeepalive);
    }));
  }
  bool IsVerified(std::size_t node, const NodeId& id) {
    const auto info = pump.node(node).FindPeer(id);
    return info && info->reachable;
  }
  static std::vector<Endpoint> Fabricated(std::string_view prefix) {
    std::vector<Endpoint> list;
    for (int i = 1; i <= 32; ++i) list.push_back(At(std::string(prefix) + std::to_string(i) + ":9"));
    return list;
  }
};

TEST_F(GossipAttack, AnUnaskedSampleIsNotRead) {
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Join(0);
  ASSERT_TRUE(IsVerified(0, liar.id()));
  liar.AnswerPull({});
  Keepalive k;
  k.sampled = true;
  k.sample = Fabricated("9.1.0.");
  liar.Say(k);
  EXPECT_EQ(counters(0)[Counter::kSampleEndpointsReceived], 0u);
  EXPECT_EQ(HellosTo(k.sample[0]), 0u);
}

TEST_F(GossipAttack, AFabricatedEndpointIsDialledOnceAndToldToNobody) {
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Join(0);
  const std::vector<Endpoint> fabricated = Fabricated("9.1.0.");
  liar.AnswerPull(fabricated);
  for (int i = 0; i < 200; ++i) {
    pump.RunFor(milliseconds{100});
    liar.Answer();
  }
  std::size_t hellos = 0;
  for (const Endpoint& e : fabricated) {
    EXPECT_LE(HellosTo(e), 4u);  // one dial and its repetitions
    hellos += HellosTo(e);
  }
  EXPECT_GT(hellos, 0u);
  EXPECT_EQ(pump.node(0).Status().table, 1u);
  Puppet asker(pump, "7.3.0.1:1", 51);
  asker.Join(0);
  Keepalive pull;
  pull.pull = true;
  asker.Say(pull);
  std::vector<Endpoint> told;
  for (const Keepalive& k : asker.Heard()) told.insert(told.end(), k.sample.begin(), k.sample.end());
  EXPECT_EQ(told, std::vector<Endpoint>{liar.at()});
}

// What a liar has queued before its first lies are found out gets no more of the budget than what it says afterwards.
TEST_F(GossipAttack, WhatALiarSaidBeforeItWasFoundOutWaitsBehindTheRest) {
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  Puppet honest(pump, "7.3.0.1:1", 51);
  liar.Join(0);
  honest.Join(0);
  const auto tell = [&](Puppet& puppet, const std::string& net, int samples) {
    std::vector<Endpoint> told;
    for (int i = 0; i < samples; ++i) {
      std::vector<Endpoint> sample;
      for (int j = 0; j < 32; ++j) sample.push_back(At(net + std::to_string(32 * i + j) + ".0.1:9"));
      puppet.AnswerPull(sample);
      told.insert(told.end(), sample.begin(), sample.end());
    }
    return told;
  };
  const auto dialled = [&](const std::vector<Endpoint>& told) {
    return std::count_if(told.begin(), told.end(), [&](const Endpoint& e) { return HellosTo(e) > 0; });
  };
  const Time start = pump.now;
  const std::vector<Endpoint> lies = tell(liar, "9.", 6);
  const std::vector<Endpoint> news = tell(honest, "11.", 3);
  const auto at_once = dialled(lies);  // as many as there are dials at a time
  ASSERT_LT(at_once, 100);
  ASSERT_EQ(dialled(news), 0);
  ASSERT_LT(pump.now, start + seconds{6}) << "until the first dials have failed";
  pump.RunUntil(start + seconds{9});
  EXPECT_GT(dialled(news), 24);
  EXPECT_LT(dialled(lies), at_once + 20);
}

TEST_F(GossipAttack, APublicPeerCannotMakeANodeDialPrivateOrLoopbackAddresses) {
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Join(0);
  liar.AnswerPull({At("10.0.0.1:22"), At("127.0.0.1:22"), At("[fd00::1]:22"), At("[::1]:22"), At("9.1.0.1:9")});
  pump.RunFor(seconds{5});
  EXPECT_EQ(HellosTo(At("10.0.0.1:22")) + HellosTo(At("127.0.0.1:22")) + HellosTo(At("[fd00::1]:22")) +
                HellosTo(At("[::1]:22")),
            0u);
  EXPECT_GT(HellosTo(At("9.1.0.1:9")), 0u);
}

TEST_F(GossipAttack, PullsAreAnsweredWithinABucketAndWithAtMostThirtyTwoEndpointsOnce) {
  pump.Add("127.0.0.1:1000");
  for (int i = 1; i <= 40; ++i) {
    pump.Add("127.0.0.1:" + std::to_string(1000 + i), {.bootstrap = {At("127.0.0.1:1000")}});
  }
  pump.RunFor(seconds{3});
  Puppet asker(pump, "127.0.0.1:1", 200);
  asker.Join(0);
  asker.Heard();
  Keepalive pull;
  pull.pull = true;
  std::size_t answers = 0;
  for (int i = 0; i < 500; ++i) {
    pull.pull_seed = static_cast<std::uint64_t>(i % 2);
    asker.Say(pull);
  }
  for (const Keepalive& k : asker.Heard()) {
    if (!k.sampled) continue;
    ++answers;
    EXPECT_EQ(k.sample.size(), kMaxSampleEndpoints);
    EXPECT_EQ(std::set<Endpoint>(k.sample.begin(), k.sample.end()).size(), k.sample.size());
  }
  EXPECT_GE(answers, 1u);
  EXPECT_LE(answers, 24u);
  EXPECT_GT(counters(0).dropped(Error::kRateLimited), 400u);
}

TEST_F(GossipAttack, HiddenPeersAreToldOnlyWhenAskedForAndAtMostThirtyTwoOfThem) {
  pump.Add("127.0.0.1:1000");
  std::vector<std::unique_ptr<Puppet>> hidden;  // they never say where they live
  for (std::uint16_t i = 0; i < 40; ++i) {
    hidden.push_back(std::make_unique<Puppet>(pump, "127.0.0.1:" + std::to_string(2000 + i), 300 + i));
    hidden.back()->Dial(0);
  }
  pump.RunFor(seconds{11});
  Puppet asker(pump, "127.0.0.1:1", 200);
  asker.Join(0);
  asker.Heard();
  std::set<IdPrefix> ids;
  for (const auto& puppet : hidden) ids.insert(PrefixOf(puppet->id()));
  Keepalive pull;
  pull.pull = true;
  for (const bool asks : {false, true}) {
    pull.pull_hidden = asks;
    asker.Say(pull);
    std::vector<IdPrefix> told;
    for (const Keepalive& k : asker.Heard()) told.insert(told.end(), k.hidden.begin(), k.hidden.end());
    EXPECT_EQ(told.size(), asks ? kMaxHidden : 0u);
    EXPECT_EQ(std::set<IdPrefix>(told.begin(), told.end()).size(), told.size());
    for (const IdPrefix id : told) EXPECT_TRUE(ids.contains(id));
  }
}

TEST_F(GossipAttack, ASuspicionCausesAProbeAndRemovesNobody) {
  pump.Add("127.0.0.1:1001");
  pump.Add("127.0.0.1:1002", {.bootstrap = {At("127.0.0.1:1001")}});
  Puppet liar(pump, "127.0.0.1:1", 50);
  liar.Join(0);
  pump.RunFor(milliseconds{400});
  Keepalive slander;
  slander.suspects = {PrefixOf(pump.id(1)), 12345};
  for (int i = 0; i < 100; ++i) liar.Say(slander);
  pump.RunFor(seconds{3});
  EXPECT_TRUE(pump.InView(0, 1));
  for (const PeerEvent& e : pump.members[0].events) {
    EXPECT_FALSE(e.kind == PeerEventKind::kStale && e.id == pump.id(1));
  }
}

TEST_F(GossipAttack, ARecordOfAnotherNodeIsRefused) {
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  Puppet other(pump, "7.3.0.1:1", 51);
  liar.Dial(0);
  Keepalive k;
  k.record_sequence = 9;
  k.record = SignRecord(other.Record(other.at()), other.identity(), other.network());
  liar.Say(k);
  EXPECT_EQ(counters(0).dropped(Error::kWrongNodeId), 1u);
  EXPECT_FALSE(IsVerified(0, liar.id()));
}

TEST_F(GossipAttack, ACrowdedNodeServesEachNewcomerOnceBeforeItTurnsSomebodyAway) {
  pump.Add("10.0.0.1:1001");
  Puppet known(pump, "10.0.0.2:1", 50);
  known.Join(0);
  Keepalive pull;
  pull.pull = true;
  std::size_t turned_away = 0;
  std::vector<std::unique_ptr<Puppet>> crowd;
  for (std::uint16_t i = 0; i < kMaxInbound + 20; ++i) {
    const std::string at = "10.1." + std::to_string(i / 200) + "." + std::to_string(1 + i % 200) + ":1";
    crowd.push_back(std::make_unique<Puppet>(pump, at, static_cast<std::uint16_t>(300 + i)));
    crowd.back()->Dial(0, pull);
    std::size_t endpoints = 0;
    for (const Keepalive& k : crowd.back()->Heard()) endpoints += k.sample.size();
    EXPECT_EQ(endpoints, 1u) << at;
  }
  EXPECT_EQ(pump.node(0).Status().channels, kMaxInbound + 1);  // and the one that is chosen
  for (const auto& puppet : crowd) {
    puppet->Heard();
    turned_away += puppet->turned_away() ? 1 : 0;
  }
  EXPECT_EQ(turned_away, 20u);
}

TEST_F(GossipAttack, WhoIsTurnedAwayReadsItsSampleAndDoesNotComeBackAtOnce) {
  pump.Add("10.0.0.1:1001");
  Puppet full(pump, "10.0.0.2:1", 50);
  full.Join(0);
  ASSERT_TRUE(IsVerified(0, full.id()));
  for (int i = 0; i < 100 && counters(0)[Counter::kPullsSent] == 0; ++i) pump.RunFor(milliseconds{50});
  full.SayNoRoom();  // overtakes the sample
  Keepalive answer;
  answer.sampled = true;
  answer.sample = {At("10.0.0.3:1")};
  full.Say(answer);
  EXPECT_EQ(counters(0)[Counter::kSampleEndpointsReceived], 1u);
  EXPECT_EQ(pump.node(0).Status().channels, 1u);
  pump.RunFor(milliseconds{400});
  EXPECT_EQ(pump.node(0).Status().channels, 0u);
  pump.log.clear();
  pump.RunFor(seconds{10});
  EXPECT_EQ(HellosTo(full.at()), 0u);
  EXPECT_EQ(pump.node(0).FindPeer(full.id())->state, PeerState::kRetry);
}

TEST_F(GossipAttack, ADialToANodeProvesNoEndpointByItself) {
  pump.Add("8.1.0.1:1001");
  Puppet silent(pump, "7.2.0.1:1", 50);
  silent.Dial(0);
  pump.RunFor(seconds{5});
  EXPECT_FALSE(IsVerified(0, silent.id()));
  EXPECT_EQ(pump.node(0).Status().table, 0u);
  EXPECT_EQ(pump.node(0).Status().view, 0u);
}

TEST_F(GossipAttack, AnotherNodesEndpointCannotBeClaimed) {
  pump.Add("8.1.0.1:1001");
  const std::size_t victim = pump.Add("8.5.0.1:1005");
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Dial(0);
  pump.log.clear();
  liar.SayRecord(At("8.5.0.1:1005"));
  std::size_t bytes_to_victim = 0;
  for (const InFlight& f : pump.log) bytes_to_victim += f.to == At("8.5.0.1:1005") ? f.bytes.size() : 0;
  EXPECT_GT(bytes_to_victim, 0u);
  EXPECT_LE(bytes_to_victim, 100u);  // one challenge: no amplifier
  // It guesses; it repeats an old token; it answers at once for a challenge that it cannot read.
  for (std::uint64_t token = 1; token < 200; ++token) {
    Keepalive guess;
    guess.path_response = token;
    liar.SayFrom(At("8.5.0.1:1005"), guess);
  }
  EXPECT_FALSE(IsVerified(0, liar.id()));
  EXPECT_TRUE(pump.node(victim).Peers().empty());
}

TEST_F(GossipAttack, AChallengeReadOnTheWayIsNoProofFromElsewhere) {
  // The puppet sees everything (Heard reads what was sent to anybody), as somebody on the victim's path does, but it
  // cannot send from there.
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Join(0, At("8.5.0.1:1005"));
  EXPECT_FALSE(IsVerified(0, liar.id()));
  EXPECT_GT(counters(0).dropped(Error::kNotExpected), 0u);
}

// Whoever sends a peer's challenge on in a victim's name makes it say no more than it was sent.
TEST_F(GossipAttack, APathResponseElsewhereIsNoLargerThanItsChallenge) {
  CoreConfig config;
  config.attributes = {{"service", "web"}, {"about", std::string(100, 'x')}};
  pump.Add("8.1.0.1:1001", {.config = config});
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Join(0);
  const Endpoint victim = At("6.6.6.6:1");
  constexpr std::size_t kSmallest = kSealOverheadBytes + 2 + 9;
  const std::size_t before = pump.log.size();
  Keepalive k;
  std::size_t pongs = 0;
  for (std::uint32_t i = 1; i <= 60; ++i) {
    k.path_challenge = k.ping = i;
    liar.SayFrom(victim, k);
    pump.RunFor(milliseconds{100});
    for (const Keepalive& heard : liar.Heard()) {
      pongs += heard.pong == i ? 1 : 0;
      if (heard.ping != 0) liar.Say({.pong = heard.ping});
    }
  }
  std::size_t packets = 0;
  for (std::size_t i = before; i < pump.log.size(); ++i) {
    if (pump.log[i].to != victim) continue;
    ++packets;
    EXPECT_LE(pump.log[i].bytes.size(), kSmallest);
  }
  EXPECT_EQ(packets, 60u) << "it may have moved: one for one";
  EXPECT_EQ(pongs, 60u) << "where it was";
}

// While chosen it pays and is counted as chosen, also when it was the one that dialled.
TEST_F(GossipAttack, WhoIsChosenIsStillSoWhenItComesBack) {
  pump.Add("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> neighbours;
  for (std::uint16_t i = 0; i < kMaxInboundPerGroup + 6; ++i) {
    neighbours.push_back(std::make_unique<Puppet>(pump, "7.2.0." + std::to_string(1 + i) + ":1", 300 + i));
    neighbours.back()->Join(0);
  }
  for (const auto& puppet : neighbours) puppet->SayLeave();
  for (const auto& puppet : neighbours) {
    puppet->Join(0);
    pump.RunFor(milliseconds{10});
  }
  for (const auto& puppet : neighbours) {
    puppet->Heard();
    EXPECT_FALSE(puppet->turned_away());
    EXPECT_TRUE(pump.node(0).FindPeer(puppet->id())->in_view);
  }
}

// Those who announce where they are and never answer leave enough challenges for newcomers.
TEST_F(GossipAttack, WhoeverAnswersNoChallengeKeepsNoNewcomerOut) {
  pump.Add("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> silent;
  for (std::uint16_t i = 0; i < 64; ++i) {
    const std::string at = "7." + std::to_string(i % 8) + ".0." + std::to_string(1 + i) + ":1";
    silent.push_back(std::make_unique<Puppet>(pump, at, 300 + i));
    silent.back()->Dial(0);
    silent.back()->SayRecord(silent.back()->at());
  }
  Keepalive nothing;
  const auto talk = [&](int tenths) {
    for (int i = 0; i < tenths; ++i) {
      pump.RunFor(milliseconds{100});
      for (const auto& puppet : silent) puppet->Say(nothing);
    }
  };
  talk(150);
  std::size_t proved = 0;
  for (std::uint16_t i = 0; i < 16; ++i) {
    Puppet newcomer(pump, "9." + std::to_string(i) + ".0.1:1", 600 + i);
    newcomer.Join(0);
    talk(3);
    proved += IsVerified(0, newcomer.id()) ? 1 : 0;
  }
  EXPECT_GE(proved, 15u);
}

TEST_F(GossipAttack, ClaimsOfTheFutureDoNotSilenceRecords) {
  CoreConfig config;
  pump.Add("8.1.0.1:1001", {.config = config});
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Dial(0);
  Keepalive k;
  k.ping = 1;
  k.record_held = UINT64_MAX;
  liar.Say(k);
  liar.Heard();
  config.name = "renamed";
  Effects out;
  pump.node(0).Reconfigure(config, pump.now, out);
  k.ping = 2;
  k.record_held = 0;
  pump.RunFor(seconds{1});
  liar.Say(k);
  bool got = false;
  for (const Keepalive& heard : liar.Heard()) {
    if (heard.record.empty()) continue;
    const auto record = OpenRecord(heard.record, pump.id(0), liar.network());
    got |= record && record->name == "renamed";
  }
  EXPECT_TRUE(got);
}

TEST_F(GossipAttack, APeerThatNeverAcknowledgesARecordIsNotFedWithoutEnd) {
  pump.Add("8.1.0.1:1001");
  Puppet liar(pump, "7.2.0.1:1", 50);
  liar.Dial(0);
  liar.Heard();
  Keepalive k;
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    k.ping = i;
    liar.Say(k);
  }
  std::size_t records = 0;
  std::size_t answers = 0;
  for (const Keepalive& heard : liar.Heard()) {
    records += heard.record.empty() ? 0 : 1;
    ++answers;
  }
  EXPECT_LE(records, 1u);
  EXPECT_LE(answers, kChannelRate.burst);
}

// It has proved that it lives there, and went away: packets with that source still come, and nothing is received there.
TEST_F(GossipAttack, WhoLeftItsEndpointIsNotCalledReachableForItsPacketsAlone) {
  pump.Add("5.0.0.1:1001");
  Puppet gone(pump, "7.1.0.1:1", 400);
  gone.Join(0);
  ASSERT_TRUE(pump.node(0).FindPeer(gone.id())->reachable);
  std::size_t sent_there = 0;
  pump.filter = [&](const InFlight& f) {
    sent_there += f.to == gone.at() ? 1 : 0;
    return f.to != gone.at();
  };
  for (std::uint32_t second = 0; second < 1800; ++second) {
    Keepalive k;
    k.ping = second + 1;
    k.pong = second % 60;  // the first numbers, one after the other
    gone.Say(k);
    pump.RunFor(seconds{1});
  }
  const auto info = pump.node(0).FindPeer(gone.id());
  EXPECT_FALSE(info && info->reachable);
  EXPECT_FALSE(info && info->in_view);
  EXPECT_LE(sent_there, 1800u + 100u) << "no more than it sent";
}

// It roams and announces no other endpoint: whoever has the old one now is asked a few times, and not for ever.
TEST_F(GossipAttack, WhoeverLivesWhereAPeerWasIsBotheredLittle) {
  pump.Add("5.0.0.1:1001");
  Puppet mover(pump, "7.1.0.1:1", 401);
  mover.Join(0);
  const Endpoint elsewhere = At("7.9.0.1:5");
  std::size_t challenges = 0;
  std::size_t hellos = 0;
  pump.filter = [&](const InFlight& f) {
    const bool sealed = f.bytes[0] == PacketByte(PacketKind::kSealed);
    if (f.to == mover.at()) ++(sealed ? challenges : hellos);
    return f.to != mover.at();
  };
  for (std::uint32_t second = 0; second < 1200; ++second) {
    // Large enough to be answered with a challenge.
    mover.SayFrom(elsewhere, {.ping = 1'000'000 + second, .record_sequence = 7, .record_held = 1'800'000'000});
    for (const Keepalive& k : mover.Heard()) {
      if (k.ping == 0 && k.path_challenge == 0) continue;
      Keepalive answer;
      answer.pong = k.ping;
      answer.path_response = k.path_challenge;
      mover.SayFrom(elsewhere, answer);
    }
    pump.RunFor(seconds{1});
  }
  const auto info = pump.node(0).FindPeer(mover.id());
  ASSERT_TRUE(info);
  EXPECT_FALSE(info->reachable);
  EXPECT_LE(challenges, 1u + 3u) << "and an answer before it had moved";
  EXPECT_LE(hellos, 20u) << "to where its record says, ever more seldom: few peers are known";
}

}  // namespace
}  // namespace hearsay::test
