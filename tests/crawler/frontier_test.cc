// SPDX-License-Identifier: MIT
// Frontier: once each, in turns, within the bounds of politeness.
#include "crawler/frontier.h"

#include <gtest/gtest.h>

#include <set>

namespace hearsay {
namespace {

Endpoint Public(std::uint32_t group, std::uint32_t host, std::uint16_t port = 7075) {
  return {IpAddress::V4(5u << 24 | group << 16 | host), port};
}
Endpoint Local(std::uint16_t port) { return {IpAddress::V4(0x7f000001), port}; }

TEST(Frontier, HandsOutEachEndpointOnce) {
  Frontier frontier({}, {});
  for (int round = 0; round < 2; ++round) {
    for (std::uint16_t port = 1; port <= 100; ++port) {
      EXPECT_EQ(frontier.Add(Local(port))->fresh, round == 0);
    }
  }
  std::set<Endpoint> seen;
  while (const auto index = frontier.Take()) {
    EXPECT_TRUE(seen.insert(frontier.At(*index)).second);
    frontier.Release(*index);
  }
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(frontier.waiting(), 0u);
  EXPECT_EQ(frontier.in_flight(), 0u);
}

TEST(Frontier, FindsWhatItHoldsAndNothingElse) {
  Frontier frontier({}, {});
  const auto added = frontier.Add(Local(5));
  EXPECT_EQ(frontier.Find(Local(5)), added->index);
  EXPECT_FALSE(frontier.Find(Local(6)));
}

TEST(Frontier, LetsGroupsTakeTurnsSoThatOneCannotDelayTheOthers) {
  Frontier frontier({}, {});
  for (std::uint32_t host = 1; host <= 1000; ++host) frontier.Add(Public(1, host));
  frontier.Add(Public(2, 1));
  bool met = false;
  for (int turn = 0; turn < 2; ++turn) met |= frontier.At(*frontier.Take()) == Public(2, 1);
  EXPECT_TRUE(met);
}

TEST(Frontier, KeepsAGlobalGroupUnderItsCapUntilATurnEnds) {
  Frontier frontier({.in_flight_per_group = 3}, {});
  for (std::uint32_t host = 1; host <= 10; ++host) frontier.Add(Public(1, host));
  std::vector<Frontier::Index> taken;
  while (const auto index = frontier.Take()) taken.push_back(*index);
  EXPECT_EQ(taken.size(), 3u);
  EXPECT_EQ(frontier.waiting(), 7u);
  frontier.Release(taken[0]);
  EXPECT_TRUE(frontier.Take());
  EXPECT_FALSE(frontier.Take());
}

TEST(Frontier, CapsNoAddressOfAPrivateNetwork) {
  Frontier frontier({.ports_per_address = 2, .in_flight_per_group = 1}, {});
  for (std::uint16_t port = 1; port <= 50; ++port) EXPECT_TRUE(frontier.Add(Local(port)));
  std::size_t taken = 0;
  while (frontier.Take()) ++taken;
  EXPECT_EQ(taken, 50u);
}

TEST(Frontier, RefusesTheSeventeenthPortOfAGlobalAddress) {
  Frontier frontier({.ports_per_address = 16}, {});
  for (std::uint16_t port = 1; port <= 16; ++port) EXPECT_TRUE(frontier.Add(Public(1, 1, port)));
  EXPECT_FALSE(frontier.Add(Public(1, 1, 17)));
  EXPECT_TRUE(frontier.Add(Public(1, 1, 16)));  // known
  EXPECT_TRUE(frontier.Add(Public(1, 2, 17)));
  EXPECT_EQ(frontier.refused(), 1u);
}

TEST(Frontier, RefusesWhatIsAboveItsSize) {
  Frontier frontier({.endpoints = 5}, {});
  for (std::uint16_t port = 1; port <= 9; ++port) frontier.Add(Local(port));
  EXPECT_EQ(frontier.size(), 5u);
  EXPECT_EQ(frontier.refused(), 4u);
}

TEST(Frontier, PutsARequeuedEndpointBehindTheOthersOfItsGroup) {
  Frontier frontier({.in_flight_per_group = 1}, {});
  for (std::uint32_t host = 1; host <= 3; ++host) frontier.Add(Public(1, host));
  frontier.Requeue(*frontier.Take());
  std::vector<Endpoint> order;
  while (const auto index = frontier.Take()) {
    order.push_back(frontier.At(*index));
    frontier.Release(*index);
  }
  EXPECT_EQ(order, (std::vector<Endpoint>{Public(1, 2), Public(1, 3), Public(1, 1)}));
}

}  // namespace
}  // namespace hearsay
