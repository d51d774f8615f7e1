// SPDX-License-Identifier: MIT
// ToldList: a set of numbers, against std::set.
#include "crawler/told_list.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/rng.h"

namespace hearsay {
namespace {

TEST(ToldList, HoldsWhatWasMergedOnceEach) {
  Rng rng = Rng::FromNumber(1);
  for (int round = 0; round < 200; ++round) {
    ToldList list;
    std::set<std::uint32_t> model;
    const std::uint64_t span = std::uint64_t{1} << (1 + rng.Below(32));
    for (std::uint64_t merges = rng.Below(4); merges > 0; --merges) {
      std::set<std::uint32_t> numbers;
      for (std::uint64_t i = rng.Below(100); i > 0; --i) numbers.insert(static_cast<std::uint32_t>(rng.Below(span)));
      std::set<std::uint32_t> fresh;
      list.Merge({numbers.begin(), numbers.end()}, [&](std::uint32_t n) { EXPECT_TRUE(fresh.insert(n).second); });
      for (const std::uint32_t n : numbers) EXPECT_EQ(fresh.contains(n), model.insert(n).second);
    }
    std::vector<std::uint32_t> held;
    list.ForEach([&](std::uint32_t n) { held.push_back(n); });
    EXPECT_EQ(held, std::vector<std::uint32_t>(model.begin(), model.end()));
    EXPECT_EQ(list.size(), model.size());
  }
}

}  // namespace
}  // namespace hearsay
