// SPDX-License-Identifier: MIT
//
// The identity file: DATA_DIR/identity, 64 hex digits of the Ed25519 seed and a newline, mode 0600.
//
// It is written once and never changed: a temporary file is synced, then linked under its name, so that a crash leaves
// either no identity or a whole one, and two processes that start together agree on one. A file that others may read or
// write, that is not a regular file, or that is not 64 hex digits is refused, and stays as it is.
#pragma once

#include <string>

#include "proto/error.h"
#include "proto/identity.h"

namespace hearsay {

std::string IdentityPath(const std::string& data_dir);
// Loads it, or makes the directory and a new identity from the system's entropy.
Result<Identity> LoadOrCreateIdentity(const std::string& data_dir);
// An error when there is none.
Result<Identity> LoadIdentity(const std::string& data_dir);
// Replaces whatever is there. For `init --force` only: peers know this node by the old one.
Result<Identity> ReplaceIdentity(const std::string& data_dir);

}  // namespace hearsay
