// SPDX-License-Identifier: MIT
//
// Report: how commands say that something is wrong: one line on stderr, "hearsay COMMAND: thing, value, remedy".
//
// Each returns the exit code that goes with it: `return Fail("status", "...");`. Text that came from elsewhere may hold
// anything; what is not printable (proto/text.h) stands there as '?', so that no peer or file drives the operator's
// terminal, and of more than 500 bytes those in the middle are left out ("…").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearsay {

// What ends a command early: printed already, the exit code is left to return.
using ExitCode = int;

int Fail(std::string_view command, std::string_view message);   // refused or failed: 1
int Usage(std::string_view command, std::string_view message);  // wrong usage: 2; adds "See hearsay COMMAND --help"

// Why a command goes no further, before it is said: for what is called by several commands.
struct Refusal {
  ExitCode exit_code;
  std::vector<std::string> lines;  // at least one

  static Refusal Failed(std::string line);
  static Refusal Usage(std::string line);
  std::string Text() const;  // the lines in one, "; " between
};
// Says each line, as Fail or Usage would, and returns the exit code.
int Refuse(std::string_view command, const Refusal& why);

// The first three of a list that may be long: "a, b, c and 3697 more".
std::string FirstFew(const std::vector<std::string>& list);

}  // namespace hearsay
