// SPDX-License-Identifier: MIT
//
// SelectGood: whom to serve. All that are good; while these stand in fewer than `wanted` address groups, also the best
// of those that answer but are not good yet; when there is nobody at all, the last to have gone. Never somebody who has
// never answered.
//
// Who fills up is the best of each group that has nobody yet, and only when no such group is left the best of all. An
// attacker who is always up in a few groups is good, and where most come and go nobody else may be: counted by ids it
// would be all that is served, and nobody would be told that this is few.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crawler/reliability.h"
#include "proto/endpoint.h"

namespace hearsay {

struct Candidate {
  const Reliability* reliability = nullptr;
  const Endpoint* endpoint = nullptr;  // tells its address group
};

struct GoodSet {
  std::vector<std::uint32_t> members;  // places in what was given: the good ones first, in that order
  std::size_t good = 0;
  bool few = false;          // the good ones stand in fewer groups than are wanted
  std::size_t doubtful = 0;  // they answer, but not for long or not often enough
  std::size_t gone = 0;      // served because there is nobody else
};
GoodSet SelectGood(std::span<const Candidate> all, const GoodRule& rule, std::size_t wanted);

}  // namespace hearsay
