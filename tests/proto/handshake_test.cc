// SPDX-License-Identifier: MIT
// node_id_handshake as an attacker sees it: SPEC.md section "Handshake", properties 2, 3 and 4 of section 16.
#include "proto/handshake.h"

#include <functional>
#include <vector>

#include "proto/transcript.h"
#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using testing_proto::At;
using testing_proto::Exchange;
using testing_proto::Fixed;
using testing_proto::IdentityOf;

// The eight-torsion points of Curve25519 and their non-canonical twins (RFC 7748 section 6.1, Langley's list).
const char* const kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

PublicKey Key(const char* hex) {
  PublicKey key;
  EXPECT_TRUE(FromHex(hex, key));
  return key;
}

TEST(Handshake, GivesBothSidesTheSameKeysAndFacts) {
  Exchange x;
  const Accepted accepted = x.Accept();
  const auto done = x.initiator.OnResponse(accepted.response, x.network);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->keys.send, accepted.result.keys.receive);
  EXPECT_EQ(done->keys.receive, accepted.result.keys.send);
  EXPECT_NE(done->keys.send, done->keys.receive);
  EXPECT_EQ(done->keys.send_id, 0xb0bu);
  EXPECT_EQ(done->keys.receive_id, 0xa11ceu);
  EXPECT_EQ(accepted.result.keys.send_id, 0xa11ceu);
  EXPECT_EQ(accepted.result.keys.receive_id, 0xb0bu);
  EXPECT_EQ(done->peer, x.bob.identity.id());
  EXPECT_EQ(accepted.result.peer, x.alice.id());
  EXPECT_EQ(done->peer_epoch, 200u);
  EXPECT_EQ(accepted.result.peer_epoch, 100u);
  EXPECT_EQ(done->dial_sequence, 7u);
  EXPECT_EQ(accepted.result.dial_sequence, 7u);
  EXPECT_EQ(done->observed, x.alice_at);
  EXPECT_EQ(accepted.result.observed, x.bob_at);
  EXPECT_TRUE(done->confirmed);
}

TEST(Handshake, TheFirstSealedPacketConfirmsTheKeys) {
  Exchange x;
  const Accepted accepted = x.Accept();
  Session alice(x.initiator.OnResponse(accepted.response, x.network)->keys);
  Session bob(accepted.result.keys);
  ByteArray<kMaxDatagramBytes> packet;
  ByteArray<kMaxDatagramBytes> plain;
  const auto size = alice.Seal(AsBytes("first"), packet);
  const auto opened = bob.Open(BytesView(packet).first(*size), plain);
  ASSERT_TRUE(opened);
  EXPECT_EQ(AsText(*opened), "first");
}

TEST(Handshake, AReplayedProofGivesOtherKeysSoNoNonceIsUsedTwice) {
  Exchange x;
  const HandshakeProof proof = x.Proof();
  const auto first = x.bob.Accept(proof, x.alice_at, x.now);
  const auto again = x.bob.Accept(proof, x.alice_at, x.now);
  ASSERT_TRUE(first && again);
  EXPECT_NE(first->result.keys.send, again->result.keys.send);
  EXPECT_NE(first->result.keys.receive, again->result.keys.receive);
}

TEST(Handshake, ALostSlotSecretAloneDoesNotGiveTheKeys) {
  // The initiator's and the slot's shared secret is known to a thief of the slot key; the fresh one is mixed in too.
  Exchange x;
  const HandshakeProof proof = x.Proof();
  const auto slot = x.bob.jar.Check(x.alice_at, proof.query, proof.cookie, x.now, x.bob.rng);
  ASSERT_TRUE(slot);
  const KeyPair stolen = **slot;
  const auto accepted = x.bob.Accept(proof, x.alice_at, x.now);
  Transcript t;
  t.query = proof.query;
  const auto shared = stolen.Agree(proof.ephemeral);
  ASSERT_TRUE(shared && accepted);
  const TrafficKeys guess = DeriveTrafficKeys(x.network, *shared, *shared, t.WholePart().view());
  EXPECT_NE(guess.to_initiator, accepted->result.keys.send);
}

TEST(Handshake, AResponseReplayedToAnotherDialIsNotExpected) {
  Exchange x;
  const Accepted accepted = x.Accept();
  Initiator second = x.Dial();
  EXPECT_EQ(second.OnResponse(accepted.response, x.network).error(), Error::kNotExpected);
  ASSERT_TRUE(second.OnQuery(x.bob.Answer(second.Hello(), x.alice_at, x.now), x.alice, x.network));
  EXPECT_EQ(second.OnResponse(accepted.response, x.network).error(), Error::kNotExpected);
  HandshakeResponse relabelled = accepted.response;
  relabelled.answer_to = second.query();
  EXPECT_EQ(second.OnResponse(relabelled, x.network).error(), Error::kBadSignature);
}

TEST(Handshake, AResponseBeforeTheProofIsNotExpected) {
  Exchange x;
  HandshakeResponse early;
  early.answer_to = x.initiator.query();
  EXPECT_EQ(x.initiator.OnResponse(early, x.network).error(), Error::kNotExpected);
}

TEST(Handshake, AQueryForAnotherDialIsNotExpected) {
  Exchange x;
  HandshakeQuery query = x.Query();
  query.answer_to[0] ^= std::byte{1};
  EXPECT_EQ(x.initiator.OnQuery(query, x.alice, x.network).error(), Error::kNotExpected);
  EXPECT_FALSE(x.initiator.proved());
}

TEST(Handshake, AProofReflectedToItsAuthorIsRefused) {
  // Mallory sends Alice's own proof back to Alice, who also listens. Alice's cookies are her own, so it fails there;
  // even with a cookie that Alice made for Mallory, the ids and the roles are under the signature.
  Exchange x;
  const HandshakeProof proof = x.Proof();
  testing_proto::Responder alice_too{IdentityOf(1), x.network, x.alice_at, {}, Rng::FromNumber(3)};
  EXPECT_EQ(alice_too.Accept(proof, x.bob_at, x.now).error(), Error::kBadCookie);
  const CookieJar::Challenge challenge = alice_too.jar.Make(x.bob_at, proof.query, x.now, alice_too.rng);
  HandshakeProof aimed = proof;
  aimed.cookie = challenge.cookie;
  EXPECT_EQ(alice_too.Accept(aimed, x.bob_at, x.now).error(), Error::kSelf);
  aimed.initiator = x.bob.identity.id();
  aimed.dialled = x.alice_at;
  EXPECT_EQ(alice_too.Accept(aimed, x.bob_at, x.now).error(), Error::kBadSignature);
}

TEST(Handshake, AnInitiatorsSignatureIsNoResponse) {
  // Same key, same exchange: only the label and the transcript's end tell the roles apart.
  Exchange x;
  const HandshakeProof proof = x.Proof();
  HandshakeResponse reflected;
  reflected.answer_to = x.initiator.query();
  reflected.ephemeral = proof.ephemeral;
  reflected.signature = proof.signature;
  EXPECT_EQ(x.initiator.OnResponse(reflected, x.network).error(), Error::kBadSignature);
}

TEST(Handshake, AManInTheMiddleCannotRelayAThirdNodesProof) {
  // Alice dials Mallory. Mallory passes each packet on to Bob and back, hoping that Alice takes Mallory's address for
  // Bob's. Bob sees that the endpoint under the signature is none of his.
  Exchange x;
  const Endpoint mallory_at = At("192.88.98.9:9999");
  Initiator to_mallory({.endpoint = mallory_at, .pin = {}, .boot_epoch = 1, .dial_sequence = 1, .session_id = 1},
                       x.alice_rng);
  const HandshakeQuery relayed = x.bob.Answer(to_mallory.Hello(), mallory_at, x.now);
  const auto proof = to_mallory.OnQuery(relayed, x.alice, x.network);
  ASSERT_TRUE(proof);
  EXPECT_EQ(x.bob.Accept(*proof, mallory_at, x.now).error(), Error::kNotMyEndpoint);
  HandshakeProof forged = *proof;
  forged.dialled = x.bob_at;
  EXPECT_EQ(x.bob.Accept(forged, mallory_at, x.now).error(), Error::kBadSignature);
}

TEST(Handshake, AManInTheMiddleCannotLieAboutTheObservedEndpoint) {
  // Mallory tells Alice another observed endpoint than the one Bob sees: Bob verifies with what he sees.
  Exchange x;
  HandshakeQuery query = x.Query();
  query.observed = At("192.88.98.9:9999");
  const auto proof = x.initiator.OnQuery(query, x.alice, x.network);
  ASSERT_TRUE(proof);
  EXPECT_EQ(x.bob.Accept(*proof, x.alice_at, x.now).error(), Error::kBadSignature);
}

TEST(Handshake, SwappedIdsAreRefusedOnBothSides) {
  Exchange x;
  const Identity mallory = IdentityOf(50);
  // Mallory presents Alice's proof as its own, or signs it anew for Alice.
  HandshakeProof proof = x.Proof();
  proof.initiator = mallory.id();
  EXPECT_EQ(x.bob.Accept(proof, x.alice_at, x.now).error(), Error::kBadSignature);
  // Mallory claims Bob's id in the query: Alice's proof names Bob, and Mallory cannot answer for Bob.
  Exchange y;
  HandshakeQuery query = y.Query();
  query.responder = mallory.id();
  const auto misbound = y.initiator.OnQuery(query, y.alice, y.network);
  ASSERT_TRUE(misbound);
  EXPECT_EQ(y.bob.Accept(*misbound, y.alice_at, y.now).error(), Error::kBadSignature);
  // Bob's true answer to the true transcript does not verify for the claimed id either.
  Exchange z;
  const Accepted accepted = z.Accept();
  HandshakeQuery other = z.Query();
  other.responder = mallory.id();
  ASSERT_TRUE(z.initiator.OnQuery(other, z.alice, z.network));
  EXPECT_EQ(z.initiator.OnResponse(accepted.response, z.network).error(), Error::kBadSignature);
}

TEST(Handshake, APinnedDialStopsAtAnotherNode) {
  Exchange x;
  x.initiator = x.Dial(IdentityOf(51).id());
  EXPECT_EQ(x.initiator.OnQuery(x.Query(), x.alice, x.network).error(), Error::kWrongNodeId);
  x.initiator = x.Dial(x.bob.identity.id());
  EXPECT_TRUE(x.initiator.OnQuery(x.Query(), x.alice, x.network));
}

TEST(Handshake, AnotherNetworkNeverVerifiesEvenWithoutTheMac) {
  const NetworkKey here = NetworkKey::Open("test");
  const NetworkKey others[] = {NetworkKey::Open("test2"), NetworkKey::Closed("test", Fixed(9)),
                               NetworkKey::Closed("test", ByteArray<32>{})};
  for (const NetworkKey& other : others) {
    Exchange x;
    x.network = other;  // Alice's; Bob stays in "test"
    EXPECT_EQ(x.bob.Accept(x.Proof(), x.alice_at, x.now).error(), Error::kBadSignature);
    Exchange y;
    const Accepted accepted = y.Accept();
    EXPECT_EQ(y.initiator.OnResponse(accepted.response, other).error(), Error::kBadSignature);
    EXPECT_TRUE(y.initiator.OnResponse(accepted.response, here));
  }
}

TEST(Handshake, TheNetworksKeyEntersTheSessionKeys) {
  const SharedSecret shared;
  const ByteArray<64> transcript{};
  const auto keys = [&](const NetworkKey& network) {
    return DeriveTrafficKeys(network, shared, shared, transcript).to_responder;
  };
  EXPECT_NE(keys(NetworkKey::Open("test")), keys(NetworkKey::Open("other")));
  EXPECT_NE(keys(NetworkKey::Open("test")), keys(NetworkKey::Closed("test", Fixed(1))));
  EXPECT_NE(keys(NetworkKey::Closed("test", Fixed(1))), keys(NetworkKey::Closed("test", Fixed(2))));
}

TEST(Handshake, SmallOrderKeysAreRefusedByTheResponder) {
  for (const char* hex : kSmallOrder) {
    Exchange x;
    HandshakeProof proof = x.Proof();
    proof.ephemeral = Key(hex);
    // Signed properly, as a malicious initiator would.
    Transcript t;
    t.network = x.network.id();
    t.query = proof.query;
    t.cookie = proof.cookie;
    t.initiator = proof.initiator;
    t.responder = x.bob.identity.id();
    t.initiator_ephemeral = proof.ephemeral;
    t.slot_ephemeral = x.Query().ephemeral;
    t.dialled = proof.dialled;
    t.observed = x.alice_at;
    t.initiator_epoch = proof.boot_epoch;
    t.dial_sequence = proof.dial_sequence;
    t.initiator_session = proof.session_id;
    proof.signature = x.alice.Sign("hearsay v1 initiator", t.InitiatorPart().view());
    EXPECT_EQ(x.bob.Accept(proof, x.alice_at, x.now).error(), Error::kBadKey) << hex;
  }
}

TEST(Handshake, SmallOrderKeysAreRefusedByTheInitiator) {
  for (const char* hex : kSmallOrder) {
    for (const bool slot : {true, false}) {
      Exchange x;
      HandshakeQuery query = x.Query();
      if (slot) query.ephemeral = Key(hex);
      const auto proof = x.initiator.OnQuery(query, x.alice, x.network);
      ASSERT_TRUE(proof);
      // A malicious responder that signs whatever it says.
      HandshakeResponse response{.answer_to = proof->query,
                                 .ephemeral = slot ? x.Query().ephemeral : Key(hex),
                                 .session_id = 1,
                                 .boot_epoch = 2,
                                 .confirmed = true,
                                 .signature = {}};
      Transcript t;
      t.network = x.network.id();
      t.query = proof->query;
      t.cookie = proof->cookie;
      t.initiator = proof->initiator;
      t.responder = x.bob.identity.id();
      t.initiator_ephemeral = proof->ephemeral;
      t.slot_ephemeral = query.ephemeral;
      t.dialled = proof->dialled;
      t.observed = query.observed;
      t.initiator_epoch = proof->boot_epoch;
      t.dial_sequence = proof->dial_sequence;
      t.initiator_session = proof->session_id;
      t.fresh_ephemeral = response.ephemeral;
      t.responder_epoch = response.boot_epoch;
      t.responder_session = response.session_id;
      t.confirmed = response.confirmed;
      response.signature = x.bob.identity.Sign("hearsay v1 responder", t.WholePart().view());
      EXPECT_EQ(x.initiator.OnResponse(response, x.network).error(), Error::kBadKey) << hex << slot;
    }
  }
}

TEST(Handshake, AProofWithAnyFieldAlteredIsRefused) {
  using Alter = std::function<void(HandshakeProof&)>;
  const std::vector<std::pair<const char*, Alter>> alterations = {
      {"query", [](HandshakeProof& p) { p.query[31] ^= std::byte{1}; }},
      {"cookie", [](HandshakeProof& p) { p.cookie[0] ^= std::byte{1}; }},
      {"initiator", [](HandshakeProof& p) { p.initiator.bytes[5] ^= std::byte{1}; }},
      {"ephemeral", [](HandshakeProof& p) { p.ephemeral[5] ^= std::byte{1}; }},
      {"ephemeral's top bit, which X25519 ignores", [](HandshakeProof& p) { p.ephemeral[31] ^= std::byte{0x80}; }},
      {"dialled address", [](HandshakeProof& p) { p.dialled.address.bytes[15] ^= std::byte{1}; }},
      {"dialled port", [](HandshakeProof& p) { p.dialled.port ^= 1; }},
      {"session id", [](HandshakeProof& p) { p.session_id ^= 1; }},
      {"boot epoch", [](HandshakeProof& p) { p.boot_epoch ^= 1; }},
      {"dial sequence", [](HandshakeProof& p) { p.dial_sequence ^= 1; }},
      {"signature's R", [](HandshakeProof& p) { p.signature[0] ^= std::byte{1}; }},
      {"signature's S", [](HandshakeProof& p) { p.signature[32] ^= std::byte{1}; }},
  };
  for (const auto& [name, alter] : alterations) {
    Exchange x;
    HandshakeProof proof = x.Proof();
    alter(proof);
    EXPECT_FALSE(x.bob.Accept(proof, x.alice_at, x.now)) << name;
    // What the cookie and the endpoint check would have caught is caught by the signature too.
    const auto slot = x.bob.jar.Check(x.alice_at, x.initiator.query(), x.Query().cookie, x.now, x.bob.rng);
    ASSERT_TRUE(slot);
    EXPECT_EQ(VerifyProof(proof, x.alice_at, **slot, x.bob.identity.id(), x.network).error(), Error::kBadSignature)
        << name;
  }
}

TEST(Handshake, AProofFromAnotherSourceOrForAnotherResponderIsRefused) {
  Exchange x;
  const HandshakeProof proof = x.Proof();
  const auto slot = x.bob.jar.Check(x.alice_at, proof.query, proof.cookie, x.now, x.bob.rng);
  ASSERT_TRUE(slot);
  Endpoint other_port = x.alice_at;
  other_port.port ^= 1;
  EXPECT_EQ(x.bob.Accept(proof, other_port, x.now).error(), Error::kBadCookie);
  EXPECT_FALSE(VerifyProof(proof, other_port, **slot, x.bob.identity.id(), x.network));
  EXPECT_FALSE(VerifyProof(proof, x.alice_at, **slot, IdentityOf(52).id(), x.network));
  Rng rng = Rng::FromNumber(9);
  EXPECT_FALSE(VerifyProof(proof, x.alice_at, KeyPair::Generate(rng), x.bob.identity.id(), x.network));
}

TEST(Handshake, AResponseWithAnyFieldAlteredIsRefusedAndTheTrueOneStillCounts) {
  using Alter = std::function<void(HandshakeResponse&)>;
  const std::vector<std::pair<const char*, Alter>> alterations = {
      {"ephemeral", [](HandshakeResponse& r) { r.ephemeral[5] ^= std::byte{1}; }},
      {"ephemeral's top bit", [](HandshakeResponse& r) { r.ephemeral[31] ^= std::byte{0x80}; }},
      {"session id", [](HandshakeResponse& r) { r.session_id ^= 1; }},
      {"boot epoch", [](HandshakeResponse& r) { r.boot_epoch ^= 1; }},
      {"confirmed", [](HandshakeResponse& r) { r.confirmed = !r.confirmed; }},
      {"signature's R", [](HandshakeResponse& r) { r.signature[0] ^= std::byte{1}; }},
      {"signature's S", [](HandshakeResponse& r) { r.signature[32] ^= std::byte{1}; }},
  };
  for (const auto& [name, alter] : alterations) {
    Exchange x;
    const Accepted accepted = x.Accept();
    HandshakeResponse response = accepted.response;
    alter(response);
    EXPECT_EQ(x.initiator.OnResponse(response, x.network).error(), Error::kBadSignature) << name;
    EXPECT_TRUE(x.initiator.OnResponse(accepted.response, x.network)) << name;
  }
}

TEST(Handshake, AQueryWithAnyFieldAlteredNeverEndsInKeys) {
  using Alter = std::function<void(HandshakeQuery&)>;
  const std::vector<std::pair<const char*, Alter>> alterations = {
      {"cookie", [](HandshakeQuery& q) { q.cookie[3] ^= std::byte{1}; }},
      {"responder", [](HandshakeQuery& q) { q.responder.bytes[3] ^= std::byte{1}; }},
      {"slot ephemeral", [](HandshakeQuery& q) { q.ephemeral[3] ^= std::byte{1}; }},
      {"observed", [](HandshakeQuery& q) { q.observed.port ^= 1; }},
  };
  for (const auto& [name, alter] : alterations) {
    Exchange x;
    HandshakeQuery query = x.Query();
    alter(query);
    const auto proof = x.initiator.OnQuery(query, x.alice, x.network);
    ASSERT_TRUE(proof) << name;
    EXPECT_FALSE(x.bob.Accept(*proof, x.alice_at, x.now)) << name;
  }
}

TEST(Handshake, NothingVerifiesUnderASmallOrderNodeId) {
  // With the identity point as public key and R, S = 0, a lax verifier accepts any message: a node id for everybody.
  NodeId neutral;
  neutral.bytes[0] = std::byte{1};
  Signature signature{};
  signature[0] = std::byte{1};
  EXPECT_FALSE(VerifySignature(neutral, "hearsay v1 initiator", AsBytes("anything"), signature));
  NodeId zero;
  EXPECT_FALSE(VerifySignature(zero, "hearsay v1 initiator", AsBytes("anything"), Signature{}));
}

}  // namespace
}  // namespace hearsay
