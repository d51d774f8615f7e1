// SPDX-License-Identifier: MIT
//
// --data-dir of the commands that show a history: which crawls and seeds keep there. Its default is the data directory
// that a node or a seed uses which was told none.
#pragma once

#include <CLI/App.hpp>

#include <string>

#include "proto/error.h"

namespace hearsay {

void AddHistoryDir(CLI::App& app, std::string& data_dir);
// `given`: what AddHistoryDir took, empty where nothing was said. Fails where no default is known.
Result<std::string> HistoryDir(const std::string& given);

}  // namespace hearsay
