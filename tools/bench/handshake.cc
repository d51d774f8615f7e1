// SPDX-License-Identifier: MIT
//
// Handshakes a second that one core accepts, as responder, from the proof's bytes to the response's bytes. The limit
// is the sum of its primitives: one signature checked, one made, one key pair, two agreements.
#include <sodium.h>

#include "node/core/node.h"
#include "proto/codec.h"
#include "proto/check.h"
#include "proto/handshake.h"
#include "proto/transcript.h"
#include "tools/bench/measure.h"

namespace hearsay::bench {
namespace {

constexpr int kHandshakes = 400;

Endpoint Responder() { return {IpAddress::V4(0x7f000001), 7075}; }
Endpoint Client(int i) { return {IpAddress::V4(0x7f000001), static_cast<std::uint16_t>(10'000 + i)}; }

double Accept() {
  const NetworkKey network = NetworkKey::Open("bench");
  Rng rng = Rng::FromNumber(1);
  Time now = FromUnixSeconds(1'800'000'000);
  CoreConfig config;
  config.listen_port = Responder().port;
  Node node(std::move(config), Identity(rng.Array<32>()), network, {}, rng.Array<32>(), now);
  const Identity client(rng.Array<32>());
  Codec codec;
  DatagramBuffer buffer;
  Effects effects;
  CpuWatch watch;
  for (int i = 0; i < kHandshakes; ++i) {
    // Virtual time: the rate limits of strangers are not what is measured here.
    now += std::chrono::milliseconds{25};
    effects.Clear();
    node.Tick(now, effects);
    Initiator initiator({.endpoint = Responder(), .boot_epoch = 1, .dial_sequence = 1, .session_id = 7}, rng);
    codec.Encode(initiator.Hello(), network, buffer);
    effects.Clear();
    node.Receive({Client(i), Responder(), buffer.view()}, now, effects);
    const auto query = codec.Decode(effects.View(std::get<Send>(effects.list.back())), network);
    const auto proof = initiator.OnQuery(std::get<HandshakeQuery>(*query), client, network);
    codec.Encode(*proof, network, buffer);
    effects.Clear();
    watch.Start();
    node.Receive({Client(i), Responder(), buffer.view()}, now, effects);
    watch.Stop();
  }
  HEARSAY_CHECK(node.counters()[Counter::kHandshakesAccepted] == kHandshakes);
  return kHandshakes / watch.seconds();
}

double Primitives() {
  Rng rng = Rng::FromNumber(2);
  const Identity signer(rng.Array<32>());
  const KeyPair slot = KeyPair::Generate(rng);
  const KeyPair other = KeyPair::Generate(rng);
  const Bytes message(Transcript::kInitiatorBytes);
  const Signature signature = signer.Sign("label", message);
  CpuWatch watch;
  watch.Start();
  for (int i = 0; i < kHandshakes; ++i) {
    HEARSAY_CHECK(VerifySignature(signer.id(), "label", message, signature));
    signer.Sign("label", message);
    const KeyPair fresh = KeyPair::Generate(rng);
    HEARSAY_CHECK(fresh.Agree(other.public_key) && slot.Agree(other.public_key));
  }
  watch.Stop();
  return kHandshakes / watch.seconds();
}

}  // namespace

Figure BenchHandshake(int repetitions) {
  Figure f{.name = "handshake",
           .unit = "handshakes accepted a CPU second",
           .limit_name = "verify + sign + X25519 key pair + two X25519 agreements",
           .target_ratio = 0.85};
  Compare(f, repetitions, Accept, Primitives);
  return f;
}

}  // namespace hearsay::bench
