// SPDX-License-Identifier: MIT
//
// The settings as command line flags, made from the one table (node/io/settings_table.h).
#pragma once

#include <span>
#include <string_view>

#include "node/io/settings_load.h"

namespace CLI {
class App;
}

namespace hearsay {

// Adds -c/--config and a flag for every setting, or for those in `keys`. What is given goes into `sources`, which must
// outlive the parse; the caller fills in the environment.
void AddSettingsOptions(CLI::App& app, SettingsSources& sources, std::span<const std::string_view> keys = {});
// Prints every error, one a line; the exit code is 2 when a flag was wrong, else 1.
int ReportSettingsErrors(const char* command, const SettingsErrors& errors);

}  // namespace hearsay
