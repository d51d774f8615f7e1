// SPDX-License-Identifier: MIT
//
// The limit of open files (RLIMIT_NOFILE): every node of a fleet holds a socket.
#pragma once

#include <cstddef>

#include "proto/error.h"

namespace hearsay::fleet {

// Files open besides the sockets: the loop's, the truth file, the standard streams; with room.
inline constexpr std::size_t kOtherFiles = 64;

// Raises the soft limit as far as need be. The error names the limit, its value and the remedy.
Result<void> RaiseFileLimit(std::size_t sockets);

}  // namespace hearsay::fleet
