// SPDX-License-Identifier: MIT
//
// Help: what --help prints, within 80 columns: usage, what the command does, its flags, examples.
#pragma once

#include <string>
#include <string_view>

#include "tools/commands.h"

namespace hearsay {

std::string RootHelp();
// `app` has been set up by `command`.
std::string CommandHelp(const Command& command, const CLI::App& app);
// Words of `text` in lines of at most 80 columns, each behind `indent` spaces.
std::string Wrap(std::string_view text, std::size_t indent);

}  // namespace hearsay
