// SPDX-License-Identifier: MIT
//
// Attacks on what a node has to give: places for channels and handshakes, dials, answers, rows of its store.
#include <set>

#include "node/core/responder.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct ResourceAttack : testing::Test {
  Pump pump;
  const Endpoint node_at = At("8.1.0.1:1001");
  std::vector<std::unique_ptr<Puppet>> puppets;
  std::uint16_t next_identity = 100;

  ResourceAttack() { pump.Add("8.1.0.1:1001"); }

  Puppet& Add(const std::string& at) {
    puppets.push_back(std::make_unique<Puppet>(pump, at, next_identity++));
    return *puppets.back();
  }
  std::size_t PacketsTo(const IpAddress& address) const {
    return static_cast<std::size_t>(
        std::count_if(pump.log.begin(), pump.log.end(), [&](const InFlight& f) { return f.to.address == address; }));
  }
  static bool HasSample(Puppet& puppet) {
    const auto heard = puppet.Heard();
    return std::any_of(heard.begin(), heard.end(), [](const Keepalive& k) { return k.sampled; });
  }
};

Keepalive Pull() {
  Keepalive pull;
  pull.pull = true;
  return pull;
}

TEST_F(ResourceAttack, ABanEndsTheDialsToThoseItCovers) {
  Puppet& liar = Add("7.2.0.1:1");
  liar.Join(0);
  liar.AnswerPull({At("9.1.0.1:9"), At("9.1.0.2:9"), At("9.2.0.1:9")});
  ASSERT_EQ(pump.node(0).Status().dialling, 3u);
  BanEntry ban{.subject = *ParseBanSubject("9.1.0.0/16")};
  ban.expires = kNever;
  ASSERT_TRUE(pump.Ban(0, ban));
  EXPECT_EQ(pump.node(0).Status().dialling, 1u);
  const std::size_t before = PacketsTo(At("9.1.0.1:9").address);
  pump.RunFor(seconds{10});
  EXPECT_EQ(pump.node(0).Status().dialling, 0u);
  EXPECT_EQ(PacketsTo(At("9.1.0.1:9").address), before);
}

TEST_F(ResourceAttack, WhatLeavesTheTableLeavesTheStore) {
  for (int i = 0; i < 60; ++i) {
    const auto identity = static_cast<std::uint16_t>(300 + i);
    Puppet there(pump, "7.2.0.1:" + std::to_string(1000 + i), identity);
    there.Join(0);
    there.SayLeave();
    Puppet elsewhere(pump, "7.2.0.1:9", identity);
    elsewhere.Dial(0);
    elsewhere.SayLeave();
    pump.RunFor(milliseconds{100});
  }
  std::set<NodeId> stored;
  for (const KnownPeer& peer : pump.members[0].persisted) stored.insert(peer.id);
  EXPECT_EQ(stored.size(), 60u);
  for (const NodeId& id : pump.members[0].forgotten) stored.erase(id);
  for (const NodeId& id : stored) EXPECT_TRUE(pump.node(0).FindPeer(id)) << "a row that no table knows";
  EXPECT_LE(stored.size(), 16u) << "the ports that a table takes of one address";
}

// The older one has a channel and slots when it loses its endpoint.
TEST_F(ResourceAttack, IdsThatProveOneEndpointInTurnLeaveNothingBehind) {
  for (int i = 0; i < 20; ++i) {
    Add("7.2.0.1:9").Join(0);
    pump.node(0).CheckInvariants(pump.now);
    pump.RunFor(milliseconds{100});
  }
  EXPECT_EQ(pump.node(0).Status().table, 1u);
  EXPECT_EQ(pump.node(0).Slots(), std::vector<Endpoint>{At("7.2.0.1:9")});
  EXPECT_EQ(pump.members[0].forgotten.size(), 19u);
}

TEST_F(ResourceAttack, EightIdsOfOneAddressDoNotKeepItsNeighboursOut) {
  for (int i = 0; i < 3; ++i) Add("6." + std::to_string(i) + ".0.1:1").Join(0);
  std::vector<Puppet*> crowd;
  for (int i = 0; i < 12; ++i) {
    crowd.push_back(&Add("7.2.0.1:9"));
    crowd.back()->Dial(0);
  }
  Puppet& neighbour = Add("7.2.200.7:7075");
  neighbour.Dial(0, Pull());
  EXPECT_TRUE(HasSample(neighbour));
  EXPECT_FALSE(neighbour.turned_away());
  std::size_t turned_away = 0;
  for (Puppet* p : crowd) {
    p->Heard();
    turned_away += p->turned_away() ? 1 : 0;
  }
  EXPECT_EQ(turned_away, 5u);
}

TEST_F(ResourceAttack, OneMachineOfALanCannotTakeAllPlaces) {
  pump.Add("10.0.0.1:1001");
  std::vector<Puppet*> good;
  for (int i = 0; i < 40; ++i) {
    good.push_back(&Add("10.1.0." + std::to_string(i + 1) + ":7075"));
    good.back()->Dial(1);
  }
  for (int i = 0; i < 256; ++i) Add("10.9.9.9:9").Dial(1);
  for (Puppet* p : good) {
    p->Heard();
    EXPECT_FALSE(p->turned_away());
  }
}

TEST_F(ResourceAttack, AnAnnouncedVictimGetsAFewPacketsADay) {
  for (int i = 0; i < 70; ++i) Add("6." + std::to_string(i) + ".0.1:1").Join(0);
  const Endpoint victim = At("9.9.9.9:53");
  std::vector<Puppet*> attackers;
  for (int i = 0; i < 8; ++i) {
    attackers.push_back(&Add("7.2.0.1:9"));
    attackers.back()->Dial(0);
    attackers.back()->SayRecord(victim);
  }
  for (int i = 0; i < 600; ++i) {
    pump.RunFor(seconds{6});
    for (Puppet* p : attackers) p->Say({});
  }
  EXPECT_GT(PacketsTo(victim.address), 0u);
  EXPECT_LE(PacketsTo(victim.address), 24u) << "in an hour; the rest of the day brings none";
}

TEST_F(ResourceAttack, AVictimsOtherPortsAreNoNewVictims) {
  for (int i = 0; i < 70; ++i) Add("6." + std::to_string(i) + ".0.1:1").Join(0);
  const Endpoint victim = At("9.9.9.9:1");
  std::vector<Puppet*> attackers;
  for (int i = 0; i < 8; ++i) {
    attackers.push_back(&Add("7.2.0.1:9"));
    attackers.back()->Dial(0);
  }
  for (std::uint16_t i = 0; i < 200; ++i) {
    for (Puppet* p : attackers) {
      p->SayRecord({victim.address, static_cast<std::uint16_t>(1000 + i)}, 10 + i);
    }
    pump.RunFor(seconds{9});
  }
  EXPECT_LE(PacketsTo(victim.address), 40u) << "of 1,600 announcements of 200 ports";
}

TEST_F(ResourceAttack, AToldVictimsOtherPortsAreNoNewVictims) {
  Puppet& liar = Add("7.2.0.1:1");
  liar.Join(0);
  std::uint16_t port = 1000;
  for (int i = 0; i < 10; ++i) {
    std::vector<Endpoint> sample;
    for (int k = 0; k < 32; ++k) sample.push_back({At("9.9.9.9:1").address, port++});
    liar.AnswerPull(sample);
  }
  for (int i = 0; i < 600; ++i) {
    pump.RunFor(milliseconds{100});
    liar.Answer();
  }
  // Four packets each, as a small network spends.
  EXPECT_LE(PacketsTo(At("9.9.9.9:1").address), 80u);
  std::set<Endpoint> ports;
  for (const InFlight& f : pump.log) {
    if (f.to.address == At("9.9.9.9:1").address) ports.insert(f.to);
  }
  EXPECT_LE(ports.size(), 20u) << "of 320";
}

TEST_F(ResourceAttack, ANodeWhosePortsWereMadeUpIsStillProvedWhenItComes) {
  Puppet& liar = Add("7.2.0.1:1");
  liar.Join(0);
  std::vector<Endpoint> sample;
  for (std::uint16_t port = 1; port <= 32; ++port) sample.push_back({At("9.9.9.9:1").address, port});
  for (int i = 0; i < 4; ++i) {
    liar.AnswerPull(sample);
    for (int step = 0; step < 70; ++step) {
      pump.RunFor(milliseconds{100});
      liar.Answer();
    }
  }
  // It is behind a translation that forwards port 7075 to it.
  const std::size_t mapped = pump.Add("9.9.9.9:7075", {.bootstrap = {node_at}, .local = At("192.168.0.2:7075"),
                                                      .config = {.announce = {At("9.9.9.9:7075")}}});
  pump.RunFor(seconds{10});
  EXPECT_TRUE(pump.Sees(0, mapped)->reachable);
}

TEST_F(ResourceAttack, WhoProvesNoEndpointIsNoReasonToStopBootstrapping) {
  for (int i = 0; i < 9; ++i) Add("7." + std::to_string(i) + ".0.1:9").Dial(0);
  ASSERT_EQ(pump.node(0).Status().channels, 9u);
  EXPECT_EQ(pump.node(0).Status().online_weight, 0u);
  Add("6.1.0.1:9").Join(0);
  EXPECT_EQ(pump.node(0).Status().online_weight, 1u);
}

TEST_F(ResourceAttack, AQueryThatNobodyAskedForTeachesNothing) {
  for (int i = 0; i < 20; ++i) Add("7." + std::to_string(i) + ".0.1:1").Join(0);
  Codec codec;
  const std::size_t before = pump.log.size();
  Effects out;
  for (int i = 0; i < 50; ++i) {
    HandshakeQuery query;
    query.observed = At("8.1.0." + std::to_string(1 + i % 9) + ":1001");
    query.responder = MakeIdentity(999).id();
    DatagramBuffer buffer;
    codec.Encode(query, NetworkKey::Open("test"), buffer);
    pump.node(0).Receive({At("5.5.5.5:53"), query.observed, buffer.view()}, pump.now, out);
  }
  EXPECT_TRUE(std::none_of(out.list.begin(), out.list.end(), [](const Effect& e) {
    return std::holds_alternative<Send>(e);
  }));
  EXPECT_EQ(pump.log.size(), before);
  EXPECT_EQ(pump.node(0).Status().own_endpoints.size(), 1u);
}

TEST_F(ResourceAttack, SuspicionsCostNoMoreProbesThanTheirRate) {
  Keepalive suspicion;
  for (int i = 0; i < 60; ++i) {
    Puppet& peer = Add("7." + std::to_string(i) + ".0.1:1");
    peer.Join(0);
    if (suspicion.suspects.size() < kMaxSuspicions) suspicion.suspects.push_back(PrefixOf(peer.id()));
  }
  pump.RunFor(seconds{1});
  const std::uint64_t before = pump.node(0).counters()[Counter::kDatagramsSent];
  Puppet& liar = Add("6.1.0.1:1");
  liar.Dial(0);
  for (int i = 0; i < 500; ++i) {
    liar.Say(suspicion);
    pump.RunFor(milliseconds{20});
    for (const auto& p : puppets) p->Answer();
  }
  const std::uint64_t sent = pump.node(0).counters()[Counter::kDatagramsSent] - before;
  EXPECT_LE(sent, 128u + 10 * 16 + 400) << "the burst, ten seconds of the rate, and what goes anyway";
}

TEST_F(ResourceAttack, OneGroupIsNotMostOfWhatANewcomerIsTold) {
  for (int i = 0; i < 30; ++i) Add("6." + std::to_string(i) + ".0.1:1").Join(0);
  for (int i = 0; i < 100; ++i) Add("7.2." + std::to_string(i) + ".1:1").Join(0);
  Puppet& newcomer = Add("5.1.0.1:1");
  newcomer.Dial(0, Pull());
  std::size_t told = 0;
  std::size_t of_the_crowd = 0;
  for (const Keepalive& k : newcomer.Heard()) {
    for (const Endpoint& e : k.sample) {
      ++told;
      of_the_crowd += e.group() == At("7.2.0.1:1").group() ? 1 : 0;
    }
  }
  EXPECT_EQ(told, kMaxSampleEndpoints);
  EXPECT_LE(of_the_crowd, 4u);
}

TEST_F(ResourceAttack, ALiarAmongHonestSpeakersLosesItsChannelForAnHour) {
  pump.Add("5.1.0.1:1001");
  for (int i = 2; i < 45; ++i) pump.Add("5." + std::to_string(i) + ".0.1:1001", {.bootstrap = {At("5.1.0.1:1001")}});
  MemberOptions newcomer;
  newcomer.bootstrap = {At("5.1.0.1:1001")};
  const std::size_t us = pump.Add("4.1.0.1:1001", newcomer);
  pump.RunFor(seconds{20});
  ASSERT_GT(pump.node(us).Status().table, 40u) << "honest words that proved true";
  Puppet& liar = Add("7.2.0.1:1");
  liar.Join(us);
  std::uint32_t group = 0;
  for (int i = 0; i < 4000 && pump.node(us).FindPeer(liar.id())->state == PeerState::kActive; ++i) {
    for (const Keepalive& k : liar.Heard()) {
      Keepalive answer;
      answer.pong = k.ping;
      answer.sampled = k.pull;
      for (int e = 0; k.pull && e < 32; ++e) answer.sample.push_back({IpAddress::V4(0x20000001 + (group++ << 16)), 9});
      liar.Say(answer);
    }
    pump.RunFor(milliseconds{400});
  }
  const auto peer = pump.node(us).FindPeer(liar.id());
  EXPECT_EQ(peer->state, PeerState::kRetry);
  EXPECT_EQ(peer->last_error, ErrorName(Error::kFalseSamples));
  EXPECT_EQ(pump.node(us).counters()[Counter::kLiarsShunned], 1u);
  // Nor does it come back by dialling.
  liar.Join(us);
  pump.RunFor(seconds{1});
  EXPECT_EQ(pump.node(us).FindPeer(liar.id())->state, PeerState::kRetry);
  EXPECT_GT(pump.node(us).counters().dropped(Error::kFalseSamples), 0u);
}

TEST_F(ResourceAttack, OneGroupDoesNotKeepANodeGrowing) {
  pump.RunFor(seconds{120});  // nothing is new any more
  Puppet& asked = Add("6.1.0.1:1");
  asked.Join(0);
  const auto keep_answering = [&] {
    pump.RunFor(seconds{1});
    for (const auto& p : puppets) p->Answer();
  };
  std::uint64_t before = 0;
  for (int i = 0; i < 240; ++i) {
    if (i == 120) before = pump.node(0).counters()[Counter::kPullsSent];
    Add("7.2." + std::to_string(i) + ".1:1").Join(0);
    keep_answering();
  }
  EXPECT_GT(pump.node(0).Status().table, 150u);
  EXPECT_LE(pump.node(0).counters()[Counter::kPullsSent] - before, 2u * 120 / 15 + 4) << "two a round";
}

TEST_F(ResourceAttack, AQueryFromElsewhereEndsNoDial) {
  Puppet& liar = Add("7.2.0.1:1");
  liar.Join(0);
  liar.AnswerPull({At("9.1.0.1:9")});
  ASSERT_EQ(pump.node(0).Status().dialling, 1u);
  Codec codec;
  const NetworkKey network = NetworkKey::Open("test");
  const auto hello = std::find_if(pump.log.rbegin(), pump.log.rend(),
                                  [](const InFlight& f) { return f.to == At("9.1.0.1:9"); });
  ASSERT_NE(hello, pump.log.rend());
  const auto bare = codec.Decode(hello->bytes, network);
  HandshakeQuery query;
  query.answer_to = std::get<BareKeepalive>(*bare).query;
  query.observed = At("8.9.9.9:1");  // not ours: what would end the dial, said by whom we dialled
  DatagramBuffer buffer;
  codec.Encode(query, network, buffer);
  pump.Inject(At("9.1.0.2:9"), node_at, buffer.view());
  pump.Deliver();
  EXPECT_EQ(pump.node(0).Status().dialling, 1u);
  EXPECT_EQ(pump.node(0).counters().dropped(Error::kNotExpected), 1u);
}

// Handshakes that are never confirmed.
class HandshakeHoarders : public testing::Test {
 protected:
  // True when the node answered with its response.
  bool Shake(std::uint16_t identity, const Endpoint& at) {
    Rng rng = Rng::FromNumber(++salt);
    Initiator initiator(
        {.endpoint = node_at, .pin = {}, .boot_epoch = salt, .dial_sequence = salt, .session_id = salt}, rng);
    const auto query = Ask<HandshakeQuery>(at, initiator.Hello());
    if (!query) return false;
    const auto proof = initiator.OnQuery(*query, MakeIdentity(identity), network);
    return proof && Ask<HandshakeResponse>(at, *proof).has_value();
  }
  template <typename Answer, typename Packet>
  std::optional<Answer> Ask(const Endpoint& at, const Packet& packet) {
    DatagramBuffer buffer;
    codec.Encode(packet, network, buffer);
    Effects out;
    node.Receive({at, node_at, buffer.view()}, now, out);
    for (const Effect& e : out.list) {
      const auto* send = std::get_if<Send>(&e);
      const auto answer = send == nullptr ? Unexpected(Error::kTimeout) : codec.Decode(out.View(*send), network);
      if (answer && std::holds_alternative<Answer>(*answer)) return std::get<Answer>(*answer);
    }
    return std::nullopt;
  }
  void Tick() {
    Effects out;
    while (node.NextDeadline() <= now) node.Tick(now, out);
  }

  Time now = FromUnixSeconds(1'800'000'000);
  const Endpoint node_at = At("8.1.0.1:1001");
  const NetworkKey network = NetworkKey::Open("test");
  Codec codec;
  std::uint64_t salt = 0;
  Node node{[] {
              CoreConfig config;
              config.listen_port = 1001;
              return config;
            }(),
            MakeIdentity(1), NetworkKey::Open("test"), {}, Rng::FromNumber(5).Array<32>(), now};
};

TEST_F(HandshakeHoarders, EightGroupsDoNotShutTheDoor) {
  std::size_t answered = 0;
  constexpr int kSteps = 100;
  for (int step = 0; step < kSteps; ++step) {
    now += milliseconds{100};
    Tick();
    for (int i = 0; i < 8; ++i) {
      for (int group = 0; group < 8; ++group) {
        Shake(500, At("7." + std::to_string(group) + ".0." + std::to_string(1 + salt % 5) + ":" +
                      std::to_string(2000 + salt % 5000)));
      }
    }
    answered += Shake(900, At("6." + std::to_string(step % 250) + ".0.1:7075")) ? 1 : 0;
  }
  EXPECT_GE(answered, kSteps * 95u / 100) << "honest newcomers, one each 100 ms";
}

TEST_F(HandshakeHoarders, OneAddressDoesNotKeepItsNeighboursOut) {
  std::size_t answered = 0;
  constexpr int kSteps = 300;
  for (int step = 0; step < kSteps; ++step) {
    now += milliseconds{100};
    Tick();
    Shake(500, At("7.1.0.1:" + std::to_string(2000 + salt % 5000)));
    answered += Shake(900, At("7.1." + std::to_string(1 + step % 250) + ".9:7075")) ? 1 : 0;
  }
  EXPECT_GE(answered, kSteps * 95u / 100);
  EXPECT_GT(node.counters()[Counter::kHandshakesAccepted], 500u);
}

TEST_F(HandshakeHoarders, WhenAllPlacesAreTakenTheLargestGroupMakesRoom) {
  for (std::size_t i = 0; i < Responder::kMaxWaiting + 40; ++i) {
    now += milliseconds{1};
    Shake(500, At("7." + std::to_string(i % 20) + ".0." + std::to_string(1 + i % 7) + ":" + std::to_string(2000 + i)));
  }
  const std::uint64_t before = node.counters()[Counter::kHandshakesAccepted];
  EXPECT_GE(before, Responder::kMaxWaiting);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Shake(900, At("6." + std::to_string(i) + ".0.1:7075")));
  EXPECT_EQ(node.counters()[Counter::kHandshakesAccepted], before + 20);
  node.CheckInvariants(now);
}

}  // namespace
}  // namespace hearsay::test
