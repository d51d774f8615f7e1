// SPDX-License-Identifier: MIT
#include "node/io/local_api_address.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/directory_lock.h"

namespace hearsay {
namespace {

tl::unexpected<std::string> Fault(const std::string& path, const char* what) {
  return tl::unexpected(path + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

std::string ApiAddressPath(const std::string& data_dir) { return data_dir + "/" + std::string(kApiAddressFile); }

Result<void> WriteApiAddressFile(const std::string& path, const std::string& address) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Fault(fresh, "cannot be written; make its directory writable");
  const std::string line = address + "\n";
  const bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (::close(fd) != 0 || !written || std::rename(fresh.c_str(), path.c_str()) != 0) {
    auto fault = Fault(path, "cannot be written; make room on the disk");
    ::unlink(fresh.c_str());
    return fault;
  }
  return {};
}

Result<std::optional<std::string>> ReadApiAddressFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return Fault(path, "cannot be read; run as the node's user, or give --api");
  }
  std::string text(kMaxApiAddressBytes, '\0');
  const ssize_t n = ::read(fd, text.data(), text.size());
  if (n < 0) {
    auto fault = Fault(path, "cannot be read; give --api");
    ::close(fd);
    return fault;
  }
  ::close(fd);
  text.resize(static_cast<std::size_t>(n));
  return std::optional(text.substr(0, text.find('\n')));
}

void RemoveApiAddressFile(const std::string& path, const std::string& address) {
  const auto found = ReadApiAddressFile(path);
  if (found && *found == address) ::unlink(path.c_str());
}

void RemoveKilledApiAddress(const std::string& data_dir) {
  const std::string path = ApiAddressPath(data_dir);
  if (::access(path.c_str(), F_OK) != 0) return;
  if (const auto lock = DirectoryLock::Take(data_dir)) ::unlink(path.c_str());
}

}  // namespace hearsay
