// SPDX-License-Identifier: MIT
//
// Sessions between whole nodes, under attack: replays, damage, two dials at once, restarts, resets, roaming.
#include "tests/core/attack.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using SessionAttack = Attack;

// ---- Sessions ----

TEST_F(SessionAttack, ASealedPacketCountsOnce) {
  AliceAndBob();
  pump.RunFor(seconds{5});
  const std::uint64_t received = counters(0)[Counter::kKeepalivesReceived];
  std::size_t replayed = 0;
  for (const InFlight& f : std::vector<InFlight>(pump.log)) {
    if (f.bytes.front() != PacketByte(PacketKind::kSealed) || f.to != At("127.0.0.1:1001")) continue;
    EXPECT_EQ(Provoke(0, f.from, f.bytes), 0u);
    ++replayed;
  }
  EXPECT_GT(replayed, 3u);
  EXPECT_EQ(dropped(0, Error::kReplayed), replayed);
  EXPECT_EQ(counters(0)[Counter::kKeepalivesReceived], received);
}

TEST_F(SessionAttack, DamagedPacketsChangeNothing) {
  AliceAndBob();
  pump.RunFor(seconds{2});
  const std::vector<InFlight> captured = pump.log;
  Rng rng = Rng::FromNumber(4);
  for (const InFlight& f : captured) {
    const std::size_t receiver = f.to == At("127.0.0.1:1001") ? 0 : 1;
    for (std::size_t size = 0; size < f.bytes.size(); size += 1 + rng.Below(7)) {
      Provoke(receiver, f.from, BytesView(f.bytes).first(size));
    }
    for (int i = 0; i < 20; ++i) {
      Bytes flipped = f.bytes;
      flipped[rng.Below(flipped.size())] ^= static_cast<std::byte>(1u << rng.Below(8));
      Provoke(receiver, f.from, flipped);
    }
  }
  pump.RunFor(seconds{5});
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_EQ(pump.node(i).Peers().size(), 1u);
    EXPECT_EQ(counters(i)[Counter::kPeersStale], 0u);
  }
}

// Every handshake in the log: the session id towards the initiator and the one towards the responder.
std::set<std::pair<std::uint64_t, std::uint64_t>> SessionsIn(Codec& codec, const NetworkKey& network,
                                                             const std::vector<InFlight>& log) {
  std::map<Cookie, std::uint64_t> initiators;
  std::set<std::pair<std::uint64_t, std::uint64_t>> sessions;
  for (const InFlight& f : log) {
    const auto packet = codec.Decode(f.bytes, network);
    if (!packet) continue;
    if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) initiators[proof->query] = proof->session_id;
    if (const auto* response = std::get_if<HandshakeResponse>(&*packet)) {
      sessions.emplace(initiators[response->answer_to], response->session_id);
    }
  }
  return sessions;
}

TEST_F(SessionAttack, TwoThatDialEachOtherAtOnceNeedOneHandshake) {
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1002")}});
  pump.Add("127.0.0.1:1002", {.bootstrap = {At("127.0.0.1:1001")}});
  pump.RunFor(seconds{2});
  EXPECT_EQ(SessionsIn(codec, network, pump.log).size(), 1u);
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
  EXPECT_EQ(counters(0)[Counter::kDialsFailed] + counters(1)[Counter::kDialsFailed], 0u);
}

TEST_F(SessionAttack, ASimultaneousOpenConvergesToOneSessionOnBothSides) {
  const Endpoint alice = At("127.0.0.1:1001");
  const Endpoint bob = At("127.0.0.1:1002");
  pump.Add("127.0.0.1:1001", {.bootstrap = {bob}});
  pump.Add("127.0.0.1:1002", {.bootstrap = {alice}});
  // Pinned dials do not wait for one another: both handshakes are finished.
  pump.members[0].contacts[0].pin = pump.id(1);
  pump.members[1].contacts[0].pin = pump.id(0);
  pump.RunFor(seconds{12});
  const auto sessions = SessionsIn(codec, network, pump.log);
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(counters(0)[Counter::kDialsSucceeded], 1u);
  EXPECT_EQ(counters(1)[Counter::kDialsSucceeded], 1u);
  pump.log.clear();
  pump.RunFor(seconds{10});
  std::set<std::uint64_t> to_alice;
  std::set<std::uint64_t> to_bob;
  for (const InFlight& f : pump.log) {
    if (const auto sealed = As<SealedPacket>(f)) (f.to == alice ? to_alice : to_bob).insert(sealed->session_id);
  }
  ASSERT_EQ(to_alice.size(), 1u);
  ASSERT_EQ(to_bob.size(), 1u);
  EXPECT_TRUE(sessions.contains({*to_alice.begin(), *to_bob.begin()}) ||
              sessions.contains({*to_bob.begin(), *to_alice.begin()}));
  EXPECT_EQ(dropped(0, Error::kUnknownSession) + dropped(1, Error::kUnknownSession), 0u);
}

TEST_F(SessionAttack, ARestartedResponderIsBackAtOnceThoughItForgotEverything) {
  AliceAndBob();
  pump.RunFor(seconds{3});
  pump.Kill(0);
  pump.members[0].endpoint = At("127.0.0.1:9");
  const std::size_t back = pump.Add("127.0.0.1:1001", {.identity = 1});
  pump.RunFor(seconds{2});
  EXPECT_TRUE(pump.InView(back, 1));
  EXPECT_TRUE(pump.InView(1, back));
  EXPECT_GT(counters(1)[Counter::kResetsReceived], 0u);
  EXPECT_EQ(counters(1)[Counter::kPeersStale], 0u) << "the reset made it look before three misses did";
}

TEST_F(SessionAttack, ARestartedInitiatorIsNotLockedOutByItsGhost) {
  AliceAndBob();
  pump.RunFor(seconds{3});
  pump.Kill(1);
  pump.members[1].endpoint = At("127.0.0.1:9");
  const std::size_t back = pump.Add("127.0.0.1:1002", {.bootstrap = {At("127.0.0.1:1001")}, .identity = 2});
  pump.RunFor(milliseconds{100});
  EXPECT_TRUE(pump.InView(back, 0));
  EXPECT_TRUE(pump.InView(0, back));
  // What the ghost had sealed opens no more.
  const std::uint64_t received = counters(0)[Counter::kKeepalivesReceived];
  for (const InFlight& f : std::vector<InFlight>(pump.log)) {
    if (As<SealedPacket>(f) && f.to == At("127.0.0.1:1001")) Provoke(0, f.from, f.bytes);
  }
  EXPECT_EQ(counters(0)[Counter::kKeepalivesReceived], received);
}

TEST_F(SessionAttack, InAClosedNetworkARestartIsNoticedWithoutAnyReset) {
  AliceAndBob({.key = ByteArray<32>{}}, {.key = ByteArray<32>{}});
  pump.RunFor(seconds{3});
  ASSERT_TRUE(pump.InView(1, 0));
  pump.Kill(0);
  pump.members[0].endpoint = At("127.0.0.1:9");
  const std::size_t back = pump.Add("127.0.0.1:1001", {.key = ByteArray<32>{}, .identity = 1});
  pump.RunFor(seconds{5});
  EXPECT_TRUE(pump.InView(1, back) && pump.InView(back, 1));
  EXPECT_EQ(counters(back)[Counter::kResetsSent], 0u);
}

// ---- Reset hints ----

TEST_F(SessionAttack, AnUnknownSessionGetsAShorterResetAndOnlySoMany) {
  AliceAndBob();
  pump.RunFor(seconds{1});
  std::size_t answered = 0;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    Bytes sealed(kSealOverheadBytes, std::byte{7});
    sealed[0] = PacketByte(PacketKind::kSealed);
    StoreBigEndian(n, sealed.data() + 1);
    const std::size_t sent = Provoke(0, Stranger(n), sealed);
    EXPECT_LT(sent, sealed.size());
    answered += sent != 0 ? 1 : 0;
  }
  EXPECT_GT(answered, 0u);
  EXPECT_LE(answered, 20u);
}

TEST_F(SessionAttack, AResetIsNeverAnswered) {
  pump.Add("127.0.0.1:1001");
  for (std::uint64_t n = 0; n < 100; ++n) EXPECT_EQ(Provoke(0, Stranger(n), Encoded(ResetHint{n})), 0u);
}

TEST_F(SessionAttack, AClosedNetworkSendsAndBelievesNoReset) {
  AliceAndBob({.key = ByteArray<32>{}}, {.key = ByteArray<32>{}});
  network = NetworkKey::Closed("test", ByteArray<32>{});
  pump.RunFor(seconds{1});
  Bytes sealed(kSealOverheadBytes, std::byte{7});
  sealed[0] = PacketByte(PacketKind::kSealed);
  EXPECT_EQ(Provoke(0, Stranger(1), sealed), 0u);
  const InFlight last = Last<SealedPacket>();
  const std::size_t sender = last.from == At("127.0.0.1:1001") ? 0 : 1;
  const std::uint64_t dials = counters(sender)[Counter::kDialsStarted];
  EXPECT_EQ(Provoke(sender, last.to, Encoded(ResetHint{As<SealedPacket>(last)->session_id})), 0u);
  EXPECT_EQ(counters(sender)[Counter::kDialsStarted], dials);
}

TEST_F(SessionAttack, AForgedResetCostsOneDialAndNoChannel) {
  AliceAndBob();
  pump.RunFor(seconds{1});
  const InFlight last = Last<SealedPacket>();
  const std::size_t victim = last.from == At("127.0.0.1:1001") ? 0 : 1;
  const std::uint64_t dials = counters(victim)[Counter::kDialsStarted];
  const Bytes reset = Encoded(ResetHint{As<SealedPacket>(last)->session_id});
  for (int i = 0; i < 50; ++i) Provoke(victim, last.to, reset);
  EXPECT_LE(counters(victim)[Counter::kDialsStarted], dials + 1);
  // From anywhere else, or for any other session, it does nothing at all.
  Provoke(victim, Stranger(1), reset);
  Provoke(victim, last.to, Encoded(ResetHint{12345}));
  EXPECT_LE(counters(victim)[Counter::kDialsStarted], dials + 1);
  pump.RunFor(seconds{5});
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
  EXPECT_EQ(counters(0)[Counter::kPeersStale] + counters(1)[Counter::kPeersStale], 0u);
}

// Who sees the packets of an open network can make both up, and blocks nothing.
TEST_F(SessionAttack, AForgedResetAndAForgedQueryEndNoChannel) {
  AliceAndBob();
  pump.RunFor(seconds{1});
  const InFlight last = Last<SealedPacket>();
  const std::size_t victim = last.from == At("127.0.0.1:1001") ? 0 : 1;
  bool forged = false;
  pump.filter = [&](InFlight& f) {
    const auto hello = As<BareKeepalive>(f);
    if (forged || f.from != last.from || !hello) return true;
    forged = true;
    HandshakeQuery query{.answer_to = hello->query, .responder = pump.id(1 - victim), .observed = At("9.9.9.9:9")};
    query.ephemeral[0] = query.cookie[0] = std::byte{9};
    pump.Inject(f.to, f.from, Encoded(query));  // before the true one
    pump.Inject(f.from, f.to, f.bytes);
    return false;
  };
  Provoke(victim, last.to, Encoded(ResetHint{As<SealedPacket>(last)->session_id}));
  pump.RunFor(seconds{5});
  EXPECT_TRUE(forged);
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
  EXPECT_EQ(counters(0)[Counter::kPeersStale] + counters(1)[Counter::kPeersStale], 0u);
}

TEST_F(SessionAttack, AChallengeThatIsLostIsRepeatedAtOnceAndNotForEver) {
  pump.Add("8.1.0.1:1001");
  pump.Add("7.2.0.1:1002", {.bootstrap = {At("8.1.0.1:1001")}});
  int to_lose = 4;
  pump.filter = [&](InFlight& f) {
    const bool lost = f.from == At("8.1.0.1:1001") && f.bytes[0] == PacketByte(PacketKind::kSealed) && to_lose > 0;
    to_lose -= lost ? 1 : 0;
    return !lost;
  };
  pump.RunFor(seconds{8});
  EXPECT_TRUE(pump.InView(0, 1)) << "before the first round";

  to_lose = 1'000'000;  // of the next newcomer's, all
  pump.Add("9.3.0.1:1003", {.bootstrap = {At("8.1.0.1:1001")}});
  const auto before = counters(0)[Counter::kPathChallenges];
  pump.RunFor(seconds{10});
  const auto challenges = counters(0)[Counter::kPathChallenges] - before;
  EXPECT_GE(challenges, 2u);
  EXPECT_LE(challenges, 10u);
}

// ---- Roaming ----

struct Roaming : Attack {
  const Endpoint alice = At("8.1.0.1:1001");
  const Endpoint old_path = At("7.2.0.1:1002");
  const Endpoint new_path = At("7.9.0.1:5555");

  void SetUp() override {
    pump.Add("8.1.0.1:1001");
    pump.Add("7.2.0.1:1002", {.bootstrap = {alice}});
    pump.RunFor(seconds{1});
    ASSERT_TRUE(pump.InView(0, 1));
  }
  std::size_t SentTo(const Endpoint& to) {
    std::size_t n = 0;
    for (const InFlight& f : pump.log) n += f.from == alice && f.to == to ? 1 : 0;
    return n;
  }
};

TEST_F(Roaming, ACapturedPacketFromElsewhereMovesNothing) {
  // The attacker takes Bob's packets off the wire and sends them on, first, from its own address.
  pump.filter = [&](InFlight& f) {
    if (f.to == alice && f.from == old_path) f.from = new_path;
    return true;
  };
  pump.RunFor(minutes{2});
  pump.filter = [](InFlight&) { return true; };
  EXPECT_EQ(counters(0)[Counter::kRoamed], 0u);
  std::size_t bytes = 0;
  for (const InFlight& f : pump.log) {
    if (f.to == new_path) bytes += f.bytes.size();
  }
  EXPECT_GT(SentTo(new_path), 0u);
  EXPECT_LT(bytes, 10'000u);
  pump.log.clear();
  pump.RunFor(minutes{1});
  EXPECT_EQ(SentTo(new_path), 0u);
  EXPECT_GT(SentTo(old_path), 0u);
}

TEST_F(Roaming, WhoPassedOnePacketOnDoesNotStayInBetween) {
  // It takes one packet off the wire, and from then on passes on what is sent to itself.
  bool raced = false;
  std::size_t handed = 0;
  const Endpoint relay = new_path;
  pump.filter = [&](InFlight& f) {
    if (f.to == relay) {
      ++handed;
      pump.Inject(relay, f.from == alice ? old_path : alice, f.bytes);
      return false;
    }
    if (!raced && f.from == old_path && f.to == alice && f.bytes[0] == PacketByte(PacketKind::kSealed)) {
      raced = true;
      pump.Inject(f.from, f.to, f.bytes);
      f.from = relay;
    }
    return true;
  };
  pump.RunFor(minutes{2});
  EXPECT_TRUE(raced);
  EXPECT_GT(handed, 0u) << "it was challenged";
  handed = 0;
  pump.RunFor(minutes{10});
  EXPECT_LE(handed, 4u);
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
}

TEST_F(Roaming, APeerThatReallyMovedIsFollowedAfterItsPathIsProved) {
  pump.members[1].endpoint = pump.members[1].local = new_path;
  pump.RunFor(minutes{2});
  pump.log.clear();
  pump.RunFor(minutes{1});
  EXPECT_GT(SentTo(new_path), 0u);
  EXPECT_EQ(SentTo(old_path), 0u);
  EXPECT_EQ(pump.node(0).Status().channels, 1u);
}

TEST_F(Roaming, WhoeverNoticesThatItMovedTellsAllAndIsProvedAtTheNewAddress) {
  pump.Add("9.3.0.1:1003", {.bootstrap = {alice}});
  pump.RunFor(minutes{2});
  ASSERT_TRUE(pump.InView(2, 1));
  pump.members[1].endpoint = pump.members[1].local = new_path;
  const auto followed = [&] { return counters(0)[Counter::kRoamed] + counters(2)[Counter::kRoamed]; };
  for (int i = 0; i < 40 && followed() == 0; ++i) pump.RunFor(seconds{1});
  pump.RunFor(seconds{1});
  EXPECT_EQ(followed(), 2u) << "the second peer follows at once, not when a keepalive is due";
  for (const std::size_t other : {0u, 2u}) {
    EXPECT_EQ(pump.Sees(other, 1)->endpoint, new_path);
    EXPECT_TRUE(pump.Sees(other, 1)->reachable && pump.InView(other, 1));
  }
  EXPECT_EQ(pump.node(1).Status().own_endpoints.front(), new_path);
}

TEST_F(Roaming, AChallengeAtAnotherAddressOfOursCausesOneKeepaliveToEachInFiveSeconds) {
  // Bob has two addresses and did not move; Alice is told that he did, again and again.
  pump.Add("9.3.0.1:1003", {.bootstrap = {old_path}});
  pump.RunFor(minutes{2});
  const auto pings = [&] { return counters(1)[Counter::kKeepalivesSent]; };
  pump.filter = [&](InFlight& f) {
    if (f.from == old_path) pump.members[1].local = pump.members[1].local == old_path ? new_path : old_path;
    if (f.to == alice && f.from == old_path) f.from = new_path;
    if (f.to == new_path) f.to = old_path;
    return true;
  };
  const auto before = pings();
  pump.RunFor(minutes{1});
  EXPECT_LT(pings() - before, 100u);
}

TEST_F(SessionAttack, APeerWithAnEndpointThatNobodyReachesMayRoamNonetheless) {
  // Its announced endpoint is challenged again and again without an answer; that must not stand in roaming's way.
  CoreConfig config;
  config.announce = {At("7.7.0.1:7777")};
  pump.Add("8.1.0.1:1001");
  pump.Add("7.2.0.1:1002", {.bootstrap = {At("8.1.0.1:1001")}, .local = At("10.0.0.5:1002"), .config = config});
  pump.RunFor(seconds{20});
  ASSERT_EQ(pump.node(0).Status().channels, 1u);
  ASSERT_EQ(pump.node(0).Status().table, 0u);
  pump.members[1].endpoint = At("7.9.0.1:5555");
  pump.RunFor(minutes{2});
  EXPECT_EQ(counters(0)[Counter::kRoamed], 1u);
  EXPECT_EQ(pump.node(0).Status().channels, 1u);
}

}  // namespace
}  // namespace hearsay::test
