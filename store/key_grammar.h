// SPDX-License-Identifier: MIT
//
// Key grammar: every key of a store on disk. One ordered key space, a letter for the kind, then the rest:
//
//   "b" subject           -> stored.Ban, at most kMaxStoredBanBytes; at most kMaxBans; the subject is "i" node id
//                            (32), or "p" address (16) prefix length (1)
//   "m" "schema"          -> schema version, 4 bytes big-endian; always present
//   "p" node id (32)      -> stored.KnownPeer, at most kMaxStoredPeerBytes; in node id order
//   "s"                   -> stored.NodeState; absent until the first one is put
//
// A change of this grammar, or of a value that an older program would misread, raises kSchemaVersion. "b" came later
// and did not: an older program keeps the bans untouched and obeys none of them; it takes each for one more peer when
// it asks whether the store is full.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "proto/ban.h"
#include "proto/bytes.h"
#include "proto/node_id.h"
#include "store/lmdb_file.h"

namespace hearsay {

inline constexpr std::uint32_t kSchemaVersion = 1;
inline constexpr std::string_view kStateKey = "s";
inline constexpr std::byte kPeerPrefix{'p'};
inline constexpr std::byte kBanPrefix{'b'};

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

inline Bytes MakeBanKey(const BanSubject& subject) {
  Bytes key{kBanPrefix};
  if (const auto* id = std::get_if<NodeId>(&subject)) {
    key.push_back(std::byte{'i'});
    key.insert(key.end(), id->bytes.begin(), id->bytes.end());
  } else {
    const IpPrefix& prefix = std::get<IpPrefix>(subject);
    key.push_back(std::byte{'p'});
    key.insert(key.end(), prefix.address.bytes.begin(), prefix.address.bytes.end());
    key.push_back(std::byte{prefix.length});
  }
  return key;
}
inline bool HasBanPrefix(BytesView key) { return !key.empty() && key[0] == kBanPrefix; }

}  // namespace hearsay
