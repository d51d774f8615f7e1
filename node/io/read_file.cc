// SPDX-License-Identifier: MIT
#include "node/io/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace hearsay {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string Named(const char* what, const std::string& path) { return std::string(what) + " " + path; }

Result<void> CheckKind(const char* what, const std::string& path, const struct stat& info, FileSecrecy secrecy) {
  if (!S_ISREG(info.st_mode)) return tl::unexpected(Named(what, path) + " is not a regular file; give the path of one");
  if (secrecy == FileSecrecy::kSecret && (info.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode) & 07777u);
    return tl::unexpected(Named(what, path) + " has mode " + mode + ": others can use it; run: chmod 600 " + path);
  }
  return {};
}

}  // namespace

Result<std::string> ReadFile(const char* what, const std::string& path, std::size_t max_bytes, FileSecrecy secrecy) {
  // Not blocking: opening a named pipe would wait for its writer for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
    return tl::unexpected(Named(what, path) + " cannot be read: " + std::strerror(errno));
  }
  if (auto fine = CheckKind(what, path, info, secrecy); !fine) return tl::unexpected(fine.error());
  const std::string too_long = Named(what, path) + " is longer than " + std::to_string(max_bytes) + " bytes";
  if (info.st_size > 0 && static_cast<std::size_t>(info.st_size) > max_bytes) return tl::unexpected(too_long);
  std::string text;
  char chunk[16384];
  for (;;) {
    const ssize_t n = ::read(file.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(Named(what, path) + " cannot be read: " + std::strerror(errno));
    if (n == 0) return text;
    text.append(chunk, static_cast<std::size_t>(n));
    // Counted while reading too: a file's size is a promise that /proc and growing files break.
    if (text.size() > max_bytes) return tl::unexpected(too_long);
  }
}

}  // namespace hearsay
