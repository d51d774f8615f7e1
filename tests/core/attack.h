// SPDX-License-Identifier: MIT
//
// Attack: what an attacker may do to whole nodes: spoof, capture, replay, alter, relay and restart. The fixture of
// handshake_attack_test.cc and session_attack_test.cc; proto/SPEC.md section 16 says which property each test attacks.
#pragma once

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "proto/codec.h"
#include "proto/session.h"
#include "tests/core/pump.h"

namespace hearsay::test {

struct Attack : testing::Test {
  Pump pump;
  Codec codec;
  NetworkKey network = NetworkKey::Open("test");

  // Whatever else a test does: no node may ever seal two different packets under one counter of one session.
  void TearDown() override {
    std::map<std::string, Bytes> sealed;
    for (const InFlight& f : pump.log) {
      if (f.bytes.front() != PacketByte(PacketKind::kSealed)) continue;
      const auto [it, fresh] = sealed.emplace(ToHex(BytesView(f.bytes).first(kSealedHeaderBytes)), f.bytes);
      EXPECT_TRUE(fresh || it->second == f.bytes) << "a nonce was used twice";
    }
  }

  // Alice (0) listens; Bob (1) knows her address.
  void AliceAndBob(MemberOptions alice = {}, MemberOptions bob = {}) {
    pump.Add("127.0.0.1:1001", std::move(alice));
    bob.bootstrap = {At("127.0.0.1:1001")};
    pump.Add("127.0.0.1:1002", std::move(bob));
  }
  const Counters& counters(std::size_t i) { return pump.node(i).counters(); }
  std::uint64_t dropped(std::size_t i, Error e) { return counters(i).dropped(e); }

  template <typename P>
  std::optional<P> As(const InFlight& f) {
    const auto packet = codec.Decode(f.bytes, network);
    if (!packet || !std::holds_alternative<P>(*packet)) return std::nullopt;
    return std::get<P>(*packet);
  }
  // The last packet of this kind in the log.
  template <typename P>
  InFlight Last() {
    for (auto it = pump.log.rbegin(); it != pump.log.rend(); ++it) {
      if (As<P>(*it)) return *it;
    }
    ADD_FAILURE() << "no such packet was sent";
    return {};
  }
  template <typename P>
  Bytes Encoded(const P& packet) {
    DatagramBuffer buffer;
    codec.Encode(packet, network, buffer);
    return Bytes(buffer.view().begin(), buffer.view().end());
  }
  // Hands `bytes` to a node as if they came from `from`, and returns how many bytes it sent in answer.
  std::size_t Provoke(std::size_t i, const Endpoint& from, BytesView bytes) {
    const std::size_t before = pump.log.size();
    pump.Inject(from, pump.members[i].endpoint, bytes);
    pump.Deliver();
    std::size_t sent = 0;
    for (std::size_t k = before; k < pump.log.size(); ++k) {
      if (pump.log[k].from == pump.members[i].endpoint) sent += pump.log[k].bytes.size();
    }
    return sent;
  }
  bool HasEvent(std::size_t i, PeerEventKind kind) {
    for (const PeerEvent& e : pump.members[i].events) {
      if (e.kind == kind) return true;
    }
    return false;
  }
  static Endpoint Stranger(std::uint64_t n) {
    return {IpAddress::V4(static_cast<std::uint32_t>(0x09000000 + n * 65536 % 0x10000000)), 4000};
  }
};

}  // namespace hearsay::test
