// SPDX-License-Identifier: MIT
#include "tools/settings_flags.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

#include "node/io/settings_table.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace hearsay {
namespace {

void AddFlag(CLI::App& app, SettingsSources& sources, const Setting& setting) {
  const auto take = [&sources, key = std::string(setting.key)](const CLI::results_t& values) {
    for (const std::string& value : values) sources.flags.push_back({key, value});
    return true;
  };
  const bool many = setting.shape != SettingShape::kScalar;
  CLI::Option* option = app.add_option(std::string(setting.flag), take,
                                       std::string(setting.help) + (many ? " Can be repeated." : "") + " Default: " +
                                           std::string(setting.default_text) + ".");
  option->type_name(std::string(setting.value_name))->expected(1);
  if (many) {
    // One value a flag; what follows it is not swallowed.
    option->expected(1, static_cast<int>(CLI::detail::expected_max_vector_size))->allow_extra_args(false);
  }
}

}  // namespace

void AddSettingsOptions(CLI::App& app, SettingsSources& sources, std::span<const std::string_view> keys) {
  app.add_option("-c,--config", sources.config_file, "A YAML file with settings; see docs/settings.md.")
      ->type_name("FILE");
  for (const Setting& setting : SettingsTable()) {
    if (keys.empty() || std::find(keys.begin(), keys.end(), setting.key) != keys.end()) AddFlag(app, sources, setting);
  }
}

int ReportSettingsErrors(const char* command, const SettingsErrors& errors) {
  for (const std::string& line : errors.lines) Fail(command, line);
  return errors.usage ? kExitUsage : kExitFailed;
}

}  // namespace hearsay
