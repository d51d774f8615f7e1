// SPDX-License-Identifier: MIT
#include "tools/seed_rule_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "node/io/replace_file.h"
#include "tools/duration.h"

namespace hearsay {
namespace {

using Unit = SeedRuleNumber::Unit;

constexpr std::string_view kFile = "/seed_rule";

std::optional<double> ReadValue(std::string_view text, Unit unit) {
  if (unit == Unit::kSeconds) {
    const auto time = ParseDuration(text);
    if (!time || *time % std::chrono::seconds{1} != std::chrono::milliseconds::zero()) return std::nullopt;
    return static_cast<double>(*time / std::chrono::seconds{1});
  }
  if (unit == Unit::kShare) {
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  if (unit == Unit::kShare) return value / 100;
  return value == std::floor(value) ? std::optional(value) : std::nullopt;
}

// In the largest unit that says it exactly.
std::string TimeText(std::int64_t seconds) {
  constexpr std::pair<std::int64_t, char> kUnits[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}};
  for (const auto& [size, name] : kUnits) {
    if (seconds >= size && seconds % size == 0) return fmt::format("{}{}", seconds / size, name);
  }
  return fmt::format("{}s", seconds);
}

std::string ValueText(double value, Unit unit) {
  switch (unit) {
    case Unit::kShare: return fmt::format("{:.6g}%", value * 100);  // it is a float: more digits say nothing
    case Unit::kSeconds: return TimeText(std::llround(value));
    case Unit::kCount: break;
  }
  return fmt::format("{:.0f}", value);
}

std::string Names() {
  std::string out;
  for (const SeedRuleNumber& number : SeedRuleNumbers()) out += (out.empty() ? "" : ", ") + std::string(number.name);
  return out;
}

}  // namespace

Result<void> SetSeedRule(SeedRule& rule, std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  const SeedRuleNumber* number = FindSeedRuleNumber(text.substr(0, equals));
  if (number == nullptr) {
    return tl::unexpected(fmt::format("'{}' is no number of the good rule; give NAME=VALUE with one of {}", text,
                                      Names()));
  }
  const std::string_view said = equals < text.size() ? text.substr(equals + 1) : std::string_view();
  const auto value = ReadValue(said, number->unit);
  if (!value || *value < number->low || *value > number->high) {
    return tl::unexpected(fmt::format("'{}' is no value; give {} from {} to {}, such as {}={}", text,
                                      number->unit == Unit::kShare   ? "a percentage"
                                      : number->unit == Unit::kCount ? "a whole number"
                                                                     : "a time",
                                      ValueText(number->low, number->unit), ValueText(number->high, number->unit),
                                      number->name, SeedRuleValue({}, *number)));
  }
  number->set(rule, *value);
  return {};
}

std::string SeedRuleValue(const SeedRule& rule, const SeedRuleNumber& number) {
  return ValueText(number.get(rule), number.unit);
}

Result<void> SaveSeedRule(const std::string& data_dir, const SeedRule& rule) {
  return ReplaceFile(data_dir + std::string(kFile), [&](std::ostream& out) {
    for (const SeedRuleNumber& number : SeedRuleNumbers()) {
      out << number.name << '=' << SeedRuleValue(rule, number) << '\n';
    }
  });
}

Result<SeedRule> LoadSeedRule(const std::string& data_dir) {
  const std::string path = data_dir + std::string(kFile);
  SeedRule rule;
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return rule;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    if (const auto set = SetSeedRule(rule, line); !set) {
      return tl::unexpected(fmt::format("{}: {}; remove the file, the seed writes it anew when it starts", path,
                                        set.error()));
    }
  }
  if (!in.eof()) return tl::unexpected("cannot read " + path);
  return rule;
}

}  // namespace hearsay
