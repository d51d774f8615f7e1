// SPDX-License-Identifier: MIT
//
// DnsName: a domain name as it travels (RFC 1035 section 3.1: labels with their lengths, ended by an empty one), never
// compressed. Letters keep the case they came in; comparisons ignore it (RFC 4343).
//
// Pure. At most 255 bytes, labels of 63.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/bytes.h"

namespace hearsay {

class DnsName {
 public:
  static constexpr std::size_t kMaxBytes = 255;

  DnsName() : wire_(1) {}  // the root
  // From bytes that hold one name and nothing else.
  static std::optional<DnsName> FromWire(BytesView wire);
  // "seed.example.net", a final dot allowed.
  static std::optional<DnsName> FromText(std::string_view text);

  BytesView wire() const { return wire_; }
  // The labels from the left in lower case, without the empty one.
  std::vector<std::string> Labels() const;
  std::string ToString() const;  // lower case, without a final dot
  // The part of this name, in its own letters, that is `zone`; nullopt when this is not `zone` or below it.
  std::optional<DnsName> SuffixIn(const DnsName& zone) const;
  // This name under `parent`'s; nullopt when that is too long.
  static std::optional<DnsName> Join(std::string_view label, const DnsName& parent);

 private:
  explicit DnsName(Bytes wire) : wire_(std::move(wire)) {}
  Bytes wire_;
};

}  // namespace hearsay
