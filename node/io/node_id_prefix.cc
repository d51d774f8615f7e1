// SPDX-License-Identifier: MIT
#include "node/io/node_id_prefix.h"

namespace hearsay {

std::optional<NodeIdPrefix> NodeIdPrefix::Parse(std::string_view text) {
  if (text.size() < kMinDigits || text.size() > kMaxDigits) return std::nullopt;
  std::string digits(text);
  for (char& c : digits) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) return std::nullopt;
  }
  return NodeIdPrefix(std::move(digits));
}

}  // namespace hearsay
