// SPDX-License-Identifier: MIT
//
// Transcript: the bytes that the two signatures of a handshake cover, and the keys that follow from them.
//
// Fixed layout, no lengths, big-endian integers; SPEC.md lists offsets. The initiator signs the first part, the
// responder all of it. Keys: BLAKE2b-512(key = network session salt, "hearsay v1 session" ‖ 0 ‖ DH with the slot
// ephemeral ‖ DH with the fresh ephemeral ‖ BLAKE2b-256(whole transcript)): the first half towards the responder.
#pragma once

#include <cstdint>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/network.h"
#include "proto/node_id.h"
#include "proto/packet.h"
#include "proto/x25519.h"

namespace hearsay {

struct Transcript {
  static constexpr std::size_t kInitiatorBytes = 7 * 32 + 2 * Endpoint::kSize + 3 * 8;
  static constexpr std::size_t kWholeBytes = kInitiatorBytes + 32 + 2 * 8 + 1;
  struct Bytes {
    ByteArray<kWholeBytes> data;
    std::size_t size = 0;
    BytesView view() const { return BytesView(data.data(), size); }
  };

  ByteArray<32> network{};
  Cookie query{};
  Cookie cookie{};
  NodeId initiator;
  NodeId responder;
  PublicKey initiator_ephemeral{};
  PublicKey slot_ephemeral{};
  Endpoint dialled;
  Endpoint observed;
  std::uint64_t initiator_epoch = 0;
  std::uint64_t dial_sequence = 0;
  std::uint64_t initiator_session = 0;
  // The responder's part.
  PublicKey fresh_ephemeral{};
  std::uint64_t responder_epoch = 0;
  std::uint64_t responder_session = 0;
  bool confirmed = false;

  Bytes InitiatorPart() const;
  Bytes WholePart() const;
};

struct TrafficKeys {
  ByteArray<32> to_responder{};
  ByteArray<32> to_initiator{};

  TrafficKeys() = default;
  TrafficKeys(const TrafficKeys&) = default;
  TrafficKeys& operator=(const TrafficKeys&) = default;
  ~TrafficKeys();  // wipes
};
TrafficKeys DeriveTrafficKeys(const NetworkKey& network, const SharedSecret& slot, const SharedSecret& fresh,
                              BytesView whole_transcript);

}  // namespace hearsay
