// SPDX-License-Identifier: MIT
//
// Packets: the values that travel before a session exists, and the first byte of everything.
//
//   first byte = major version (high nibble) ‖ kind (low nibble)
//
// Pre-session packets are: first byte ‖ protobuf ‖ 16 bytes of network MAC over all before it.
#pragma once

#include <cstdint>
#include <variant>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/identity.h"
#include "proto/node_id.h"

namespace hearsay {

inline constexpr std::uint8_t kMajorVersion = 1;

enum class PacketKind : std::uint8_t {
  kBareKeepalive = 1,
  kNodeIdHandshake = 2,
  kSealed = 3,
  kReset = 4,  // "I hold no such session": session id ‖ network MAC, 25 bytes; a hint, never believed by itself
};
constexpr std::byte PacketByte(PacketKind kind) {
  return static_cast<std::byte>(kMajorVersion << 4 | static_cast<std::uint8_t>(kind));
}

using Cookie = ByteArray<32>;
using PublicKey = ByteArray<32>;  // X25519

struct BareKeepalive {
  Cookie query{};
  bool operator==(const BareKeepalive&) const = default;
};
// Responder to initiator; stateless.
struct HandshakeQuery {
  Cookie answer_to{};
  Cookie cookie{};
  NodeId responder;
  PublicKey ephemeral{};
  Endpoint observed;
  bool operator==(const HandshakeQuery&) const = default;
};
// Initiator to responder; signed.
struct HandshakeProof {
  Cookie query{};
  Cookie cookie{};
  NodeId initiator;
  PublicKey ephemeral{};
  Endpoint dialled;
  std::uint64_t session_id = 0;
  std::uint64_t boot_epoch = 0;
  std::uint64_t dial_sequence = 0;
  Signature signature{};
  bool operator==(const HandshakeProof&) const = default;
};
// Responder to initiator; signed.
struct HandshakeResponse {
  Cookie answer_to{};
  PublicKey ephemeral{};
  std::uint64_t session_id = 0;
  std::uint64_t boot_epoch = 0;
  bool confirmed = false;
  Signature signature{};
  bool operator==(const HandshakeResponse&) const = default;
};
struct SealedPacket {
  std::uint64_t session_id = 0;
};
struct ResetHint {
  std::uint64_t session_id = 0;
};

using Packet = std::variant<BareKeepalive, HandshakeQuery, HandshakeProof, HandshakeResponse, SealedPacket, ResetHint>;

}  // namespace hearsay
