// SPDX-License-Identifier: MIT
//
// How many reachable nodes a network has, from how often those that a crawl found were named by others.
//
// Each visited node names a random part of the peers that it verified lately. A node that f others named is like a
// species that was caught f times; those that nobody named are estimated from those that one or two named: Chao 1987,
// "Estimating the population size for capture-recapture data with unequal catchability", bias-corrected,
// f1 (f1 - 1) / (2 (f2 + 1)), with his log-normal interval. It is a lower bound where nodes differ in how well they are
// known, and they do: newcomers are known to few. What a stopped crawl has heard of and not dialled counts by the share
// of live ones among what it did dial and as many had named: what liars make up is named once.
//
// Who was just sent a first packet is dead more often than others, because the living answer soon: their odds are
// taken for a third (Guess: a round trip is a third of the wait for an answer), and the interval allows all or none.
//
// The interval is widened by the binomial error of that share, and where too few were named only once by what a Poisson
// count of none leaves open (three, at 95 %). Measured: tests/crawler/estimate_test.cc for samples as the theory wants
// them, `hearsay sim --experiment census` for those of real nodes.
#pragma once

#include <cstddef>
#include <optional>

#include "crawler/census.h"

namespace hearsay {

struct Namings {
  struct Kind {
    std::size_t heard = 0;  // endpoints of this kind
    std::size_t once = 0;   // of those: named by exactly one node
    std::size_t twice = 0;  // by two
  };
  Kind alive;               // dialled, and a node proved its id there
  Kind pending;             // heard of and not dialled
  std::size_t asked = 0;    // sent a first packet that is not answered yet
  Kind dead;                // dialled, and nobody did, or not yet
  std::size_t namings = 0;  // of the alive and pending, all
};

// nullopt while none is alive, or none was named twice or more often: then there is nothing to reckon with.
std::optional<Estimate> EstimateNodes(const Namings& counted);

}  // namespace hearsay
