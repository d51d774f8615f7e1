// SPDX-License-Identifier: MIT
// HiddenIds: who named how many, and the bound of a crawl.
#include "crawler/hidden_ids.h"

#include <gtest/gtest.h>

#include "crawler/crawl.h"

namespace hearsay {
namespace {

TEST(HiddenIds, AreCountedByHowManyNamedThem) {
  HiddenIds ids(10, SipKey{});
  for (const IdPrefix id : {7, 3, 7, 9, 3, 7}) ids.Add(id, std::nullopt);
  const auto named = ids.NamedBy(2);
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(named[0].id, 3u);
  EXPECT_EQ(named[0].named_by, 2u);
  EXPECT_EQ(named[1].id, 7u);
  EXPECT_EQ(named[1].named_by, 3u);
  EXPECT_EQ(ids.NamedBy(1).size(), 3u);
  EXPECT_TRUE(ids.NamedBy(4).empty());
}

TEST(HiddenIds, AreAMillionAtMost) {
  const std::size_t most = CrawlConfig{}.hidden;
  EXPECT_EQ(most, 1'000'000u);
  HiddenIds ids(most, SipKey{});
  for (IdPrefix id = 0; id < most; ++id) ids.Add(id, std::nullopt);
  EXPECT_EQ(ids.refused(), 0u);
  ids.Add(most, std::nullopt);
  EXPECT_EQ(ids.refused(), 1u);
  EXPECT_EQ(ids.size(), most);
  ids.Add(5, std::nullopt);  // those that it has are counted still
  EXPECT_EQ(ids.NamedBy(2).size(), 1u);
}

TEST(HiddenIds, OneAddressGroupAddsASixteenthOfThemAndCountsAll) {
  HiddenIds ids(64, SipKey{});
  for (IdPrefix id = 0; id < 10; ++id) ids.Add(id, 3);
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_EQ(ids.refused(), 6u);
  for (IdPrefix id = 0; id < 10; ++id) ids.Add(id, 0);
  EXPECT_EQ(ids.size(), 8u);
  EXPECT_EQ(ids.NamedBy(2).size(), 4u);
}

}  // namespace
}  // namespace hearsay
