// SPDX-License-Identifier: MIT
//
// Population: which addresses the hosts of an experiment have. What an attacker pays for is addresses and, above all,
// address groups, so each experiment says what both sides own.
//
// Groups (IPv4 /16) are handed out in order and never twice; addresses within a group likewise. All are global ones.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "proto/endpoint.h"
#include "proto/rng.h"

namespace hearsay::sim {

class Population {
 public:
  // `count` hosts, each in a /16 of its own: then the group rank of the view is uniform over hosts.
  std::vector<Endpoint> Scattered(std::size_t count);
  // `count` hosts in one new /16, in one /24 while there is room.
  std::vector<Endpoint> Crowd(std::size_t count) { return Fill(NewGroup(), count); }
  // The whole of one /24 (254 addresses) in a new /16, or its first `count`.
  std::vector<Endpoint> Slash24(std::size_t count = 254) { return Fill(NewGroup(), count); }
  // As honest nodes stand on the internet: four in five alone in their /16, the rest in 60 hosters' /16s whose sizes
  // fall as 1/rank (Zipf). For 1,000 hosts that is about 860 groups: what 5,880 measured Bitcoin addresses give.
  std::vector<Endpoint> LikeTheInternet(std::size_t count, Rng& rng);
  // Hosts that rent addresses in groups which others of `neighbours` use already.
  std::vector<Endpoint> AmongThem(const std::vector<Endpoint>& neighbours, std::size_t count, Rng& rng);

 private:
  static constexpr std::uint32_t kFirstGroup = 11 * 256;   // 11.0.0.0/8 and up: clear of 10/8
  static constexpr std::uint32_t kLastGroup = 99 * 256;    // below 100.64/10
  std::uint32_t NewGroup();
  Endpoint Next(std::uint32_t group);
  std::vector<Endpoint> Fill(std::uint32_t group, std::size_t count);

  std::uint32_t groups_ = kFirstGroup;
  std::map<std::uint32_t, std::uint32_t> used_;  // group -> addresses handed out
};

}  // namespace hearsay::sim
