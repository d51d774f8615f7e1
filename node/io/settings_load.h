// SPDX-License-Identifier: MIT
//
// LoadSettings: from what an operator said, in flags, variables and a file, to one checked Settings or all its errors.
//
// Everything wrong is told at once, each in one line that begins with where it was said: "node.yaml:3:1: …",
// "HEARSAY_LISTEN …" or "--listen …"; of the values beyond a list's bound the first alone. A list given in a stronger
// place replaces the weaker one; it is not appended.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "node/io/settings.h"

namespace hearsay {

using Environment = std::map<std::string, std::string, std::less<>>;
Environment SystemEnvironment();

// One use of a flag; `key` is its setting's key in the table ("peers" for --peer).
struct FlagValue {
  std::string key;
  std::string text;
};

struct SettingsSources {
  std::string config_file;       // -c FILE; empty: HEARSAY_CONFIG, or no file
  std::vector<FlagValue> flags;
  Environment environment;       // of the process; tests pass their own
};

struct SettingsErrors {
  std::vector<std::string> lines;  // at least one, at most kMaxSettingsErrors and a last line that counts the rest
  bool usage = false;              // a flag was wrong: exit code 2, else 1
  // What could be read, for those who look for more that is wrong; never to run with. A config file that cannot be read
  // may name another data directory: then only one that was said elsewhere is here.
  Settings partial = {};
};
inline constexpr std::size_t kMaxSettingsErrors = 32;

tl::expected<Settings, SettingsErrors> LoadSettings(const SettingsSources& sources);

// What differs, for a reload: the keys of each kind.
struct SettingsChanges {
  std::vector<std::string> reloadable;
  std::vector<std::string> restart;
};
SettingsChanges CompareSettings(const Settings& running, const Settings& fresh);

}  // namespace hearsay
