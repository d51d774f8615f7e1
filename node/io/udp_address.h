// SPDX-License-Identifier: MIT
//
// Endpoints as the kernel wants them: sockaddr_in for an IPv4 socket, sockaddr_in6 (IPv4 mapped) for an IPv6 one; and
// where it would send from.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

#include "proto/endpoint.h"

namespace hearsay {

// Fills `out` for a socket of `family`; the size, or nullopt when the endpoint is not of that family.
std::optional<socklen_t> ToSocketAddress(const Endpoint& endpoint, int family, sockaddr_storage& out);
// Of family AF_INET or AF_INET6; any other gives the unspecified endpoint.
Endpoint FromSocketAddress(const sockaddr_storage& address);

// The machine's address that packets to `destination` leave from, by its routes; nullopt when none leads there. Sends
// nothing; four system calls.
std::optional<IpAddress> FindSource(const IpAddress& destination);

IpAddress FromInAddr(const in_addr& address);
IpAddress FromIn6Addr(const in6_addr& address);
in_addr ToInAddr(const IpAddress& v4);
in6_addr ToIn6Addr(const IpAddress& address);

}  // namespace hearsay
