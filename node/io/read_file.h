// SPDX-License-Identifier: MIT
//
// ReadFile: a whole regular file, never more than the caller's bound, with an error an operator can act on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/error.h"

namespace hearsay {

enum class FileSecrecy : std::uint8_t {
  kPublic,
  kSecret,  // refused when the group or others have any permission on it
};

// `what` names the file's kind in errors ("identity file").
Result<std::string> ReadFile(const char* what, const std::string& path, std::size_t max_bytes, FileSecrecy secrecy);

}  // namespace hearsay
