// SPDX-License-Identifier: MIT
//
// FairCount: how many rare things an estimate may go by, when some of them may have been staged: nodes that only one
// other named, or two; nodes that left a first packet unanswered; endpoints that a stopped crawl has not dialled.
//
// What nobody named is estimated from the square of how many were named once (estimate.h): the owner of one address
// group who runs a few hundred ids there, each named by one other, would make a network of 200 look like one of
// 100,000; ids each named by two would hide what is missing. So each group counts for at most
//   kFairSlack + kFairTimes x rate x (all of its own, kFairSize times the median group's at most).
// The rate, of rare ones among all, is the median group's, or that over all groups when each counts for kFairSlack at
// most, whichever is more. Liars need half of the groups to move the former, and a group for each kFairSlack of the
// latter; ids and namings inside one group buy no more than an honest group that is kFairSize times the median one.
// What honest networks lose is by chance, some hundredths (fair_count_test.cc); but of a data centre that is larger
// than that, beside many small groups, the rare ones beyond are taken for staged, and the estimate is too low by what
// they say.
// Winsorizing is Tukey's (1962, "The future of data analysis"). Pure.
#pragma once

#include <cstddef>
#include <span>

namespace hearsay {

struct GroupRare {  // of one address group
  std::size_t all = 0;
  std::size_t rare = 0;
};

inline constexpr double kFairSlack = 1;
inline constexpr double kFairTimes = 3;
inline constexpr double kFairSize = 8;

// Of all the rare ones of `groups`, so many are to be counted.
double FairCount(std::span<const GroupRare> groups);

}  // namespace hearsay
