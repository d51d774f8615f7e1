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
// kMaxAsFileBytes, kMaxAsPrefixes; IPv6 prefixes of at most 64 bits, since no network is smaller. For operators it is
// told in docs/settings.md.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "node/core/address_groups.h"
#include "proto/error.h"

namespace hearsay {

inline constexpr std::size_t kMaxAsFileBytes = 96 << 20;  // the whole Internet is 1.3 million prefixes, about 30 MB
inline constexpr std::size_t kMaxAsPrefixes = 2'000'000;  // lines; one that repeats a prefix counts too

// Pure and total. Errors begin with "name:line: ".
Result<AddressGroups> ParseAsFile(std::string_view text, std::string_view name);
Result<AddressGroups> LoadAsFile(const std::string& path);

// What an operator wants to know of a file beyond that it is fine. A node does not need it, and it takes memory.
struct AsFileSummary {
  std::size_t prefixes = 0;       // different ones
  std::size_t contradicting = 0;  // lines that name another AS than the first line of their prefix: they do not count
};
Result<AsFileSummary> SummarizeAsFile(const std::string& path);

// The AS file of a node that may be told to read its settings again: one that has not changed is not read again, which
// for the whole Internet takes more than a second.
class AsFileReader {
 public:
  // Null for an empty path. The same as the last time while the file is the same by its inode, size and time of change.
  // After an error the last one is still what was returned.
  Result<std::shared_ptr<const AddressGroups>> Load(const std::string& path);

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};
    bool operator==(const Stamp& other) const {
      return device == other.device && inode == other.inode && size == other.size &&
             changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
    }
  };
  static std::optional<Stamp> StampOf(const std::string& path);

  std::optional<Stamp> stamp_;  // of what was loaded last
  std::shared_ptr<const AddressGroups> loaded_;
};

}  // namespace hearsay
