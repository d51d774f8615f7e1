// SPDX-License-Identifier: MIT
//
// Process: one real process, in tests and benches a node. It dies with its object, and with its parent should that die
// first (PR_SET_PDEATHSIG). No HEARSAY_ variable of the caller reaches it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace hearsay::test {

using Milliseconds = std::chrono::milliseconds;
inline constexpr Milliseconds kPatience = std::chrono::seconds{20};

class Process {
 public:
  // `command` is the program and its arguments. Standard error goes to `log_file`, standard output can be read.
  Process(std::vector<std::string> command, const std::string& log_file);
  ~Process();  // SIGKILL, when it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running() const { return pid_ > 0; }
  void Signal(int signal) const;
  void Kill();
  // The next line of its standard output; nullopt at its end or when patience ends.
  std::optional<std::string> ReadLine(Milliseconds patience = kPatience);
  // The exit code, or minus the signal that ended it; nullopt when it still runs.
  std::optional<int> Wait(Milliseconds patience = kPatience);
  std::string Log() const;  // its standard error so far

 private:
  pid_t pid_ = -1;
  int pid_descriptor_ = -1;
  int output_ = -1;
  std::string buffer_;
  const std::string log_file_;
};

// Runs a program to its end.
struct Finished {
  int exit_code = 0;  // kStillRunning when patience ended; it was killed then
  std::string out;
  std::string err;
};
inline constexpr int kStillRunning = -1000;
Finished RunToEnd(const std::string& program, std::vector<std::string> arguments, Milliseconds patience = kPatience);

}  // namespace hearsay::test
