// SPDX-License-Identifier: MIT
//
// The settings as command line flags, made from the one table (node/io/settings_table.h).
#pragma once

#include "node/io/settings_load.h"

namespace CLI {
class App;
}

namespace hearsay {

// Adds -c/--config and a flag for every setting; what is given goes into `sources`, which must outlive the parse.
void AddSettingsOptions(CLI::App& app, SettingsSources& sources);
// Prints every error, one a line; the exit code is 2 when a flag was wrong, else 1.
int ReportSettingsErrors(const char* command, const SettingsErrors& errors);

}  // namespace hearsay
