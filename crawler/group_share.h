// SPDX-License-Identifier: MIT
//
// ShareByGroup: whom to take when there is room for some only, so that nobody's many addresses take another's place.
//
// Each address group has the same room: all take their members up to k, the largest k for which what is taken fits. Of
// a group with more than k members, k are taken at even distances in the order given; of more groups than there is
// room, as many at even distances, and one member of each. So a flood in one group leaves every other group as it is,
// and inside its own group others keep their share. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "proto/endpoint.h"

namespace hearsay {

struct GroupPlace {
  AddressGroup group;
  std::uint32_t place = 0;  // of a candidate, in whatever holds them
  auto operator<=>(const GroupPlace&) const = default;
};

// `groups`: of each candidate. Returns places in it, rising: at most `room`, all of them when they fit.
std::vector<std::uint32_t> ShareByGroup(std::span<const AddressGroup> groups, std::size_t room);

}  // namespace hearsay
