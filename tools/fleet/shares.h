// SPDX-License-Identifier: MIT
//
// Shares: how many of a crowd say what: "hearsay/0.1.0=80,hearsay/0.0.9=20", or "dual=9,seed=1".
//
//   shares = share *("," share)     share = text "=" weight
//
// Weights are relative (80 and 20 are 4 and 1), 1 to kMaxWeight; a text is printable ASCII without ',' and '=', at most
// kMaxSoftwareBytes, and comes once. At most kMaxShares of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/error.h"

namespace hearsay::fleet {

struct Share {
  std::string text;
  std::uint32_t weight = 0;

  bool operator==(const Share&) const = default;
};
inline constexpr std::size_t kMaxShares = 32;
inline constexpr std::uint32_t kMaxWeight = 1'000'000;

// The error says what is wrong with which share.
Result<std::vector<Share>> ParseShares(std::string_view text);

// How many of `total` each share has: they sum to `total`, and none is a whole one off its exact part. What is left
// over by rounding down goes to the greatest remainders, the first of equals first.
std::vector<std::size_t> Apportion(std::size_t total, const std::vector<Share>& shares);

}  // namespace hearsay::fleet
