// SPDX-License-Identifier: MIT
// HiddenIds: who named how many, and the bound of a crawl.
#include "crawler/hidden_ids.h"

#include <gtest/gtest.h>

#include "crawler/crawl.h"

namespace hearsay {
namespace {

TEST(HiddenIds, AreCountedByHowManyNamedThem) {
  HiddenIds ids(10, SipKey{});
  for (const IdPrefix id : {7, 3, 7, 9, 3, 7}) EXPECT_TRUE(ids.Add(id));
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
  for (IdPrefix id = 0; id < most; ++id) ASSERT_TRUE(ids.Add(id));
  EXPECT_FALSE(ids.Add(most));
  EXPECT_EQ(ids.size(), most);
  EXPECT_TRUE(ids.Add(5));  // those that it has are counted still
  EXPECT_EQ(ids.NamedBy(2).size(), 1u);
}

}  // namespace
}  // namespace hearsay
