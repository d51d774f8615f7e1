// SPDX-License-Identifier: MIT
//
// The file in the data directory through which commands find the running node: its API's address in one line
// ("127.0.0.1:7076\n" or "unix:/path\n"). Written once the API listens, removed when it stops. After a kill it lies,
// until the directory's lock is taken again: whoever takes that removes it first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/error.h"

namespace hearsay {

inline constexpr std::string_view kApiAddressFile = "api.address";
std::string ApiAddressPath(const std::string& data_dir);

// Replaces the file in one step, so that a reader sees an old address or the new one, never half of one.
Result<void> WriteApiAddressFile(const std::string& path, const std::string& address);
// nullopt when there is no such file; at most kMaxApiAddressBytes are read.
Result<std::optional<std::string>> ReadApiAddressFile(const std::string& path);
// Removes the file when it still holds `address`: a successor may have written its own.
void RemoveApiAddressFile(const std::string& path, const std::string& address);
// Removes the file of a run that was killed, for who is about to open the store. Nothing happens to that of a run.
void RemoveKilledApiAddress(const std::string& data_dir);
inline constexpr std::size_t kMaxApiAddressBytes = 4096;

}  // namespace hearsay
