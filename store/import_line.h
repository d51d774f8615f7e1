// SPDX-License-Identifier: MIT
//
// ParseImportLine: one line of an export, back to a value. Total: any bytes give a value or a text.
#pragma once

#include <string_view>
#include <variant>

#include "proto/ban.h"
#include "proto/error.h"
#include "proto/known_peer.h"

namespace hearsay {

// What of a NodeState an export carries: boot_epoch, listen_port, view.
using ImportLine = std::variant<KnownPeer, NodeState, BanEntry>;

// The error is `key: what is wrong with "value"; remedy`, without path and line number. `line` has no line break and
// at most kMaxImportLineBytes (store/export.h).
Result<ImportLine> ParseImportLine(std::string_view line);

}  // namespace hearsay
