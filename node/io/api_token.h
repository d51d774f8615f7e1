// SPDX-License-Identifier: MIT
//
// ApiToken: who holds it may change a running node through its API on TCP, where a socket's mode protects nothing.
//
// The file: one line of 16 to 256 printable ASCII characters without a space, mode 0600. Only a digest is kept in
// memory, and digests are compared in constant time, so that answers tell nothing about how much of a guess was right.
// Guessing is left to arithmetic: 16 random characters of a base64 alphabet are 96 bits.
#pragma once

#include <string>
#include <string_view>

#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

class ApiToken {
 public:
  static constexpr std::size_t kMinBytes = 16;
  static constexpr std::size_t kMaxBytes = 256;

  // The file's token itself, for whoever has to present it.
  static Result<std::string> ReadFile(const std::string& path);
  explicit ApiToken(std::string_view token) : digest_(Digest(token)) {}
  bool Matches(std::string_view presented) const;

 private:
  static ByteArray<32> Digest(std::string_view token);
  ByteArray<32> digest_;
};

}  // namespace hearsay
