// SPDX-License-Identifier: MIT
#include "tools/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace hearsay {
namespace {

std::string fault;  // the first: stdio itself remembers only that there was one

void Note(const char* why) {
  if (fault.empty()) fault = std::string("cannot write to standard output: ") + why;
}

}  // namespace

void EnsureStandardStreams() {
  // In order: a file that is opened gets the lowest number that is free.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDWR);
  }
}

std::string FlushStandardOutput() {
  if (std::fflush(stdout) != 0) Note(std::strerror(errno));
  if (std::ferror(stdout) != 0) Note("a part of the answer is lost");
  return fault;
}

std::string WriteStandardOutput(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) Note(std::strerror(errno));
  return FlushStandardOutput();
}

std::string TakeOutputFault() {
  FlushStandardOutput();
  std::clearerr(stdout);
  return std::exchange(fault, {});
}

}  // namespace hearsay
