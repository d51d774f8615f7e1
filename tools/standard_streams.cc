// SPDX-License-Identifier: MIT
#include "tools/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace hearsay {

void EnsureStandardStreams() {
  // In order: a file that is opened gets the lowest number that is free.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDWR);
  }
}

std::string FlushStandardOutput() {
  const bool failed_before = std::ferror(stdout) != 0;
  if (std::fflush(stdout) != 0) return std::string("cannot write to standard output: ") + std::strerror(errno);
  return failed_before ? "cannot write to standard output: a part of the answer is lost" : "";
}

std::string WriteStandardOutput(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return FlushStandardOutput();
}

}  // namespace hearsay
