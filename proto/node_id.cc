// SPDX-License-Identifier: MIT
#include "proto/node_id.h"

#include <algorithm>

namespace hearsay {

std::optional<NodeId> NodeId::Parse(std::string_view hex) {
  NodeId id;
  if (!FromHex(hex, id.bytes)) return std::nullopt;
  return id;
}

std::optional<NodeId> NodeId::FromBytes(BytesView bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  NodeId id;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

}  // namespace hearsay
