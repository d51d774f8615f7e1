// SPDX-License-Identifier: MIT
//
// ReplaceFile: a file that is replaced as a whole. A reader sees the old one or the new one, never a part, also when
// the machine stops in between: written beside its place as PATH.RANDOM (64 bits, 16 hex digits), synced, renamed, and
// the folder synced. Of several who write one file at once, in containers that share a folder and all have pid 1
// perhaps, the last one's is there in the end, whole.
//
// Nothing that stands there already is written through or removed, but what was left by processes that were killed as
// they wrote: such names that nobody wrote to for an hour go with the next replacement of that file, of the first 10000
// entries of the folder 16 at a time. A writer that stood still so long finds its own gone, and says so.
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
