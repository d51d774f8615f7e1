// SPDX-License-Identifier: MIT
//
// The data directory: where it is when nobody says, and how it comes to be. Mode 0700: it holds the identity.
#pragma once

#include <string>
#include <string_view>

#include "node/io/settings_load.h"
#include "proto/error.h"

namespace hearsay {

// HEARSAY_DATA_DIR; else for root /var/lib/hearsay; else $XDG_STATE_HOME/hearsay or $HOME/.local/state/hearsay.
// Empty when none of them is known.
std::string DefaultDataDir(const Environment& environment);
// Makes it, and what is missing above it, when it is not there. The directory itself gets mode 0700; one that is there
// keeps its mode.
Result<void> EnsureDataDir(const std::string& path);

}  // namespace hearsay
