// SPDX-License-Identifier: MIT
//
// NodeId: a node's Ed25519 public key, printed as 64 lower-case hex digits.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "proto/bytes.h"

namespace hearsay {

struct NodeId {
  static constexpr std::size_t kSize = 32;
  ByteArray<kSize> bytes{};

  auto operator<=>(const NodeId&) const = default;
  std::string ToString() const { return ToHex(bytes); }
  // The first eight digits, for people; never parsed.
  std::string Short() const { return ToString().substr(0, 8); }
  static std::optional<NodeId> Parse(std::string_view hex);
  static std::optional<NodeId> FromBytes(BytesView bytes);
};

}  // namespace hearsay
