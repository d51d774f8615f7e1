// SPDX-License-Identifier: MIT
//
// How many reachable nodes a network has, from how often those that a crawl found were named by others.
//
// Each visited node names a random part of the peers that it verified lately. A node that f others named is like a
// species that was caught f times; those that nobody named are estimated from those that one or two named (Chao 1987,
// "Estimating the population size for capture-recapture data with unequal catchability": the lower bound
// f1 (f1 - 1) / (2 (f2 + 1)), bias-corrected, with his log-normal interval). A lower bound where nodes differ in how well they
// are known, and they do: newcomers are known to few. What a crawl that was stopped early has not visited is reckoned with by
// the share of alive ones among those that it did dial.
//
// The interval is widened by the binomial error of that share, and where nobody was named only once by what a Poisson
// count of none leaves open (three, at 95 %). tests/sim measures how often it contains the truth.
#pragma once

#include <cstddef>
#include <optional>

#include "crawler/census.h"

namespace hearsay {

struct Namings {
  std::size_t alive = 0;    // dialled, and a node proved its id there
  std::size_t dead = 0;     // dialled, and nobody did
  std::size_t pending = 0;  // heard of and not dialled to the end
  std::size_t once = 0;     // of the alive and pending: named by exactly one node
  std::size_t twice = 0;    // by two
  std::size_t namings = 0;  // all namings of the alive and pending
};

// nullopt while fewer than one is alive or nobody was named twice or more often: then there is nothing to reckon with.
std::optional<Estimate> EstimateNodes(const Namings& counted);

}  // namespace hearsay
