// SPDX-License-Identifier: MIT
//
// How many reachable nodes a network had at one moment: from how often those that a crawl found were named by others,
// and from who came and went meanwhile.
//
// Defined: the number of nodes that run and can be dialled at the census' moment (attendance.h says which that is),
// whether the crawl found them or not. Its parts, each with its own interval, are added, ends to ends: that is wider
// than 95 % where several are large.
//
// Found. Who answered the first dial counts as one, with an error of what came and went between that and the moment:
// on average as many leave as come, so it is symmetric, of variance 2 x rate of leaving x node-seconds apart. The rate
// is known from few, so its upper end is taken: with the mean, intervals of small networks were half a node too narrow.
// Late. Who answered only a later dial was there and unlucky or slow, or has come since; as many are taken off as left
// in that time, and from none to as many as may have for the interval.
// Nobody named them. Each visited node names a random part of the peers that it verified lately. A node that f others
// named is like a species that was caught f times; those that nobody named are estimated from those that one or two
// named: Chao 1987, "Estimating the population size for capture-recapture data with unequal catchability",
// bias-corrected, f1 (f1 - 1) / (2 (f2 + 1)), with his log-normal interval. It is a lower bound where nodes differ in
// how well they are known, and they do: newcomers are known to few. So the upper end is raised by how unlike nodes seem
// in that: Chao and Lee 1992, "Estimating the number of classes via sample coverage", their gamma squared, 1 at most;
// it matters where a crawl of thousands was stopped early. Of what one address group may have staged only a fair share
// is counted (fair_count.h). Where too few were named only once, the interval goes up to what a Poisson count of none
// leaves open (three, at 95 %); where even the least known node was named `fewest` times, three namings of nobody's are
// left open, and make 3 / fewest nodes as little known as that one.
// Not dialled. What a stopped crawl has heard of and not dialled counts by the share of live ones among what it did
// dial and as many had named: what liars make up is named once, or by as many ids as they care to run, but lies in few
// address groups, and of each a fair share is counted. Who was just sent a first packet is dead more often
// than others, because the living answer soon: their odds are taken for a third (Guess: a round trip is a third of the
// wait for an answer), and the interval allows all or none.
//
// Measured: tests/crawler/estimate_test.cc for samples as the theory wants them, `hearsay sim --experiment census` for
// those of real nodes. Not counted: who came so lately that nobody knew it, which takes a second or two. A node with
// two endpoints counts as two until both were dialled: where most have two, a stopped crawl says up to twice too much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "crawler/attendance.h"
#include "crawler/census.h"

namespace hearsay {

struct Namings {
  struct Kind {
    std::size_t heard = 0;  // endpoints of this kind
    std::size_t once = 0;   // of those: named by exactly one node
    std::size_t twice = 0;  // by two
  };
  Kind alive;               // dialled, and a node proved its id there: one endpoint of each node
  double fair_once = 1;     // of the alive and pending named once, the share that is to be counted (fair_count.h)
  double fair_twice = 1;    // likewise
  double fair_undialled = 1;  // of the pending that more named
  Kind pending;             // heard of and not dialled
  std::size_t asked = 0;    // sent a first packet that is not answered yet
  Kind dead;                // dialled, and it brought no node, or not yet, or a known one
  std::size_t namings = 0;  // of the alive and pending, all
  double pairs = 0;         // of namings of the same one: the sum of named x (named - 1) over them
  std::size_t fewest = SIZE_MAX;  // of an alive one that was named at all
};

// nullopt while none is alive, or none was named twice or more often: then there is nothing to reckon with.
std::optional<Estimate> EstimateNodes(const Namings& counted, const Attendance& attendance);

}  // namespace hearsay
