// SPDX-License-Identifier: MIT
#include "node/io/local_api_listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "node/io/udp_address.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr int kBacklog = 256;  // held by the kernel while all connections are taken

tl::unexpected<std::string> Fault(const std::string& address, const std::string& what) {
  return tl::unexpected("api " + address + ": " + what);
}
std::string Reason() { return std::strerror(errno); }

sockaddr* AsSockaddr(auto& address) { return reinterpret_cast<sockaddr*>(&address); }

std::uint16_t BoundPort(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  HEARSAY_CHECK(::getsockname(fd, AsSockaddr(bound), &size) == 0);
  return FromSocketAddress(bound).port;
}

// Makes way for a socket at `name`: nothing there, or a dead socket, which is removed.
Result<void> MakeWay(const std::string& address, const sockaddr_un& name) {
  struct stat found {};
  if (::lstat(name.sun_path, &found) != 0) {
    if (errno == ENOENT) return {};
    return Fault(address, "cannot look there: " + Reason());
  }
  if (!S_ISSOCK(found.st_mode))
    return Fault(address, "something that is no socket is there; remove it or choose another path");
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return Fault(address, "no socket: " + Reason());
  const bool answered = ::connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  const int why = errno;
  ::close(probe);
  // EAGAIN: somebody listens, with a full backlog.
  if (answered || why == EAGAIN) return Fault(address, "another process answers there; stop it or choose another path");
  if (why != ECONNREFUSED && why != ENOENT) {
    return Fault(address, std::string("a socket that cannot be asked is there: ") + std::strerror(why));
  }
  if (::unlink(name.sun_path) != 0 && errno != ENOENT)
    return Fault(address, "the stale socket cannot be removed: " + Reason());
  return {};
}

}  // namespace

Result<void> ApiListener::Open(const ApiAddress& address) {
  HEARSAY_CHECK(fd_ < 0 && !address.off);
  auto opened = address.endpoint ? OpenTcp(*address.endpoint) : OpenUnix(address.unix_path);
  if (!opened) Close();
  return opened;
}

Result<void> ApiListener::OpenTcp(const Endpoint& endpoint) {
  const std::string text = endpoint.ToString();
  if (endpoint.scope() != Scope::kLoopback) {
    return Fault(text, "not a loopback address, and the API has no passwords; give 127.0.0.1:PORT or unix:PATH");
  }
  sockaddr_storage name{};
  const int family = endpoint.address.IsV4() ? AF_INET : AF_INET6;
  const std::optional<socklen_t> size = ToSocketAddress(endpoint, family, name);
  HEARSAY_CHECK(size.has_value());
  fd_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return Fault(text, "no socket: " + Reason());
  // A restart must not wait for TIME_WAIT. On Linux this never lets two listeners share a port.
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd_, AsSockaddr(name), *size) != 0 || ::listen(fd_, kBacklog) != 0) {
    if (errno == EADDRINUSE) return Fault(text, "the port is in use; choose another one, or 0 for any free one");
    return Fault(text, "cannot listen: " + Reason());
  }
  address_ = Endpoint{endpoint.address, BoundPort(fd_)}.ToString();
  return {};
}

Result<void> ApiListener::OpenUnix(const std::string& path) {
  const std::string text = "unix:" + path;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty()) return Fault(text, "the path is missing; give unix:PATH");
  if (path.size() >= sizeof name.sun_path) {
    return Fault(text, "the path has " + std::to_string(path.size()) + " bytes, a unix socket's may have " +
                           std::to_string(sizeof name.sun_path - 1) + "; choose a shorter one");
  }
  std::copy(path.begin(), path.end(), name.sun_path);
  if (auto way = MakeWay(text, name); !way) return way;
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return Fault(text, "no socket: " + Reason());
  if (::bind(fd_, AsSockaddr(name), sizeof name) != 0) {
    return Fault(text, "cannot be made: " + Reason() +
                           "; make its directory, where this user may write, or choose another path with --api");
  }
  path_ = path;
  struct stat made {};
  // Nobody can connect before listen(), so the socket is never open to others.
  if (::lstat(path.c_str(), &made) != 0 || ::chmod(path.c_str(), 0600) != 0 || ::listen(fd_, kBacklog) != 0) {
    return Fault(text, "cannot listen: " + Reason());
  }
  device_ = made.st_dev;
  inode_ = made.st_ino;
  // Commands read the address in other directories than this process's.
  std::error_code unknown;
  const std::filesystem::path absolute = std::filesystem::absolute(path, unknown);
  address_ = unknown || absolute.native().size() >= sizeof name.sun_path ? text : "unix:" + absolute.native();
  return {};
}

int ApiListener::Release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void ApiListener::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  struct stat found {};
  if (!path_.empty() && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
  address_.clear();
}

}  // namespace hearsay
