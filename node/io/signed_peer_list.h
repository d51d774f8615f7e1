// SPDX-License-Identifier: MIT
//
// SignedPeerList: a seed's peer list that any web host may carry and none may alter.
//
//   {"schema": 1, "signed": "TEXT", "key": "64 hex digits", "signature": "128 hex digits"}
//
// TEXT is itself a JSON list (peer_list.h), as a string, so that what is signed is bytes and not their meaning:
//   {"schema": 1, "network": "hearsay", "sequence": 1795284000, "issued_at": "2026-11-21T18:00:00.000Z",
//    "expires_at": "2026-11-22T18:00:00.000Z", "peers": [{"endpoint": "203.0.113.9:7075", "node_id": "…"}]}
// signature = Ed25519(key, "hearsay v1 peer list" ‖ 00 ‖ BLAKE2b-256(the bytes of TEXT, unescaped)). All members of
// both are required; further ones are skipped.
// A reader has a pinned key. It refuses, and says why: a list that is not signed, or by another key; one whose bytes
// were altered; one of another network; one that has expired; one whose sequence is below that of the last good copy.
// What somebody who owns the web host gains: it may keep the list back until it expires, nothing else.
// Pure. Bounds: those of peer_list.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/io/peer_entry.h"
#include "proto/error.h"
#include "proto/identity.h"
#include "proto/time.h"

namespace hearsay {

struct PinnedPeer {
  Endpoint endpoint;
  NodeId id;
  bool operator==(const PinnedPeer&) const = default;
};

struct SignedPeerList {
  std::string network;
  std::uint64_t sequence = 0;  // rises with every list of a key: max(last + 1, unix seconds)
  Time issued_at{};
  Time expires_at{};
  std::vector<PinnedPeer> peers;
};

// At most kMaxPeerListEntries peers; JSON, ends in a newline.
std::string WriteSignedPeerList(const SignedPeerList& list, const Identity& seed);

struct OpenedPeerList {
  std::uint64_t sequence = 0;
  Time expires_at{};
  std::vector<PeerEntry> entries;  // every target an Endpoint with a pin
};
struct PeerListScope {
  std::string network;
  NodeId seed;
  std::uint64_t least_sequence = 0;  // of the last good copy
};
// Everything but the expiry, which is the caller's: the last good copy is better than no peers at all.
Result<OpenedPeerList> OpenSignedPeerList(std::string_view text, const PeerListScope& scope);
// Empty, or why it is too old to be taken from a server.
std::string ExplainExpiry(const OpenedPeerList& list, Time now);

}  // namespace hearsay
