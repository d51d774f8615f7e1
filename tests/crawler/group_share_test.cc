// SPDX-License-Identifier: MIT
// Who is taken when not all fit: by hand, and for random crowds.
#include "crawler/group_share.h"

#include <gmock/gmock.h>

#include <map>
#include <numeric>

#include "proto/rng.h"

namespace hearsay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AddressGroup Group(std::uint32_t number) { return Endpoint{IpAddress::V4(0x0b000001 + (number << 16)), 7075}.group(); }

std::vector<AddressGroup> Groups(std::initializer_list<std::uint32_t> numbers) {
  std::vector<AddressGroup> out;
  for (const std::uint32_t number : numbers) out.push_back(Group(number));
  return out;
}

std::map<AddressGroup, std::size_t> CountByGroup(std::span<const AddressGroup> groups,
                                                 std::span<const std::uint32_t> places) {
  std::map<AddressGroup, std::size_t> out;
  for (const std::uint32_t place : places) ++out[groups[place]];
  return out;
}

TEST(ShareByGroup, TakesAllThatFit) {
  EXPECT_THAT(ShareByGroup({}, 0), IsEmpty());
  EXPECT_THAT(ShareByGroup(Groups({1, 1, 2}), 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(ShareByGroup(Groups({1, 1, 2}), 0), IsEmpty());
}

TEST(ShareByGroup, TheLargestGroupGivesWayAlone) {
  EXPECT_THAT(ShareByGroup(Groups({1, 2, 1, 1, 1, 3, 3}), 5), ElementsAre(1, 2, 4, 5, 6)) << "two of the five, evenly";
}

TEST(ShareByGroup, OfTooManyGroupsOneMemberEachAtEvenDistances) {
  EXPECT_THAT(ShareByGroup(Groups({1, 2, 3, 4, 5, 6, 6, 6}), 3), ElementsAre(1, 3, 6));
}

TEST(ShareByGroup, NoGroupIsCutWhileAnotherHasMore) {
  Rng rng = Rng::FromNumber(1);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    std::vector<AddressGroup> groups(1 + rng.Below(400));
    const std::uint64_t kinds = 1 + rng.Below(40);
    for (AddressGroup& group : groups) group = Group(static_cast<std::uint32_t>(rng.Below(1 + rng.Below(kinds))));
    std::vector<std::uint32_t> all(groups.size());
    std::iota(all.begin(), all.end(), 0);
    const auto sizes = CountByGroup(groups, all);
    const std::size_t room = rng.Below(groups.size() + 10);
    const auto taken = ShareByGroup(groups, room);
    ASSERT_LE(taken.size(), room);
    ASSERT_TRUE(std::ranges::is_sorted(taken, std::ranges::less_equal{}) || taken.size() < 2);
    auto counts = CountByGroup(groups, taken);
    std::size_t most = 0;
    for (const auto& [group, count] : counts) most = std::max(most, count);
    std::size_t cut = 0;
    for (const auto& [group, size] : sizes) {
      const std::size_t count = counts[group];
      if (count == size) continue;
      ++cut;
      if (sizes.size() <= room) {
        ASSERT_EQ(count, most) << "a group of " << size;
      }
    }
    if (sizes.size() > room) {
      ASSERT_EQ(taken.size(), room);
    } else if (cut > 0) {
      ASSERT_GT(taken.size() + cut, room) << "one more of each would have fitted";
    }
  }
}

}  // namespace
}  // namespace hearsay
