// SPDX-License-Identifier: MIT
//
// Between: a flag whose value is a number within bounds, and an error that says so in our words.
#pragma once

#include <CLI/App.hpp>

#include <charconv>
#include <cstdint>
#include <string>

namespace hearsay {

// Both bounds are allowed. Whole numbers, or decimals where the flag takes them.
inline CLI::Validator Between(std::uint64_t low, std::uint64_t high) {
  const auto check = [low, high](std::string& text) -> std::string {
    double value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool number = error == std::errc() && end == text.data() + text.size();
    if (number && value >= static_cast<double>(low) && value <= static_cast<double>(high)) return {};
    return "'" + text + "' is not between " + std::to_string(low) + " and " + std::to_string(high);
  };
  return CLI::Validator(check, "");
}

}  // namespace hearsay
