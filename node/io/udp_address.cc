// SPDX-License-Identifier: MIT
#include "node/io/udp_address.h"

#include <unistd.h>

#include <cstring>

namespace hearsay {

IpAddress FromInAddr(const in_addr& address) { return IpAddress::V4(ntohl(address.s_addr)); }

IpAddress FromIn6Addr(const in6_addr& address) {
  IpAddress out;
  std::memcpy(out.bytes.data(), address.s6_addr, 16);
  return out;
}

in_addr ToInAddr(const IpAddress& v4) {
  in_addr out{};
  std::memcpy(&out.s_addr, v4.bytes.data() + 12, 4);
  return out;
}

in6_addr ToIn6Addr(const IpAddress& address) {
  in6_addr out{};
  std::memcpy(out.s6_addr, address.bytes.data(), 16);
  return out;
}

std::optional<socklen_t> ToSocketAddress(const Endpoint& endpoint, int family, sockaddr_storage& out) {
  if (family == AF_INET) {
    if (!endpoint.address.IsV4()) return std::nullopt;
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr = ToInAddr(endpoint.address);
    return sizeof(sockaddr_in);
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  v6.sin6_addr = ToIn6Addr(endpoint.address);
  return sizeof(sockaddr_in6);
}

Endpoint FromSocketAddress(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return {FromInAddr(v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return {FromIn6Addr(v6.sin6_addr), ntohs(v6.sin6_port)};
  }
  return {};
}

std::optional<IpAddress> FindSource(const IpAddress& destination) {
  constexpr std::uint16_t kAnyPort = 9;
  const int family = destination.IsV4() ? AF_INET : AF_INET6;
  const int fd = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  sockaddr_storage address{};
  socklen_t size = *ToSocketAddress({destination, kAnyPort}, family, address);
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  bool found = ::connect(fd, to, size) == 0;
  size = sizeof(address);
  found = found && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  return found ? std::optional(FromSocketAddress(address).address) : std::nullopt;
}

}  // namespace hearsay
