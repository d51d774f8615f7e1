// SPDX-License-Identifier: MIT
//
// Keepalive: the gossip message. "I am alive", what I hold of your record, and, when you pulled, a sample of peers.
// Leave: goodbye, believed only on the leaver's own channel.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/node_id.h"

namespace hearsay {

// The first eight bytes of a node id: enough to point at a peer that both sides know.
using IdPrefix = std::uint64_t;
inline IdPrefix PrefixOf(const NodeId& id) { return LoadBigEndian<std::uint64_t>(id.bytes.data()); }

// A value that is decoded into and encoded from again and again: Clear() keeps its memory.
struct Keepalive {
  std::uint32_t ping = 0;             // 0: asks nothing
  std::uint32_t pong = 0;
  std::uint64_t record_sequence = 0;
  std::uint64_t record_held = 0;
  Bytes record;                       // empty: none
  bool pull = false;
  std::uint64_t pull_seed = 0;        // 0: random
  bool sampled = false;
  std::vector<Endpoint> sample;       // at most kMaxSampleEndpoints
  std::vector<IdPrefix> suspects;     // at most kMaxSuspicions
  std::uint64_t path_challenge = 0;   // 0: none
  std::uint64_t path_response = 0;
  bool spare = false;                 // the sender has no use for this channel; whoever has keeps it
  bool pull_hidden = false;           // with pull: asks for hidden peers too
  std::vector<IdPrefix> hidden;       // at most kMaxHidden

  void Clear();
  bool operator==(const Keepalive&) const = default;
};

enum class ChannelMessageKind : std::uint8_t { kKeepalive, kLeave, kNoRoom, kDuplicate, kNoCrawlers, kUnknown };

// Why a channel ends.
enum class LeaveKind : std::uint8_t {
  kGoodbye,
  kNoRoom,     // the sender stays, and has no place for this channel
  kDuplicate,  // a later incarnation of the receiver's identity, with a channel to the sender, lives elsewhere
  kNoCrawlers, // the sender stays, and excludes crawlers
};

}  // namespace hearsay
