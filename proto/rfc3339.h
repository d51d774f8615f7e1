// SPDX-License-Identifier: MIT
//
// RFC 3339: how a Time is written for people and machines outside the wire: JSON, logs, exports. Always UTC, 'Z'.
//
// Formatting is total: a time outside the years 0000 to 9999, which four digits cannot say, is written as the nearest
// one that they can. Parsing is total too, and strict: what it accepts is one of RFC 3339 section 5.6's date-times.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/time.h"

namespace hearsay {

// "2026-11-21T02:00:00.123Z": milliseconds, rounded down.
std::string FormatRfc3339(Time t);
// "2026-11-21T02:00:00.123456Z": all that a Time holds, so that it parses back to the same value.
std::string FormatRfc3339Micros(Time t);

// Any offset from UTC, one to nine fractional digits (below microseconds: rounded down), 'T' and 'Z' in either case.
// nullopt for anything else: no zone, a space for 'T', a date that does not exist, second 60 (a Time has no leap
// seconds).
std::optional<Time> ParseRfc3339(std::string_view text);

}  // namespace hearsay
