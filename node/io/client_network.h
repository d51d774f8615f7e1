// SPDX-License-Identifier: MIT
//
// ClientNetwork: an IPv4 /24 or IPv6 /56: what one household or office is given, so what it can put on its own packets
// and connect from. What servers for everybody count by.
#pragma once

#include <algorithm>

#include "proto/endpoint.h"

namespace hearsay {

struct ClientNetwork {
  ByteArray<16> prefix{};
  auto operator<=>(const ClientNetwork&) const = default;

  static ClientNetwork Of(const IpAddress& address) {
    constexpr std::size_t kV4Kept = 15;  // bytes of the mapped form: ::ffff:a.b.c
    constexpr std::size_t kV6Kept = 7;
    ClientNetwork out;
    std::copy_n(address.bytes.begin(), address.IsV4() ? kV4Kept : kV6Kept, out.prefix.begin());
    return out;
  }
};

}  // namespace hearsay
