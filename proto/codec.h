// SPDX-License-Identifier: MIT
//
// Codec: packets and channel messages, to bytes and back.
//
// Decoding is total: any bytes give a value or an Error, in bounded time and memory. A Codec keeps its protobuf
// messages between calls, so that the steady path allocates nothing; it is cheap to hold one in each machine, and it
// belongs to one thread.
#pragma once

#include <memory>

#include "proto/bytes.h"
#include "proto/error.h"
#include "proto/keepalive.h"
#include "proto/limits.h"
#include "proto/network.h"
#include "proto/packet.h"

namespace hearsay {

// A datagram under construction, at most kMaxDatagramBytes.
struct DatagramBuffer {
  ByteArray<kMaxDatagramBytes> bytes;
  std::size_t size = 0;
  BytesView view() const { return BytesView(bytes.data(), size); }
};

class Codec {
 public:
  Codec();
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // Padded to kHelloBytes.
  void Encode(const BareKeepalive& packet, const NetworkKey& network, DatagramBuffer& out);
  void Encode(const HandshakeQuery& packet, const NetworkKey& network, DatagramBuffer& out);
  void Encode(const HandshakeProof& packet, const NetworkKey& network, DatagramBuffer& out);
  void Encode(const HandshakeResponse& packet, const NetworkKey& network, DatagramBuffer& out);
  void Encode(const ResetHint& packet, const NetworkKey& network, DatagramBuffer& out);

  // Checks size, version, kind, the network's MAC (not for sealed packets), then the fields. A bare keepalive shorter
  // than kHelloBytes is kTooShort: it could be answered by more than it cost.
  Expected<Packet> Decode(BytesView datagram, const NetworkKey& network);

  // The plaintext of a sealed packet. The keepalive must fit; its limits are the caller's promise (checked).
  BytesView EncodeKeepalive(const Keepalive& keepalive, DatagramBuffer& out);
  // A goodbye, or "no room": the sender stays, and ends this channel only.
  BytesView EncodeLeave(LeaveKind kind, DatagramBuffer& out);
  // Decodes into `out` when it is a keepalive. Messages of kinds that this version does not know give kUnknown.
  Expected<ChannelMessageKind> DecodeMessage(BytesView plaintext, Keepalive& out);

 private:
  struct Messages;
  std::unique_ptr<Messages> messages_;
};

}  // namespace hearsay
