// SPDX-License-Identifier: MIT
//
// Report: how commands say that something is wrong: one line on stderr, "hearsay COMMAND: thing, value, remedy".
//
// Each returns the exit code that goes with it: `return Fail("status", "...");`. Text that came from elsewhere may hold
// anything; control characters are printed as '?', so that no peer or file writes to the operator's terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearsay {

int Fail(std::string_view command, std::string_view message);   // refused or failed: 1
int Usage(std::string_view command, std::string_view message);  // wrong usage: 2; adds "See hearsay COMMAND --help"
// `text` with control characters (and newlines) replaced, for output that a terminal shows.
std::string Printable(std::string_view text);

}  // namespace hearsay
