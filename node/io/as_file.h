// SPDX-License-Identifier: MIT
//
// The AS file: which autonomous system announces which prefix, so that address groups are what an attacker pays for.
//
//   # prefix         AS
//   203.0.113.0/24   AS64500
//   2001:db8::/32    64501
//
// Spaces or tabs between the two; `#` to the end of a line is a comment. Of a prefix that comes twice the first line
// counts: several systems may announce it. Prefixes of private and loopback addresses change nothing. Bounds:
// kMaxAsFileBytes, kMaxAsPrefixes; IPv6 prefixes of at most 64 bits, since no network is smaller.
#pragma once

#include <string>
#include <string_view>

#include "node/core/address_groups.h"
#include "proto/error.h"

namespace hearsay {

inline constexpr std::size_t kMaxAsFileBytes = 96 << 20;  // the whole Internet is 1.3 million prefixes, about 30 MB
inline constexpr std::size_t kMaxAsPrefixes = 2'000'000;

// Pure and total. Errors begin with "name:line: ".
Result<AddressGroups> ParseAsFile(std::string_view text, std::string_view name);
Result<AddressGroups> LoadAsFile(const std::string& path);

}  // namespace hearsay
