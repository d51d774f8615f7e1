// SPDX-License-Identifier: MIT
// ToldList: rising numbers as bytes, against the numbers.
#include "crawler/told_list.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/rng.h"

namespace hearsay {
namespace {

std::vector<std::uint32_t> Draw(Rng& rng, std::size_t count, std::uint64_t span) {
  std::set<std::uint32_t> numbers;
  while (numbers.size() < count) numbers.insert(static_cast<std::uint32_t>(rng.Below(span)));
  return {numbers.begin(), numbers.end()};
}

TEST(ToldList, HoldsWhatWasPutIn) {
  Rng rng = Rng::FromNumber(1);
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t span = std::uint64_t{1} << (9 + rng.Below(24));
    const auto numbers = Draw(rng, rng.Below(500), span);
    const Bytes list = EncodeToldList(numbers);
    EXPECT_EQ(CountOfToldList(list), numbers.size());
    EXPECT_EQ(DecodeToldList(list), numbers);
  }
}

TEST(ToldList, HoldsTheOutermostNumbers) {
  for (const std::vector<std::uint32_t>& numbers :
       {std::vector<std::uint32_t>{}, {0}, {UINT32_MAX}, {0, UINT32_MAX}, {0, 1, 2, 3, UINT32_MAX}}) {
    EXPECT_EQ(DecodeToldList(EncodeToldList(numbers)), numbers);
  }
}

TEST(ToldList, CostsTwoBytesForEachNameOutOfAMillionAndAHalf) {
  Rng rng = Rng::FromNumber(2);
  std::size_t bytes = 0;
  for (int round = 0; round < 100; ++round) bytes += EncodeToldList(Draw(rng, 64, 1'500'000)).size();
  EXPECT_LE(bytes, 100u * 64u * 2u + 100u * 4u);
}

}  // namespace
}  // namespace hearsay
