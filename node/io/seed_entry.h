// SPDX-License-Identifier: MIT
//
// SeedEntry: one peer, signed by a seed for one DNS name, as the text of one TXT record.
//
//   hearsay1 NODEID@ADDRESS:PORT EXPIRES SIGNATURE
//
// One space between words; EXPIRES in unix seconds, decimal; SIGNATURE in base64url without padding, 86 characters.
// Signed: Ed25519(seed key, "hearsay v1 seed entry" ‖ 00 ‖ NETWORK ‖ 0a ‖ NAME ‖ 0a ‖ NODEID@ADDRESS:PORT ‖ 0a ‖
// EXPIRES), every part the very bytes of the text. NETWORK is the network's name, NAME the name that was asked, in
// lower case and without a final dot: an entry for one name, network or time is none for another. No part can hold a
// line feed.
// What somebody who owns the name servers gains: it may keep entries back, or repeat those that have not expired. It
// cannot make one. Pure; at most kMaxBytes, one character-string of RFC 1035.
#pragma once

#include <string>
#include <string_view>

#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/identity.h"
#include "proto/time.h"

namespace hearsay {

// Whom an entry is for.
struct SeedEntryScope {
  std::string network;
  std::string name;  // CanonicalDnsName
};

struct SeedEntry {
  static constexpr std::size_t kMaxBytes = 255;
  Endpoint endpoint;
  NodeId id;
  Time expires{};  // whole seconds

  bool operator==(const SeedEntry&) const = default;
};

std::string SignSeedEntry(const SeedEntry& entry, const SeedEntryScope& scope, const Identity& seed);
// The error says which of the rules it breaks, without the text.
Result<SeedEntry> OpenSeedEntry(std::string_view text, const SeedEntryScope& scope, const NodeId& seed, Time now);
// ASCII lower case, without a final dot.
std::string CanonicalDnsName(std::string_view name);

}  // namespace hearsay
