// SPDX-License-Identifier: MIT
//
// The network key file: what makes a network closed. ParseNetworkKey says what is in it; here it is read, and refused
// when others may read or write it, or when it is longer than kMaxNetworkKeyFileBytes.
#pragma once

#include <string>
#include <string_view>

#include "proto/error.h"
#include "proto/network.h"

namespace hearsay {

inline constexpr std::size_t kMaxNetworkKeyFileBytes = 4096;

// The open network of that name when `path` is empty, else the closed one.
Result<NetworkKey> LoadNetworkKey(std::string_view network, const std::string& path);

}  // namespace hearsay
