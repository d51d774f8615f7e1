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
// Its mode, like "0777", when users beyond its owner and group may write to it: they can replace the identity. Else
// empty. The group's right is somebody's decision: volumes of containers come with it.
std::string ModeOpenToOthers(const std::string& path);

}  // namespace hearsay
