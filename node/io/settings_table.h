// SPDX-License-Identifier: MIT
//
// The one list of settings. From it come the YAML keys, the flags, the HEARSAY_ variables, --help, `check --print` and
// docs/settings.md; a setting that is not here can't be said at all.
//
// Everything is constant data: a process pays nothing for the table at start.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/io/settings.h"
#include "node/io/settings_yaml.h"

namespace hearsay {

enum class SettingChange : std::uint8_t {
  kReload,   // SIGHUP takes it
  kRestart,  // SIGHUP names it; the running value stays
};

// How `add` begins to say that a list is full.
inline constexpr std::string_view kOneTooMany = "is one too many";

struct Setting {
  std::string_view key;           // in YAML: network_key_file
  std::string_view flag;          // --network-key-file; lists: once for each value
  std::string_view value_name;    // in --help
  SettingShape shape;
  SettingChange change;
  std::string_view default_text;  // for people
  std::string_view help;          // one or two sentences, with the unit
  // Takes one value, of a mapping "key=value". Returns what is wrong with it, to be read after the value, or empty.
  std::string (*add)(Settings& settings, std::string_view text);
  // Back to "not said": a stronger place replaces a weaker one.
  void (*clear)(Settings& settings);
  // The values as `add` takes them; none where nothing is set.
  std::vector<std::string> (*values)(const Settings& settings);

  std::string Variable() const;  // HEARSAY_NETWORK_KEY_FILE
};

std::span<const Setting> SettingsTable();
const Setting* FindSetting(std::string_view key);

// docs/settings.md, whole.
std::string DescribeSettings();
// The effective settings as a YAML file that gives the same settings again, but for secrets: URLs lose user, password
// and query.
std::string PrintSettings(const Settings& settings);

}  // namespace hearsay
