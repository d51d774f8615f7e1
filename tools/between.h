// SPDX-License-Identifier: MIT
//
// Between: a flag whose value is a number within bounds, and an error that says so in our words. Both bounds are
// allowed. For every flag that takes a number: what converts it reads -1 as a very large one.
#pragma once

#include <CLI/App.hpp>

#include <charconv>
#include <cstdint>
#include <string>

namespace hearsay {

template <typename Number>
CLI::Validator NumberBetween(const char* kind, Number low, Number high) {
  const auto check = [=](std::string& text) -> std::string {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && value >= low && value <= high) return {};
    return "'" + text + "' is no " + kind + " between " + CLI::detail::to_string(low) + " and " +
           CLI::detail::to_string(high);
  };
  return CLI::Validator(check, "");
}

// Whole numbers.
inline CLI::Validator Between(std::uint64_t low, std::uint64_t high) {
  return NumberBetween<std::uint64_t>("whole number", low, high);
}
inline CLI::Validator Percent() { return NumberBetween<double>("number", 0, 100); }

}  // namespace hearsay
