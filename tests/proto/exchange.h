// SPDX-License-Identifier: MIT
//
// Exchange: one node_id_handshake between Alice (initiator) and Bob (responder), step by step, every packet in the open
// so that a test can alter, replay or redirect it. Bob checks what a responder must check, in SPEC.md's order.
#pragma once

#include <gtest/gtest.h>

#include "proto/cookie.h"
#include "proto/handshake.h"

namespace hearsay::testing_proto {

inline Endpoint At(std::string_view text) {
  const auto endpoint = Endpoint::Parse(text);
  EXPECT_TRUE(endpoint) << text;
  return endpoint.value_or(Endpoint{});
}

inline ByteArray<32> Fixed(std::uint8_t first) {
  ByteArray<32> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(first + i);
  return out;
}

inline Identity IdentityOf(std::uint8_t number) { return Identity(Fixed(number)); }

struct Responder {
  Identity identity;
  NetworkKey network;
  Endpoint own;
  CookieJar jar;
  Rng rng;

  HandshakeQuery Answer(const BareKeepalive& hello, const Endpoint& source, Time now) {
    const CookieJar::Challenge challenge = jar.Make(source, hello.query, now, rng);
    return {.answer_to = hello.query,
            .cookie = challenge.cookie,
            .responder = identity.id(),
            .ephemeral = challenge.ephemeral,
            .observed = source};
  }
  Expected<Accepted> Accept(const HandshakeProof& proof, const Endpoint& source, Time now) {
    const auto slot = jar.Check(source, proof.query, proof.cookie, now, rng);
    if (!slot) return Unexpected(slot.error());
    if (proof.initiator == identity.id()) return Unexpected(Error::kSelf);
    if (proof.dialled != own) return Unexpected(Error::kNotMyEndpoint);
    if (const auto verified = VerifyProof(proof, source, **slot, identity.id(), network); !verified) {
      return Unexpected(verified.error());
    }
    return AcceptProof(proof, source, **slot, {.boot_epoch = 200, .session_id = 0xb0b, .confirmed = true}, identity,
                       network, rng);
  }
};

struct Exchange {
  Time now = FromUnixSeconds(1'800'000'000);
  NetworkKey network = NetworkKey::Open("test");
  Identity alice = IdentityOf(1);
  Endpoint alice_at = At("198.51.99.1:1111");
  Endpoint bob_at = At("203.0.114.2:2222");
  Rng alice_rng = Rng::FromNumber(1);
  Responder bob{IdentityOf(100), network, bob_at, {}, Rng::FromNumber(2)};

  Initiator Dial(std::optional<NodeId> pin = {}) {
    return Initiator(
        {.endpoint = bob_at, .pin = pin, .boot_epoch = 100, .dial_sequence = 7, .session_id = 0xa11ce}, alice_rng);
  }
  Initiator initiator = Dial();

  HandshakeQuery Query() { return bob.Answer(initiator.Hello(), alice_at, now); }
  HandshakeProof Proof() {
    auto proof = initiator.OnQuery(Query(), alice, network);
    EXPECT_TRUE(proof);
    return *proof;
  }
  Accepted Accept() {
    auto accepted = bob.Accept(Proof(), alice_at, now);
    EXPECT_TRUE(accepted);
    return *accepted;
  }
};

}  // namespace hearsay::testing_proto
