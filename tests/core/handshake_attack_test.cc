// SPDX-License-Identifier: MIT
//
// The handshake between whole nodes, under attack: before proof, and what is proved to whom.
#include "tests/core/attack.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using HandshakeAttack = Attack;

// ---- Before proof ----

TEST_F(HandshakeAttack, ASpoofedSourceGetsNoMoreBytesThanWereSentAndLeavesNoTrace) {
  pump.Add("8.1.0.1:1001");
  Rng rng = Rng::FromNumber(1);
  for (std::uint64_t n = 0; n < 500; ++n) {
    const Bytes hello = Encoded(BareKeepalive{rng.Array<32>()});
    EXPECT_LE(Provoke(0, Stranger(n), hello), hello.size());
  }
  EXPECT_GT(counters(0)[Counter::kQueriesSent], 400u);
  EXPECT_LT(counters(0)[Counter::kBytesSent], counters(0)[Counter::kBytesReceived]);
  EXPECT_EQ(counters(0)[Counter::kSignaturesVerified] + counters(0)[Counter::kSignaturesMade], 0u);
  EXPECT_TRUE(pump.node(0).Peers().empty());
  EXPECT_EQ(pump.node(0).Status().channels, 0u);
}

TEST_F(HandshakeAttack, AGuessedCookieCostsNoSignatureAndGetsSilence) {
  AliceAndBob();
  pump.RunFor(milliseconds{50});
  HandshakeProof proof = *As<HandshakeProof>(Last<HandshakeProof>());
  const std::uint64_t verified = counters(0)[Counter::kSignaturesVerified];
  Rng rng = Rng::FromNumber(2);
  for (int i = 0; i < 200; ++i) {
    proof.cookie = rng.Array<32>();
    EXPECT_EQ(Provoke(0, At("127.0.0.1:1002"), Encoded(proof)), 0u);
  }
  EXPECT_EQ(dropped(0, Error::kBadCookie), 200u);
  EXPECT_EQ(counters(0)[Counter::kSignaturesVerified], verified);
}

TEST_F(HandshakeAttack, AProofFromASpoofedSourceGetsSilence) {
  AliceAndBob();
  pump.filter = [&](InFlight& f) {
    if (As<HandshakeProof>(f)) f.from.port ^= 1;
    return true;
  };
  pump.RunFor(milliseconds{50});
  EXPECT_GT(dropped(0, Error::kBadCookie), 0u);
  EXPECT_EQ(counters(0)[Counter::kSignaturesVerified], 0u);
  EXPECT_EQ(pump.node(0).Status().channels, 0u);
}

TEST_F(HandshakeAttack, AStaleCookieIsRefused) {
  AliceAndBob();
  pump.filter = [&](InFlight& f) { return !As<HandshakeProof>(f); };
  pump.RunFor(milliseconds{50});
  const InFlight proof = Last<HandshakeProof>();
  pump.Kill(1);
  pump.filter = [](InFlight&) { return true; };
  pump.RunFor(2 * kCookieSlot);
  EXPECT_EQ(Provoke(0, proof.from, proof.bytes), 0u);
  EXPECT_EQ(dropped(0, Error::kBadCookie), 1u);
}

TEST_F(HandshakeAttack, AReplayedProofGetsTheSameAnswerWhileItIsNewAndThenSilence) {
  AliceAndBob();
  std::size_t responses = 0;
  pump.filter = [&](InFlight& f) { return !(As<HandshakeResponse>(f) && ++responses <= 2); };
  pump.RunFor(seconds{1});
  EXPECT_TRUE(pump.InView(1, 0)) << "two lost responses must not end a dial";
  std::set<std::string> different;
  for (const InFlight& f : pump.log) {
    if (As<HandshakeResponse>(f)) different.insert(ToHex(f.bytes));
  }
  EXPECT_EQ(different.size(), 1u);
  const InFlight proof = Last<HandshakeProof>();
  EXPECT_EQ(Provoke(0, proof.from, proof.bytes), 0u);
  EXPECT_EQ(dropped(0, Error::kCookieReplayed), 1u);
  EXPECT_EQ(counters(0)[Counter::kHandshakesAccepted], 1u);
}

TEST_F(HandshakeAttack, OneCookieDoesNotBuyAllTheWorkThatThereIs) {
  // A stranger with one good cookie sends proofs whose signatures are wrong: its own group's budget pays, and a
  // newcomer from elsewhere is let in meanwhile.
  pump.Add("8.1.0.1:1001");
  Rng rng = Rng::FromNumber(3);
  const Endpoint attacker = At("9.9.0.1:4000");
  const Cookie query = rng.Array<32>();
  Provoke(0, attacker, Encoded(BareKeepalive{query}));
  const HandshakeQuery challenge = *As<HandshakeQuery>(Last<HandshakeQuery>());
  HandshakeProof proof{.query = query, .cookie = challenge.cookie, .dialled = At("8.1.0.1:1001")};
  for (int i = 0; i < 5000; ++i) Provoke(0, attacker, Encoded(proof));
  EXPECT_LE(counters(0)[Counter::kSignaturesVerified], 300u);
  EXPECT_GT(dropped(0, Error::kRateLimited), 4000u);
  pump.Add("7.7.0.1:1002", {.bootstrap = {At("8.1.0.1:1001")}});
  pump.RunFor(milliseconds{50});
  EXPECT_TRUE(pump.InView(1, 0));
}

// ---- Mutual proof ----

TEST_F(HandshakeAttack, PacketsOfAnotherNetworkAreSilenceWithAndWithoutAKey) {
  AliceAndBob();
  pump.RunFor(seconds{2});
  const std::vector<InFlight> captured = pump.log;
  const std::size_t other = pump.Add("127.0.0.1:2001", {.network = "tesu"});
  const std::size_t closed = pump.Add("127.0.0.1:2002", {.network = "test", .key = ByteArray<32>{}});
  for (const std::size_t i : {other, closed}) {
    for (const InFlight& f : captured) {
      const bool sealed = f.bytes.front() == PacketByte(PacketKind::kSealed);
      if (sealed && i == other) continue;  // sealed packets carry no MAC; see AnUnknownSession
      EXPECT_EQ(Provoke(i, f.from, f.bytes), 0u);
    }
    EXPECT_GT(dropped(i, Error::kWrongNetwork), 0u);
    EXPECT_EQ(pump.node(i).Status().channels, 0u);
  }
}

TEST_F(HandshakeAttack, AResponseReplayedToAnotherDialIsRefused) {
  AliceAndBob();
  pump.RunFor(milliseconds{50});
  const InFlight old = Last<HandshakeResponse>();
  // Bob dials again an hour later; the attacker answers with the old response, as it was and with the new query in it.
  pump.filter = [&](InFlight& f) {
    if (!As<HandshakeProof>(f)) return true;
    pump.Inject(f.to, f.from, old.bytes);
    HandshakeResponse relabelled = *As<HandshakeResponse>(old);
    relabelled.answer_to = As<HandshakeProof>(f)->query;
    pump.Inject(f.to, f.from, Encoded(relabelled));
    return true;
  };
  pump.RunFor(kRekeyAge + minutes{1});
  EXPECT_GT(dropped(1, Error::kNotExpected), 0u);
  EXPECT_GT(dropped(1, Error::kBadSignature), 0u);
  EXPECT_TRUE(pump.InView(1, 0));
  EXPECT_GT(counters(1)[Counter::kDialsSucceeded], 1u);
}

TEST_F(HandshakeAttack, ADuplicatedResponseMakesNoSecondSession) {
  AliceAndBob();
  bool doubled = false;
  pump.filter = [&](InFlight& f) {
    if (As<HandshakeResponse>(f) && !std::exchange(doubled, true)) pump.Inject(f.from, f.to, f.bytes);
    return true;
  };
  pump.RunFor(seconds{2});
  ASSERT_TRUE(doubled);
  EXPECT_EQ(counters(1)[Counter::kDialsSucceeded], 1u);
  EXPECT_EQ(dropped(1, Error::kNotExpected), 1u);
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
}

TEST_F(HandshakeAttack, AProofReflectedToItsAuthorIsRefused) {
  AliceAndBob();
  pump.RunFor(milliseconds{50});
  const InFlight proof = Last<HandshakeProof>();
  EXPECT_EQ(Provoke(1, proof.to, proof.bytes), 0u);
  EXPECT_EQ(dropped(1, Error::kBadCookie), 1u);
  // With a cookie that Bob himself made for the attacker, and Bob's endpoint as the one dialled.
  HandshakeProof aimed = *As<HandshakeProof>(proof);
  Provoke(1, proof.to, Encoded(BareKeepalive{aimed.query}));
  aimed.cookie = As<HandshakeQuery>(Last<HandshakeQuery>())->cookie;
  aimed.dialled = At("127.0.0.1:1002");
  EXPECT_EQ(Provoke(1, proof.to, Encoded(aimed)), 0u);
  EXPECT_EQ(dropped(1, Error::kBadSignature), 1u);
  EXPECT_FALSE(HasEvent(1, PeerEventKind::kDuplicateIdentity)) << "a forgery is no second identity";
}

TEST_F(HandshakeAttack, SwappedIdsAreRefused) {
  AliceAndBob();
  pump.filter = [&](InFlight& f) {
    if (auto proof = As<HandshakeProof>(f)) {
      proof->initiator = MakeIdentity(77).id();
      f.bytes = Encoded(*proof);
    }
    return true;
  };
  pump.RunFor(seconds{1});
  EXPECT_GT(dropped(0, Error::kBadSignature), 0u);
  pump.filter = [&](InFlight& f) {
    if (auto query = As<HandshakeQuery>(f)) {
      query->responder = MakeIdentity(77).id();
      f.bytes = Encoded(*query);
    }
    return true;
  };
  pump.RunFor(seconds{30});
  EXPECT_EQ(pump.node(0).Status().channels + pump.node(1).Status().channels, 0u);
  EXPECT_FALSE(pump.node(1).FindPeer(MakeIdentity(77).id()));
}

// Mallory at `mallory` passes everything between its two neighbours on, as its own.
void Relay(Pump& pump, const Endpoint& victim, const Endpoint& mallory, const Endpoint& third) {
  pump.filter = [&pump, victim, mallory, third](InFlight& f) {
    if (f.to != mallory) return true;
    pump.Inject(mallory, f.from == victim ? third : victim, f.bytes);
    return false;
  };
}

TEST_F(HandshakeAttack, AManInTheMiddleCannotPassAThirdNodeOffAsItself) {
  const std::array<std::array<const char*, 3>, 2> worlds = {{{"127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:6666"},
                                                            {"8.1.0.1:1001", "7.2.0.1:1002", "9.6.0.1:6666"}}};
  for (const auto& [third, victim, mallory] : worlds) {
    pump.members.clear();
    pump.Add(third);
    pump.Add(victim, {.bootstrap = {At(mallory)}});
    Relay(pump, At(victim), At(mallory), At(third));
    pump.RunFor(seconds{30});
    EXPECT_GT(counters(1)[Counter::kDialsFailed], 0u) << third;
    EXPECT_EQ(pump.node(0).Status().channels + pump.node(1).Status().channels, 0u) << third;
  }
}

TEST_F(HandshakeAttack, ATranslatedNodeCannotBeProvedThroughARelay) {
  // The third node sits behind a port forwarding that nobody told it of, so it signs, but unconfirmed: the channel
  // works, end to end, and the relay's endpoint is neither verified nor chosen.
  pump.Add("8.1.0.1:1001", {.local = At("10.0.0.5:1001")});
  pump.Add("7.2.0.1:1002", {.bootstrap = {At("9.6.0.1:6666")}});
  Relay(pump, At("7.2.0.1:1002"), At("9.6.0.1:6666"), At("8.1.0.1:1001"));
  pump.RunFor(seconds{30});
  EXPECT_EQ(pump.node(1).Status().table, 0u);
  for (const PeerInfo& peer : pump.node(1).Peers()) EXPECT_FALSE(peer.reachable);
}

TEST_F(HandshakeAttack, AnAnnouncedTranslatedNodeRefusesARelay) {
  CoreConfig config;
  config.announce = {At("8.1.0.1:1001")};
  pump.Add("8.1.0.1:1001", {.local = At("10.0.0.5:1001"), .config = config});
  pump.Add("7.2.0.1:1002", {.bootstrap = {At("9.6.0.1:6666")}});
  pump.Add("7.3.0.1:1003", {.bootstrap = {At("8.1.0.1:1001")}});
  Relay(pump, At("7.2.0.1:1002"), At("9.6.0.1:6666"), At("8.1.0.1:1001"));
  pump.RunFor(seconds{5});
  EXPECT_EQ(pump.node(1).Status().channels, 0u);
  EXPECT_TRUE(pump.InView(2, 0));
  EXPECT_TRUE(pump.Sees(2, 0)->reachable);
}

TEST_F(HandshakeAttack, AForwardingThatDiffersFromTheMappingIsNoRelay) {
  // Announced at one port (a container's published port), seen from outside at another: that is no attack.
  CoreConfig config;
  config.announce = {At("7.2.0.1:8001")};
  pump.Add("8.1.0.1:1001");
  pump.Add("7.2.0.1:40000", {.bootstrap = {At("8.1.0.1:1001")}, .local = At("172.17.0.5:7075"), .config = config});
  pump.RunFor(seconds{1});
  EXPECT_TRUE(pump.InView(1, 0));
}

TEST_F(HandshakeAttack, TwoLiveNodesOfOneIdentityAreNoticedByBoth) {
  AliceAndBob({.identity = 9}, {.identity = 9});
  pump.RunFor(seconds{1});
  EXPECT_TRUE(HasEvent(0, PeerEventKind::kDuplicateIdentity) || HasEvent(1, PeerEventKind::kDuplicateIdentity));
  EXPECT_TRUE(HasEvent(0, PeerEventKind::kDuplicateIdentity));
  EXPECT_GT(dropped(0, Error::kDuplicateIdentity), 0u);
  EXPECT_EQ(pump.node(0).Status().channels + pump.node(1).Status().channels, 0u);
}

TEST_F(HandshakeAttack, ADialToOneselfIsKnownForWhatItIs) {
  pump.Add("127.0.0.1:1001", {.bootstrap = {At("127.0.0.1:1001")}});
  pump.RunFor(seconds{60});
  EXPECT_EQ(counters(0).dial_failures[static_cast<std::size_t>(Error::kSelf)], 1u);
  EXPECT_EQ(counters(0)[Counter::kDialsStarted], 1u);
  EXPECT_FALSE(HasEvent(0, PeerEventKind::kDuplicateIdentity));
  EXPECT_TRUE(pump.node(0).Peers().empty());
}

}  // namespace
}  // namespace hearsay::test
