// SPDX-License-Identifier: MIT
//
// What the tests of a seed's services share: a zone with peers, and a name to ask for.
#pragma once

#include <string>
#include <vector>

#include "crawler/seed/zone.h"
#include "node/io/clock.h"

namespace hearsay {

inline GoodPeer MakeGoodPeer(const std::string& endpoint, Role role = Role::kDual, Attributes attributes = {}) {
  GoodPeer peer{.endpoint = *Endpoint::Parse(endpoint, kDefaultPort), .role = role, .attributes = attributes};
  // Some id that differs from the others'.
  std::copy(peer.endpoint.address.bytes.begin(), peer.endpoint.address.bytes.end(), peer.id.bytes.begin());
  peer.id.bytes[31] = static_cast<std::byte>(peer.endpoint.port);
  return peer;
}

// One peer in each of `groups` IPv4 groups, on the default port.
inline std::vector<GoodPeer> SpreadPeers(std::uint32_t groups) {
  std::vector<GoodPeer> out;
  for (std::uint32_t i = 0; i < groups; ++i) {
    out.push_back(MakeGoodPeer(IpAddress::V4(0x0b000001 + (i << 16)).ToString()));
  }
  return out;
}

inline ZoneConfig MakeZoneConfig(const std::string& zone = "seed.example.net") {
  return {.zone = zone,
          .network = "test",
          .name_servers = {{"ns." + zone, {*IpAddress::Parse("192.0.32.1"), *IpAddress::Parse("2600::1")}},
                           {"ns.elsewhere.org", {}}}};
}

}  // namespace hearsay
