// SPDX-License-Identifier: MIT
// What somebody gains in a history who makes up ids: by the thousand, in few address groups, there once and then gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "crawler/history/history.h"
#include "tests/crawler/census_maker.h"

namespace hearsay {
namespace {

using namespace std::chrono_literals;
using test::AtMinute;
using test::CensusMaker;
using test::MakeEndpoint;
using test::MakeId;
using testing::ElementsAre;

// Endpoints 65,536 apart are in groups of their own.
constexpr std::uint32_t kGroup = 1 << 16;
constexpr std::uint64_t kHonestId = 1ULL << 40;  // above those of any flood
std::uint32_t Honest(std::uint32_t number) { return (number + 1) * kGroup; }

CensusMaker WithHonest(int minute, std::uint32_t count) {
  CensusMaker maker(AtMinute(minute));
  for (std::uint32_t i = 0; i < count; ++i) maker.Found(kHonestId + i, {Honest(i)});
  return maker;
}

void AddFlood(CensusMaker& maker, std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) maker.Found(first + i, {first + i});  // of low ids
}

TEST(HistoryFlood, OneGroupFillsItsOwnRoomAndNobodyElses) {
  History history({.nodes = 100, .of_one_group = 10});
  CensusMaker early = WithHonest(0, 20);
  AddFlood(early, 1, 3);
  history.Apply(early);
  CensusMaker flooded = WithHonest(15, 20);
  AddFlood(flooded, 1, 60);
  const HistoryChange change = history.Apply(flooded);
  EXPECT_EQ(history.nodes().size(), 30u);
  EXPECT_EQ(change.forgotten.size(), 50u);
  EXPECT_TRUE(std::ranges::is_sorted(change.forgotten));
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_NE(history.Find(MakeId(kHonestId + i)), nullptr);
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_NE(history.Find(MakeId(i)), nullptr) << "who was there before stays";
  history.Apply(WithHonest(30, 20));
  CensusMaker others = WithHonest(45, 20);
  AddFlood(others, 100, 5);
  history.Apply(others);
  EXPECT_EQ(history.nodes().size(), 30u);
  for (std::uint32_t i = 100; i < 105; ++i) EXPECT_NE(history.Find(MakeId(i)), nullptr) << "those that left give way";
}

TEST(HistoryFlood, PrivateNetworksHaveNoStrangers) {
  History history({.nodes = 100, .of_one_group = 2});
  Census census = CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2}).Found(3, {3}).Make();
  for (MappedNode& node : census.nodes) {
    node.endpoints = {{IpAddress::V4(0x0a000001), static_cast<std::uint16_t>(std::to_integer<int>(node.id.bytes[7]))}};
  }
  history.Apply(census);
  EXPECT_EQ(history.nodes().size(), 3u);
  EXPECT_EQ(history.Contacts(10).size(), 3u);
}

// As many as a seed serves, from every group alike: before, the order of ids decided who was among them.
TEST(HistoryFlood, WhomToServeIsSharedOutByGroup) {
  History history;
  CensusMaker maker = WithHonest(0, 50);
  constexpr std::uint32_t kFlood = 4096, kGroups = 5;
  for (std::uint32_t g = 0; g < kGroups; ++g) AddFlood(maker, 2000 * kGroup + g * kGroup, kFlood);
  history.Apply(maker);
  const GoodNodes good = history.Good({}, 32);
  EXPECT_EQ(good.good, 50 + kGroups * kFlood);
  EXPECT_LE(good.nodes.size(), History::kMaxServed);
  const auto is_honest = [](const NodeLife* node) {
    return node->addresses[0].endpoint.address < MakeEndpoint(Honest(50)).address;
  };
  EXPECT_EQ(std::ranges::count_if(good.nodes, is_honest), 50);
}

TEST(HistoryFlood, IdsThatWereMetOnceAndLeftAreOfferedLastAndFewOfThem) {
  History history;
  history.Apply(WithHonest(0, 50));
  CensusMaker flooded = WithHonest(5, 50);
  AddFlood(flooded, 1, 3000);
  history.Apply(flooded);
  for (const int minute : {10, 15}) {
    const auto contacts = history.Contacts(1'000'000);
    EXPECT_EQ(contacts.size(), 50 + History::kContactsOfOneGroup);
    for (std::size_t i = 0; i < 50; ++i) EXPECT_GE(contacts[i].address, MakeEndpoint(kGroup).address) << "place " << i;
    history.Apply(WithHonest(minute, 50));
  }
}

TEST(HistoryFlood, WhoWasLeftOutByACrawlThatWasCutShortComesFirst) {
  History history;
  for (const int minute : {0, 5}) {
    history.Apply(CensusMaker(AtMinute(minute)).Found(1, {1}).Found(2, {2}).Found(3, {3}));
  }
  history.Apply(CensusMaker(AtMinute(10)).Incomplete().Found(1, {1}).Found(3, {3}).Silent(2, Verdict::kNotVisited));
  EXPECT_THAT(history.Contacts(10), ElementsAre(MakeEndpoint(2), MakeEndpoint(1), MakeEndpoint(3)));
}

TEST(HistoryFlood, HowOldTheProofsAreIsSaidByGroupNotByNode) {
  History history;
  EXPECT_EQ(history.ProvedSince(0.9), std::nullopt);
  history.Apply(WithHonest(0, 10));
  EXPECT_EQ(history.ProvedSince(0.9), AtMinute(0));
  // Cut short each time: nine groups are met again, the tenth is not tried.
  CensusMaker cut = WithHonest(5, 9).Incomplete();
  cut.Silent(Honest(9), Verdict::kNotVisited);
  history.Apply(cut);
  EXPECT_EQ(history.ProvedSince(0.9), AtMinute(5));
  EXPECT_EQ(history.ProvedSince(0.95), AtMinute(0));
  // One group's hundred ids, fresh each time, do not cover up that nobody else was met.
  CensusMaker starved = CensusMaker(AtMinute(10)).Incomplete();
  AddFlood(starved, 1, 100);
  history.Apply(starved);
  EXPECT_EQ(history.ProvedSince(0.9), AtMinute(5)) << "ten of eleven groups are as old or younger";
  EXPECT_EQ(history.ProvedSince(0.09), AtMinute(10));
  EXPECT_EQ(history.ProvedSince(0.2), AtMinute(5));
}

TEST(HistoryFlood, WhoFailedOrMayNotBeServedHasNoSayInHowOldItIs) {
  History history;
  history.Apply(CensusMaker(AtMinute(0)).Found(1, {kGroup}).Found(2, {2 * kGroup}, "x", Verdict::kUnconfirmed));
  history.Apply(CensusMaker(AtMinute(5)).Found(3, {3 * kGroup}));
  EXPECT_EQ(history.ProvedSince(1), AtMinute(5));
}

}  // namespace
}  // namespace hearsay
