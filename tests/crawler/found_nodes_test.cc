// SPDX-License-Identifier: MIT
// FoundNodes, and what it is made of: what was said and told comes back, however many there are.
#include "crawler/found_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/rng.h"

namespace hearsay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NodeId IdOf(std::uint64_t number) { return NodeId{Rng::FromNumber(number).Array<NodeId::kSize>()}; }

NodeRecord RecordOf(std::uint64_t number, std::uint64_t sequence) {
  NodeRecord record;
  record.id = IdOf(number);
  record.sequence = sequence;
  record.role = static_cast<Role>(number % 5);
  record.software = "software/" + std::to_string(number % 7);
  if (number % 3 == 0) record.name = "node " + std::to_string(number);
  if (number % 2 == 0) record.attributes = {{"port", std::to_string(number)}, {"empty", ""}};
  return record;
}

TEST(BlockVector, KeepsWhatWasPutInWhereItWasPut) {
  BlockVector<std::size_t> numbers;
  numbers.push_back(7);
  const std::size_t* first = &numbers[0];
  for (std::size_t i = 1; i < 3 * BlockVector<std::size_t>::kBlock + 1; ++i) numbers.push_back(7 + i);
  ASSERT_EQ(numbers.size(), 3 * BlockVector<std::size_t>::kBlock + 1);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], 7 + i);
  EXPECT_EQ(first, &numbers[0]);
}

TEST(ByteStore, GivesBackStringsOfAllSizes) {
  ByteStore store;
  Rng rng = Rng::FromNumber(1);
  std::vector<std::pair<ByteStore::Ref, Bytes>> put;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, ByteStore::kBlock - 1, ByteStore::kBlock,
                                 ByteStore::kBlock + 1, std::size_t{1}, 5 * ByteStore::kBlock, std::size_t{3}}) {
    Bytes bytes(size);
    rng.Fill(bytes);
    put.emplace_back(store.Put(bytes), bytes);
  }
  for (int i = 0; i < 2'000; ++i) {
    Bytes bytes(rng.Below(200));
    rng.Fill(bytes);
    put.emplace_back(store.Put(bytes), bytes);
  }
  for (const auto& [ref, bytes] : put) EXPECT_TRUE(std::ranges::equal(store.At(ref), bytes));
  EXPECT_TRUE(store.At({}).empty());
}

TEST(FoundNodes, RememberWhatTheyAreToldOfEachOne) {
  FoundNodes nodes(SipKey{});
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    ASSERT_EQ(nodes.NumberOf(IdOf(i)), i);
    nodes.SetRecord(static_cast<FoundNodes::Number>(i), RecordOf(i, 5));
  }
  ASSERT_EQ(nodes.NumberOf(IdOf(500)), 500u);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    EXPECT_EQ(nodes.RecordOf(static_cast<FoundNodes::Number>(i)), RecordOf(i, 5));
  }
}

TEST(FoundNodes, CutWhatIsLongerThanTheyHaveRoomFor) {
  FoundNodes nodes(SipKey{});
  const auto node = nodes.NumberOf(IdOf(1));
  EXPECT_EQ(nodes.RttOf(node), std::nullopt);
  EXPECT_EQ(nodes.ProvedAt(node), std::nullopt);
  nodes.AddRtt(node, std::chrono::hours(1));
  EXPECT_EQ(nodes.RttOf(node), Duration((1 << 22) - 2));
  nodes.AddRtt(node, Duration(-5));
  EXPECT_EQ(nodes.RttOf(node), Duration(0));
  nodes.SetProved(node, std::chrono::hours(24 * 365), true);
  EXPECT_EQ(nodes.ProvedAt(node), std::chrono::milliseconds(UINT32_MAX - 1));
  nodes.SetProved(node, std::chrono::seconds(1), false);
  EXPECT_EQ(nodes.ProvedAt(node), std::chrono::milliseconds(UINT32_MAX - 1));
  EXPECT_TRUE(nodes.late(node));
  constexpr std::uint64_t kOfTheYear2100 = 4'102'444'800'000;
  for (const std::uint64_t change : {1, 2}) {
    nodes.SetRecord(node, RecordOf(1, kOfTheYear2100 + change));
    EXPECT_EQ(nodes.RecordOf(node)->sequence, kOfTheYear2100 + change);
  }
  nodes.SetRecord(node, RecordOf(1, UINT64_MAX));
  EXPECT_EQ(nodes.RecordOf(node)->sequence, (std::uint64_t{1} << 42) - 1);
}

TEST(FoundNodes, BelieveTheNewestRecord) {
  FoundNodes nodes(SipKey{});
  const auto node = nodes.NumberOf(IdOf(6));
  EXPECT_FALSE(nodes.RecordOf(node));
  nodes.SetRecord(node, RecordOf(6, 5));
  NodeRecord newer = RecordOf(6, 6);
  newer.attributes.clear();
  newer.name.clear();
  newer.software = "another/1";
  nodes.SetRecord(node, newer);
  nodes.SetRecord(node, RecordOf(6, 5));
  EXPECT_EQ(nodes.RecordOf(node), newer);
}

TEST(FoundNodes, AreToldEachNameOnce) {
  FoundNodes nodes(SipKey{});
  const auto node = nodes.NumberOf(IdOf(1));
  const auto other = nodes.NumberOf(IdOf(2));
  EXPECT_THAT(nodes.Told(node), IsEmpty());
  EXPECT_THAT(nodes.AddTold(node, {9, 3, 5}), ElementsAre(3, 5, 9));
  EXPECT_THAT(nodes.AddTold(other, {4}), ElementsAre(4));
  EXPECT_THAT(nodes.AddTold(node, {5, 70'000, 1}), ElementsAre(1, 70'000));
  EXPECT_THAT(nodes.AddTold(node, {5}), IsEmpty());
  EXPECT_THAT(nodes.Told(node), ElementsAre(1, 3, 5, 9, 70'000));
  EXPECT_EQ(nodes.ToldCount(node), 5u);
  EXPECT_THAT(nodes.Told(other), ElementsAre(4));
}

}  // namespace
}  // namespace hearsay
