// SPDX-License-Identifier: MIT
// FairCount: honest networks keep their rare nodes, staged ones do not count for more than a few.
#include "crawler/fair_count.h"

#include <gtest/gtest.h>

#include <vector>

#include "proto/rng.h"

namespace hearsay {
namespace {

std::size_t Rare(const std::vector<GroupNamings>& groups) {
  std::size_t rare = 0;
  for (const GroupNamings& group : groups) rare += group.rare;
  return rare;
}

// Groups of 1 to `largest` nodes that name 64 others each; of the names one in `one_in` is named by nobody else.
std::vector<GroupNamings> Honest(std::size_t count, std::size_t largest, std::uint64_t one_in, Rng& rng) {
  std::vector<GroupNamings> groups(count);
  for (GroupNamings& group : groups) {
    group.namings = 64 * (1 + rng.Below(largest));
    for (std::size_t i = 0; i < group.namings; ++i) group.rare += rng.Chance(1, one_in) ? 1 : 0;
  }
  return groups;
}

TEST(FairCount, OfNobodyIsNothing) {
  EXPECT_EQ(FairCount({}), 0);
  const std::vector<GroupNamings> one = {{.namings = 0, .rare = 0}};
  EXPECT_EQ(FairCount(one), 0);
}

TEST(FairCount, KeepsWhatHonestGroupsFound) {
  Rng rng = Rng::FromNumber(1);
  for (const std::size_t largest : {1, 3, 100}) {
    for (const std::uint64_t one_in : {4, 30, 500, 5'000}) {
      const auto groups = Honest(200, largest, one_in, rng);
      EXPECT_GE(FairCount(groups), 0.98 * static_cast<double>(Rare(groups))) << largest << ", one in " << one_in;
    }
  }
}

// A network in one or two data centres has no other groups to compare with.
TEST(FairCount, KeepsAllOfOneGroupAndOfTwoAlike) {
  const std::vector<GroupNamings> one = {{.namings = 6400, .rare = 500}};
  EXPECT_EQ(FairCount(one), 500);
  const std::vector<GroupNamings> two = {{.namings = 6400, .rare = 500}, {.namings = 3200, .rare = 200}};
  EXPECT_EQ(FairCount(two), 700);
}

TEST(FairCount, TakesAFewOfAGroupWhereMostIsStaged) {
  Rng rng = Rng::FromNumber(2);
  for (const std::size_t staged : {10, 1'000, 100'000}) {
    auto groups = Honest(100, 2, 500, rng);
    const double honest = FairCount(groups);
    groups.push_back({.namings = 64, .rare = staged});
    EXPECT_LE(FairCount(groups), honest + kFairSlack + 2) << staged;
    // Naming more does buy more, at the honest rate only.
    groups.back().namings = 6'400;
    EXPECT_LE(FairCount(groups), honest + kFairSlack + kFairTimes * 6'400 / 250) << staged;
  }
}

}  // namespace
}  // namespace hearsay
