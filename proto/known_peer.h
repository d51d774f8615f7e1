// SPDX-License-Identifier: MIT
//
// KnownPeer and NodeState: what a node remembers between runs, and their bytes in a store.
//
// Both are total codecs over an attacker's bytes (a damaged or foreign store): any input gives a value or an Error.
// Encoding: protobuf messages KnownPeer and NodeState of proto/stored.proto; unknown fields are skipped. Times lie in
// the years 1970 to 9999; a boot epoch has a successor.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/node_id.h"
#include "proto/time.h"

namespace hearsay {

struct KnownPeer {
  NodeId id;
  Endpoint endpoint;         // where it proved its id to a dial of ours
  Time first_seen{};
  Time last_seen{};          // last authenticated packet
  Time last_verified{};      // last proof at `endpoint`
  std::uint32_t failures = 0;  // dials failed in a row since last_verified
  std::uint64_t heard_from = 0;  // id prefix of the peer that told us of it, shortly before first_seen; 0: nobody did,
                                 // it dialled us or was preconfigured

  bool operator==(const KnownPeer&) const = default;
};

inline constexpr std::size_t kViewSlots = 64;

struct NodeState {
  std::uint64_t boot_epoch = 0;          // of the last run; the next one uses a greater one
  ByteArray<16> table_secret{};          // SipHash key that orders address groups over capacity; zero = not drawn yet
  std::vector<std::uint64_t> slot_seeds; // at most kViewSlots; a restart comes back to the same targets
  std::vector<NodeId> view;              // peers of the last run's slots, dialled first; at most kViewSlots
  std::uint16_t listen_port = 0;         // last bound port, tried first when settings say port 0

  bool operator==(const NodeState&) const = default;
};

// What decoding reads at most; encoding stays below half of it, so that a later version has room for new fields.
inline constexpr std::size_t kMaxStoredPeerBytes = 256;
inline constexpr std::size_t kMaxStoredStateBytes = 8192;
Bytes EncodeKnownPeer(const KnownPeer& peer);
Expected<KnownPeer> DecodeKnownPeer(BytesView bytes);
Bytes EncodeNodeState(const NodeState& state);
Expected<NodeState> DecodeNodeState(BytesView bytes);

}  // namespace hearsay
