// SPDX-License-Identifier: MIT
//
// Settings in YAML: from a file's text to keys and values with their places, strictly. Pure and total: a function of
// text and variables; a fuzzer drives it. What the keys mean is settings_table.h's business.
//
// The grammar is the part of YAML 1.2 that a settings file needs: one document, one mapping, whose values are scalars,
// lists of scalars or mappings of scalars. Anchors, aliases, tags, duplicate keys and anything deeper are errors; so
// nothing grows beyond the text's own size. All errors are told, up to the first that breaks the syntax. ${VAR},
// ${VAR:-default} and $$ are expanded in values after parsing, so a variable's value can't become YAML; any other $
// stands for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay {

inline constexpr std::size_t kMaxSettingsFileBytes = 256 << 10;  // 1,024 pinned peers take 100 kB
inline constexpr std::size_t kMaxSettingsValueBytes = 64 << 10;  // one value, expanded

using VariableLookup = std::function<std::optional<std::string>(std::string_view)>;

struct YamlPlace {
  int line = 1;
  int column = 1;
  auto operator<=>(const YamlPlace&) const = default;
};
struct YamlError {
  YamlPlace place;
  std::string message;
};
struct YamlValue {
  YamlPlace place;
  std::string key;  // in a mapping
  std::string text;
};
enum class SettingShape : std::uint8_t { kScalar, kList, kMap };
struct YamlSetting {
  YamlPlace place;  // of the key
  std::string key;
  std::optional<SettingShape> shape;  // absent: what it is cannot be told, and `errors` says so
  std::vector<YamlValue> values;  // those that are not in error; at most one for a scalar
};
struct YamlSettings {
  std::vector<YamlSetting> settings;  // keys are unique
  std::vector<YamlError> errors;      // at most kMaxYamlErrors
};
inline constexpr std::size_t kMaxYamlErrors = 256;

YamlSettings ParseSettingsYaml(std::string_view text, const VariableLookup& variable);

}  // namespace hearsay
