// SPDX-License-Identifier: MIT
// FairCount: honest networks keep their rare nodes, staged ones do not count for more than a few.
#include "crawler/fair_count.h"

#include <gtest/gtest.h>

#include <vector>

#include "proto/rng.h"

namespace hearsay {
namespace {

std::size_t Rare(const std::vector<GroupRare>& groups) {
  std::size_t rare = 0;
  for (const GroupRare& group : groups) rare += group.rare;
  return rare;
}

// Groups of 1 to `largest` nodes that name 64 others each; of the names one in `one_in` is named by nobody else.
std::vector<GroupRare> Honest(std::size_t count, std::size_t largest, std::uint64_t one_in, Rng& rng) {
  std::vector<GroupRare> groups(count);
  for (GroupRare& group : groups) {
    group.all = 64 * (1 + rng.Below(largest));
    for (std::size_t i = 0; i < group.all; ++i) group.rare += rng.Chance(1, one_in) ? 1 : 0;
  }
  return groups;
}

TEST(FairCount, OfNobodyIsNothing) {
  EXPECT_EQ(FairCount({}), 0);
  const std::vector<GroupRare> one = {{.all = 0, .rare = 0}};
  EXPECT_EQ(FairCount(one), 0);
}

TEST(FairCount, KeepsWhatHonestGroupsFound) {
  Rng rng = Rng::FromNumber(1);
  for (const std::size_t largest : {1, 3, 100}) {
    for (const std::uint64_t one_in : {4, 30, 500, 5'000}) {
      const auto groups = Honest(200, largest, one_in, rng);
      EXPECT_GE(FairCount(groups), 0.95 * static_cast<double>(Rare(groups))) << largest << ", one in " << one_in;
    }
  }
}

// A network in one or two data centres has no other groups to compare with.
TEST(FairCount, KeepsAllOfOneGroupAndOfTwoAlike) {
  const std::vector<GroupRare> one = {{.all = 6400, .rare = 500}};
  EXPECT_EQ(FairCount(one), 500);
  const std::vector<GroupRare> two = {{.all = 6400, .rare = 500}, {.all = 3200, .rare = 200}};
  EXPECT_EQ(FairCount(two), 700);
}

TEST(FairCount, TakesAFewOfAGroupWhereMostIsStaged) {
  Rng rng = Rng::FromNumber(2);
  for (const std::size_t staged : {10, 1'000, 100'000}) {
    auto groups = Honest(100, 2, 500, rng);
    const double honest = FairCount(groups);
    groups.push_back({.all = 64, .rare = staged});
    EXPECT_LE(FairCount(groups), honest + 3) << staged;
    groups.back().all = 1'000'000;  // naming more buys as much as the largest honest group may say
    EXPECT_LE(FairCount(groups), honest + 15) << staged;
  }
}

// A data centre of up to eight times the median group is heard as a whole, a larger one in part.
TEST(FairCount, HearsLargeGroupsInPart) {
  Rng rng = Rng::FromNumber(3);
  auto groups = Honest(200, 1, 16, rng);
  const double small = FairCount(groups);
  groups.push_back({.all = 8 * 64, .rare = 32});
  EXPECT_NEAR(FairCount(groups) - small, 32, 1);
  groups.back() = {.all = 100 * 64, .rare = 400};
  EXPECT_NEAR(FairCount(groups) - small, 3 * 32, 10);
}

}  // namespace
}  // namespace hearsay
