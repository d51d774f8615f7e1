// SPDX-License-Identifier: MIT
//
// BanEntry: whom a node has nothing to do with, since when, until when and why; and its bytes in a store.
//
// A subject is a node id or an address prefix; a single address is the longest prefix. A node id is free, so a ban by
// id keeps a known nuisance away and no attacker; a ban by prefix costs the attacker addresses.
// IPv4 and IPv6 are apart: an IPv6 prefix holds no IPv4 address, not even ::/0; ::ffff:192.0.2.0/120 is 192.0.2.0/24.
// The codec is total over an attacker's bytes (a damaged or foreign store): any input gives a value or an Error.
// Encoding: the message Ban of proto/stored.proto; unknown fields are skipped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/node_id.h"
#include "proto/time.h"

namespace hearsay {

struct IpPrefix {
  IpAddress address;          // every bit behind `length` is zero
  std::uint8_t length = 128;  // of the 16 bytes: an IPv4 /24 is 120

  // An outer prefix sorts before those within it.
  auto operator<=>(const IpPrefix&) const = default;
  bool IsV4() const { return length >= kV4Length && address.IsV4(); }
  bool Contains(const IpAddress& other) const;
  IpAddress Last() const;        // the greatest address in it
  std::string ToString() const;  // "192.0.2.0/24"; a single address without its length
  // nullopt when `length` is more than 128.
  static std::optional<IpPrefix> Of(const IpAddress& any, unsigned length);

  static constexpr std::uint8_t kV4Length = 96;  // of the prefix ::ffff:0:0 that IPv4 is mapped to
};

using BanSubject = std::variant<NodeId, IpPrefix>;
std::string BanSubjectText(const BanSubject& subject);
// 64 hex digits, "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". The error reads on after the value: "is …; give …".
Result<BanSubject> ParseBanSubject(std::string_view text);

// Who said so, and who alone may take it back.
enum class BanSource : std::uint8_t {
  kCommand,   // an operator, at a running node: stored
  kSettings,  // the key `bans`: read again at each start and SIGHUP, never stored
};
std::string_view BanSourceName(BanSource source);  // "command", "settings"

struct BanEntry {
  BanSubject subject;
  std::string reason;  // for the operator; never sent to anybody
  Time created{};
  Time expires = kNever;
  BanSource source = BanSource::kCommand;

  bool operator==(const BanEntry&) const = default;
};

inline constexpr std::size_t kMaxBanReasonBytes = 200;  // a line of a terminal or two
inline constexpr std::chrono::seconds kMaxBanTime{10 * 365 * 86'400};  // ten years: who means longer means for good
inline constexpr std::size_t kMaxBans = 4096;           // of each source: one megabyte at most
// Empty: fine. Else what is wrong with this reason, to be read after it.
std::string CheckBanReason(std::string_view reason);

// What decoding reads at most; encoding stays below half of it. `source` is not stored: what is, came by command.
inline constexpr std::size_t kMaxStoredBanBytes = 768;
Bytes EncodeBan(const BanEntry& ban);
Expected<BanEntry> DecodeBan(BytesView bytes);

}  // namespace hearsay
