// SPDX-License-Identifier: MIT
//
// Durations as people write them on the command line, and read them from it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hearsay {

// "500ms", "60s", "2m", "1h", "7d", or bare seconds. Whole numbers, at most 2^32 - 1 of the unit, and in all 36500d, a
// hundred years: the system's clocks count nanoseconds in 64 bits, which end in 2262.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
// In the largest unit that fits, rounded down: "59s", "2m", "23h", "400d". Less than nothing is "0s".
std::string RoughDuration(std::chrono::seconds duration);

}  // namespace hearsay
