// SPDX-License-Identifier: MIT
#include "crawler/seed/tcp_listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "node/io/listen_error.h"
#include "node/io/udp_address.h"

namespace hearsay {
namespace {

constexpr int kBacklog = 256;  // held by the kernel while all connections are taken

}  // namespace

Result<TcpListener> OpenTcpListener(const Endpoint& listen, const std::string& option) {
  const int family = listen.address.IsV4() ? AF_INET : AF_INET6;
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return tl::unexpected(ListenError("listen on TCP", listen, option, errno));
  const int on = 1;
  // A restart must not wait for TIME_WAIT. On Linux this never lets two listeners share a port.
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  sockaddr_storage address{};
  socklen_t size = *ToSocketAddress(listen, family, address);
  const bool fine = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(fd, kBacklog) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &(size = sizeof address)) == 0;
  if (!fine) {
    const int error = errno;
    ::close(fd);
    return tl::unexpected(ListenError("listen on TCP", listen, option, error));
  }
  return TcpListener{fd, FromSocketAddress(address)};
}

}  // namespace hearsay
