// SPDX-License-Identifier: MIT
//
// FairCount: how many of the nodes that only one node named, or two, an estimate may go by, when some of them may have
// been staged.
//
// What nobody named is estimated from what few named (estimate.h), with the square of their number: the owner of one
// address group who runs a few hundred ids there, each named by one other, would make a network of 200 look like one of
// 100,000; ids each named by two would hide what is missing. So each group of tellers counts for at most
// kSlack + kTimes x rate x its own namings; the rate, of rare ones a naming, is what it is in the lower half of the
// groups, or over all groups when each counts for kSlack at most, whichever is more. Liars need half of all groups to
// move the former, and move the latter by kSlack a group. In a network without liars nothing is cut but for chance.
// Where a whole region is known to few and names only its own, it is taken for staged: the estimate stays too low.
// Measured: tests/crawler/fair_count_test.cc. Winsorizing is Tukey's (1962, "The future of data analysis"). Pure.
#pragma once

#include <cstddef>
#include <span>

namespace hearsay {

struct GroupNamings {        // of the nodes of one address group
  std::size_t namings = 0;   // endpoints that they named, all together
  std::size_t rare = 0;      // of those whom few named: first named by this group
};

inline constexpr double kFairSlack = 3;
inline constexpr double kFairTimes = 3;

// Of all the rare ones of `groups`, so many are to be counted.
double FairCount(std::span<const GroupNamings> groups);

}  // namespace hearsay
