// SPDX-License-Identifier: MIT
//
// AddressPlan: which addresses simulated hosts get. Public ones walk through 5.0.0.0/8 so that the first 256 each
// stand in another address group; private ones are 10.0.0.0/8; loopback hosts share 127.0.0.1 and differ by port, as
// processes on one machine do.
#pragma once

#include <cstdint>

#include "proto/check.h"
#include "proto/endpoint.h"

namespace hearsay::sim {

class AddressPlan {
 public:
  IpAddress NextPublic() {
    const std::uint32_t n = public_++;
    HEARSAY_CHECK(n < 256 * 65'000);
    return IpAddress::V4(5u << 24 | (n % 256) << 16 | (n / 256 + 1));
  }
  IpAddress NextPrivate() { return IpAddress::V4(10u << 24 | ++private_); }
  // Inside a house: every house starts again.
  static IpAddress Inside(std::uint32_t member) { return IpAddress::V4(0xc0a80002u + member); }

  Endpoint Next(Scope scope) {
    switch (scope) {
      case Scope::kGlobal: return {NextPublic(), kDefaultPort};
      case Scope::kPrivate: return {NextPrivate(), kDefaultPort};
      default: break;
    }
    HEARSAY_CHECK(scope == Scope::kLoopback && loopback_ < 60'000);
    return {IpAddress::V4(0x7f000001), static_cast<std::uint16_t>(2'000 + loopback_++)};
  }

 private:
  std::uint32_t public_ = 0;
  std::uint32_t private_ = 0;
  std::uint32_t loopback_ = 0;
};

}  // namespace hearsay::sim
