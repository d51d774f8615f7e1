// SPDX-License-Identifier: MIT
//
// Key grammar: every key of a store on disk. One ordered key space, a letter for the kind, then the rest:
//
//   "m" "schema"          -> schema version, 4 bytes big-endian; always present
//   "p" node id (32)      -> stored.KnownPeer, at most kMaxStoredPeerBytes; in node id order
//   "s"                   -> stored.NodeState; absent until the first one is put
//
// A change of this grammar, or of a value that an older program would misread, raises kSchemaVersion.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "proto/bytes.h"
#include "proto/node_id.h"

namespace hearsay {

inline constexpr std::uint32_t kSchemaVersion = 1;
inline constexpr std::string_view kSchemaKey = "mschema";
inline constexpr std::string_view kStateKey = "s";
inline constexpr std::byte kPeerPrefix{'p'};

using PeerKey = ByteArray<1 + NodeId::kSize>;

inline PeerKey MakePeerKey(const NodeId& id) {
  PeerKey key;
  key[0] = kPeerPrefix;
  std::copy(id.bytes.begin(), id.bytes.end(), key.begin() + 1);
  return key;
}
inline bool HasPeerPrefix(BytesView key) { return !key.empty() && key[0] == kPeerPrefix; }
// nullopt when `key` is no peer's.
inline std::optional<NodeId> ParsePeerKey(BytesView key) {
  if (!HasPeerPrefix(key)) return std::nullopt;
  return NodeId::FromBytes(key.subspan(1));
}

}  // namespace hearsay
