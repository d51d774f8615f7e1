// SPDX-License-Identifier: MIT
//
// ReplaceFile: a file that is replaced as a whole. A reader sees the old one or the new one, never a part, also when
// the machine stops in between: written beside its place as PATH.PID, synced, renamed, and the folder synced.
//
// A link that somebody planted at PATH.PID is removed, not written through. What was left by processes that were killed
// as they wrote (PATH.PID, no such process, an hour old) goes with the next replacement: of the first 10,000 entries of
// the folder 16 at a time.
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
