// SPDX-License-Identifier: MIT
//
// A ban as an operator writes it into the settings, in one line:
//
//   SUBJECT [until TIME] [because REASON]
//
//   203.0.113.0/24
//   2001:db8::/32 until 2027-01-01T00:00:00Z
//   198.51.100.7 until 2026-12-01T12:00:00+01:00 because it scans us
//
// SUBJECT: a node id, an address or a prefix (proto/ban.h). TIME: RFC 3339, from 1970 to 9999; a ban that is over is no
// error, so that a file stays good. REASON: the rest of the line, which does not end in "until TIME".
#pragma once

#include <string>
#include <string_view>

#include "proto/ban.h"

namespace hearsay {

// The source is kSettings, `created` not set. The error reads on after the text.
Result<BanEntry> ParseBanSetting(std::string_view text);
// Reads back the same.
std::string FormatBanSetting(const BanEntry& ban);

}  // namespace hearsay
