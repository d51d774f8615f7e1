// SPDX-License-Identifier: MIT
//
// NodeRecord: what a node says of itself, signed, so that anybody may pass it on and nobody may alter it.
//
// The signature covers the body bytes as received (never a re-serialization), under the label "hearsay v1 record" and
// the network. A higher sequence replaces a lower one; the sequence starts at the boot epoch, in
// milliseconds (SPEC), so a restarted node's record is always newer. Attributes are the application's: a port, a tag.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/identity.h"
#include "proto/limits.h"
#include "proto/network.h"
#include "proto/node_id.h"

namespace hearsay {

enum class Role : std::uint8_t { kDual = 0, kController = 1, kWorker = 2, kSeed = 3, kCrawler = 4 };
std::string_view RoleName(Role role);
std::optional<Role> ParseRole(std::string_view name);

// Ordered by key, so that equal attributes encode equally.
using Attributes = std::map<std::string, std::string, std::less<>>;
// Keys: 1 to 32 of [a-z0-9_.-]; values: printable UTF-8 (text.h); sum of (key + value + 2) at most
// kMaxAttributeBytes; at most kMaxAttributes. Empty result = fine; else the first thing wrong, for people.
std::string CheckAttributes(const Attributes& attributes);

struct NodeRecord {
  NodeId id;
  std::uint64_t sequence = 0;
  std::vector<Endpoint> endpoints;  // that the node knows to be its own; at most kMaxRecordEndpoints
  Role role = Role::kDual;
  std::string software;             // printable ASCII, at most kMaxSoftwareBytes
  std::string name;                 // printable UTF-8, at most kMaxNameBytes; never an identifier
  Attributes attributes;

  bool operator==(const NodeRecord&) const = default;
};

// At most kMaxRecordBytes; the caller has checked the fields' limits (settings do).
Bytes SignRecord(const NodeRecord& record, const Identity& identity, const NetworkKey& network);
// One that its signer sealed to us: its channel proves as much as the signature, which is not looked at. Errors:
// kTooShort, kTooLong, kMalformed, kBadEndpoint, kWrongNodeId.
Expected<NodeRecord> ReadRecord(BytesView bytes, const NodeId& signer);
// One from anywhere: as ReadRecord, then that `signer` signed it (kBadSignature). One signature check.
Expected<NodeRecord> OpenRecord(BytesView bytes, const NodeId& signer, const NetworkKey& network);

}  // namespace hearsay
