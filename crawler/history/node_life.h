// SPDX-License-Identifier: MIT
//
// NodeLife: what a history keeps of one node. About 350 bytes, with the one address that most nodes have.
//
// All times are ends of censuses: a census is one moment to a history. Text is from the node's signed record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crawler/reliability.h"
#include "proto/endpoint.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/time.h"

namespace hearsay {

struct NodeAddress {
  Endpoint endpoint;
  Time since{};  // when it first proved its id there, in this stay
  Time until{};  // when it last did
  bool operator==(const NodeAddress&) const = default;
};

struct NodeLife {
  static constexpr std::size_t kMaxAddresses = 8;  // Guess: two families on four links. The first known ones stay
  static constexpr std::size_t kMaxPast = 4;

  NodeId id;
  Time first_seen{};
  Time last_seen{};   // proved its id
  Time last_tried{};  // or did not, where that says something
  Reliability reliability;
  std::vector<NodeAddress> addresses;  // where it last proved its id; by endpoint
  std::vector<NodeAddress> past;       // where it did before, each endpoint once, the last left at the end
  std::string software;                // empty: no record yet
  std::string name;
  Time software_since{};               // when `software` was first seen to be that
  std::optional<Role> role;
  Attributes attributes;
  bool present = false;    // the last result was a proof
  bool reachable = false;  // at that proof, it knew the endpoint to be its own
  bool suspect = false;    // flagged as a liar, until a census judges it anew (IsJudged) or is complete
  bool excluded = false;   // it told that census's crawler that it excludes crawlers

  // As far as it is no matter of reliability. Who does not want to be mapped is not published either.
  bool MayBeServed() const { return reachable && !suspect && !excluded && !addresses.empty(); }
  bool operator==(const NodeLife&) const = default;
};

}  // namespace hearsay
