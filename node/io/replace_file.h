// SPDX-License-Identifier: MIT
//
// ReplaceFile: a file that is replaced as a whole. A reader sees the old one or the new one, never a part, also when
// the machine stops in between: written beside its place as PATH.PID, synced, renamed, and the folder synced.
//
// The file's mode is what the umask leaves of 0666: for what is published, not for secrets.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "proto/error.h"

namespace hearsay {

// `write` is called once, before anything is replaced. The error names the file, what the system says
// and a remedy.
Result<void> ReplaceFile(const std::string& path, const std::function<void(std::ostream&)>& write);

}  // namespace hearsay
