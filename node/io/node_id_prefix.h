// SPDX-License-Identifier: MIT
//
// NodeIdPrefix: the first digits of a node id, as a person gives them: at least the eight that tables and logs show, at
// most all 64. Whether it means one node is for those to say who know the nodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proto/node_id.h"

namespace hearsay {

class NodeIdPrefix {
 public:
  static constexpr std::size_t kMinDigits = 8;
  static constexpr std::size_t kMaxDigits = 2 * NodeId::kSize;
  static constexpr std::string_view kWanted = "64 hex digits, or at least the first 8 of them";

  // Hex digits of either case.
  static std::optional<NodeIdPrefix> Parse(std::string_view text);
  bool Matches(const NodeId& id) const { return id.ToString().starts_with(digits_); }
  const std::string& digits() const { return digits_; }

 private:
  explicit NodeIdPrefix(std::string digits) : digits_(std::move(digits)) {}
  std::string digits_;  // lower case, as NodeId::ToString
};

}  // namespace hearsay
