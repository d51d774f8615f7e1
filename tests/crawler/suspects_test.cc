// SPDX-License-Identifier: MIT
// FlagSuspects: liars among honest nodes, and honest nodes among churn.
#include "crawler/suspects.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/rng.h"

namespace hearsay {
namespace {

// `honest` nodes, of whose 64 named endpoints each is alive with `alive_percent`; `liars`, with `true_percent`.
Census Draw(std::size_t honest, std::size_t liars, std::uint64_t alive_percent, std::uint64_t true_percent, Rng& rng) {
  Census census;
  for (std::size_t i = 0; i < honest + liars; ++i) {
    MappedNode node;
    node.sampled = 64;
    for (std::size_t j = 0; j < node.sampled; ++j) {
      ++(rng.Below(100) < (i < honest ? alive_percent : true_percent) ? node.judged_verified : node.judged_silent);
    }
    census.nodes.push_back(node);
  }
  return census;
}

std::size_t Flagged(const Census& census, std::size_t begin, std::size_t end) {
  return static_cast<std::size_t>(
      std::count_if(census.nodes.begin() + static_cast<std::ptrdiff_t>(begin),
                    census.nodes.begin() + static_cast<std::ptrdiff_t>(end), [](const auto& n) { return n.suspect; }));
}

TEST(Suspects, LiarsAreFlaggedAndNobodyElseIs) {
  Rng rng = Rng::FromNumber(1);
  Census census = Draw(950, 50, 95, 0, rng);
  FlagSuspects(census);
  EXPECT_EQ(Flagged(census, 0, 950), 0u);
  EXPECT_EQ(Flagged(census, 950, 1000), 50u);
}

TEST(Suspects, ChurnThatHitsEverybodyMakesNobodySuspect) {
  for (const std::uint64_t alive : {30u, 50u, 80u, 99u, 100u}) {
    Rng rng = Rng::FromNumber(alive);
    Census census = Draw(10'000, 0, alive, 0, rng);
    FlagSuspects(census);
    EXPECT_EQ(Flagged(census, 0, 10'000), 0u) << alive;
  }
}

TEST(Suspects, WhoLiesHalfOfTheTimeIsFlaggedToo) {
  Rng rng = Rng::FromNumber(2);
  Census census = Draw(700, 300, 97, 40, rng);
  FlagSuspects(census);
  EXPECT_EQ(Flagged(census, 0, 700), 0u);
  EXPECT_GE(Flagged(census, 700, 1000), 270u);
}

TEST(Suspects, FewNamingsProveNothing) {
  Census census;
  MappedNode node;
  node.sampled = node.judged_silent = 7;
  census.nodes.assign(20, node);
  FlagSuspects(census);
  EXPECT_EQ(Flagged(census, 0, 20), 0u);
  FlagSuspects(census = Census{});
}

}  // namespace
}  // namespace hearsay
