// SPDX-License-Identifier: MIT
//
// Plan: who is in a fleet, drawn from one seed before anything runs. The same request gives the same plan.
//
// The i-th resident lives at the base address + 1 + i, skipping none; its kind, software and role are dealt by exact
// shares and then shuffled, but that the first one is reachable: a crawl may start there. What the residents do once
// they run depends on time and is not of the plan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/identity.h"
#include "proto/record.h"
#include "proto/rng.h"
#include "tools/fleet/shares.h"

namespace hearsay::fleet {

enum class Kind : std::uint8_t {
  kReachable,  // an honest node at an endpoint that anybody may dial
  kNatted,     // an honest node behind an address translator
  kDead,       // was a reachable node, and nobody lives there any more
  kLiar,       // speaks the wire and names endpoints that it made up
};
std::string_view KindName(Kind kind);  // "reachable", "natted", "dead", "liar"

struct PlanRequest {
  std::size_t nodes = 0;      // all kinds together, 1 to kMaxNodes
  double dead_percent = 0;    // of `nodes`, rounded to the nearest; together they leave a reachable one
  double natted_percent = 0;
  double liar_percent = 0;
  std::vector<Share> versions;
  std::vector<Share> roles;   // names of roles (proto/record.h)
  IpAddress base;             // in 127.0.0.0/8, with room for all of them below 127.255.255.255
  std::uint64_t seed = 0;
};
inline constexpr std::size_t kMaxNodes = 100'000;

struct Resident {
  ByteArray<Identity::kSeedSize> identity{};
  Rng::Seed chance{};        // all that it draws itself comes from this
  IpAddress address;
  Kind kind = Kind::kReachable;
  std::string software;
  Role role{};
};

// The error names what does not fit and the remedy.
Result<std::vector<Resident>> MakePlan(const PlanRequest& request);

// Where nobody of a plan from `base` of `nodes` lives, in 127.0.0.0/8, as a liar makes it up; port `port`.
Endpoint MadeUpEndpoint(const IpAddress& base, std::size_t nodes, std::uint16_t port, Rng& rng);

}  // namespace hearsay::fleet
