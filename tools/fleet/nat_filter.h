// SPDX-License-Identifier: MIT
//
// NatFilter: what an address translator does to those who want to come in (RFC 4787: address- and port-dependent
// filtering, the "port restricted" of RFC 3489): a datagram passes when something was sent to exactly its source within
// the last kMappingLife. Only what goes out renews. The outside endpoint is one for all (endpoint-independent mapping)
// and is the socket's; the inside address that the node sees is PrivateAddress().
//
// Bounded: at kMaxRemotes the expired go, and when none is, the new one is refused a way back, as a full box does.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "proto/endpoint.h"
#include "proto/time.h"

namespace hearsay::fleet {

class NatFilter {
 public:
  // Guess, as tests/sim/nat.h: home routers take 30 s to 300 s; RFC 4787 REQ-5 asks for two minutes.
  static constexpr Duration kMappingLife = std::chrono::seconds{60};
  static constexpr std::size_t kMaxRemotes = 1024;

  void NoteSent(const Endpoint& to, Time now) {
    const auto it = sent_.find(to);
    if (it != sent_.end()) {
      it->second = now;
      return;
    }
    if (sent_.size() >= kMaxRemotes) std::erase_if(sent_, [&](const auto& s) { return now - s.second > kMappingLife; });
    if (sent_.size() < kMaxRemotes) sent_.emplace(to, now);
  }
  bool Passes(const Endpoint& from, Time now) const {
    const auto it = sent_.find(from);
    return it != sent_.end() && now - it->second <= kMappingLife;
  }
  // 127.b.c.d outside is 10.b.c.d inside.
  static IpAddress PrivateAddress(IpAddress outside) {
    outside.bytes[12] = std::byte{10};
    return outside;
  }

 private:
  std::map<Endpoint, Time> sent_;
};

}  // namespace hearsay::fleet
