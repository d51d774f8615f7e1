// SPDX-License-Identifier: MIT
#include "tests/net/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "proto/check.h"
#include "tests/io/temporary_folder.h"

extern char** environ;

namespace hearsay::test {
namespace {

using Clock = std::chrono::steady_clock;

int MillisecondsUntil(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

std::vector<char*> CleanEnvironment() {
  std::vector<char*> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("HEARSAY_")) out.push_back(*entry);
  }
  out.push_back(nullptr);
  return out;
}

}  // namespace

Process::Process(std::vector<std::string> command, const std::string& log_file) : log_file_(log_file) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::vector<char*> environment = CleanEnvironment();
  int pipe_ends[2];
  HEARSAY_CHECK(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  HEARSAY_CHECK(log >= 0);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  HEARSAY_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execve(argv[0], argv.data(), environment.data());
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  ::close(log);
  output_ = pipe_ends[0];
  pid_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  HEARSAY_CHECK(pid_descriptor_ >= 0);
}

Process::~Process() {
  Kill();
  if (output_ >= 0) ::close(output_);
}

void Process::Signal(int signal) const {
  HEARSAY_CHECK(running());
  ::kill(pid_, signal);
}

void Process::Kill() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  Wait();
}

std::optional<std::string> Process::ReadLine(Milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    pollfd readable{output_, POLLIN, 0};
    if (::poll(&readable, 1, MillisecondsUntil(deadline)) <= 0) return std::nullopt;
    char chunk[4096];
    const ssize_t size = ::read(output_, chunk, sizeof chunk);
    if (size <= 0) return std::nullopt;
    buffer_.append(chunk, static_cast<std::size_t>(size));
  }
}

std::optional<int> Process::Wait(Milliseconds patience) {
  HEARSAY_CHECK(running());
  pollfd ended{pid_descriptor_, POLLIN, 0};
  if (::poll(&ended, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ::close(pid_descriptor_);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Process::Log() const {
  std::ifstream file(log_file_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Finished RunToEnd(const std::string& program, std::vector<std::string> arguments, Milliseconds patience) {
  const TemporaryFolder dir;
  arguments.insert(arguments.begin(), program);
  Process process(std::move(arguments), dir.path() + "/log");
  const auto deadline = Clock::now() + patience;
  Finished finished;
  while (auto line = process.ReadLine(Milliseconds{MillisecondsUntil(deadline)})) finished.out += *line + "\n";
  finished.exit_code = process.Wait(Milliseconds{MillisecondsUntil(deadline)}).value_or(kStillRunning);
  finished.err = process.Log();
  return finished;
}

}  // namespace hearsay::test
