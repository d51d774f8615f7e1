// SPDX-License-Identifier: MIT
#include "tools/duration.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace hearsay {
namespace {

constexpr std::chrono::milliseconds kLongest = std::chrono::hours{24} * 36'500;

std::optional<std::chrono::milliseconds> ParseAny(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "ms") return std::chrono::milliseconds{number};
  if (unit == "s" || unit.empty()) return std::chrono::seconds{number};
  if (unit == "m") return std::chrono::minutes{number};
  if (unit == "h") return std::chrono::hours{number};
  if (unit == "d") return std::chrono::hours{24} * number;
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const auto duration = ParseAny(text);
  return duration && *duration <= kLongest ? duration : std::nullopt;
}

std::string RoughDuration(std::chrono::seconds duration) {
  const std::int64_t s = std::max<std::int64_t>(0, duration.count());
  if (s < 60) return std::to_string(s) + "s";
  if (s < 3600) return std::to_string(s / 60) + "m";
  if (s < 86400) return std::to_string(s / 3600) + "h";
  return std::to_string(s / 86400) + "d";
}

}  // namespace hearsay
