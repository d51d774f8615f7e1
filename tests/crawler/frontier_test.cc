// SPDX-License-Identifier: MIT
// Frontier: once each, in turns, within the bounds of politeness.
#include "crawler/frontier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "proto/rng.h"

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
  while (const auto index = frontier.Take(Frontier::Turn::kFirst)) {
    EXPECT_TRUE(seen.insert(frontier.At(*index)).second);
    frontier.Release(*index);
  }
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(frontier.waiting(), 0u);
  EXPECT_EQ(frontier.in_turn(), 0u);
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
  for (int turn = 0; turn < 2; ++turn) met |= frontier.At(*frontier.Take(Frontier::Turn::kFirst)) == Public(2, 1);
  EXPECT_TRUE(met);
}

TEST(Frontier, KeepsAGlobalGroupUnderItsCapUntilATurnEnds) {
  Frontier frontier({.in_flight_per_group = 3}, {});
  for (std::uint32_t host = 1; host <= 10; ++host) frontier.Add(Public(1, host));
  std::vector<Frontier::Index> taken;
  while (const auto index = frontier.Take(Frontier::Turn::kFirst)) taken.push_back(*index);
  EXPECT_EQ(taken.size(), 3u);
  EXPECT_EQ(frontier.waiting(), 7u);
  frontier.Release(taken[0]);
  EXPECT_TRUE(frontier.Take(Frontier::Turn::kFirst));
  EXPECT_FALSE(frontier.Take(Frontier::Turn::kFirst));
}

TEST(Frontier, CapsNothingOnLoopback) {
  Frontier frontier({.ports_per_address = 2, .in_flight_per_group = 1}, {});
  for (std::uint16_t port = 1; port <= 50; ++port) EXPECT_TRUE(frontier.Add(Local(port)));
  std::size_t taken = 0;
  while (frontier.Take(Frontier::Turn::kFirst)) ++taken;
  EXPECT_EQ(taken, 50u);
}

TEST(Frontier, RefusesTheSeventeenthPortOfAGlobalAddress) {
  Frontier frontier({.ports_per_address = 16}, {});
  for (std::uint16_t port = 1; port <= 16; ++port) EXPECT_TRUE(frontier.Add(Public(1, 1, port)));
  EXPECT_FALSE(frontier.Add(Public(1, 1, 17)));
  EXPECT_TRUE(frontier.Add(Public(1, 1, 16)));  // known
  EXPECT_TRUE(frontier.Add(Public(1, 2, 17)));
  EXPECT_EQ(frontier.refused(), 0u);
  EXPECT_EQ(frontier.distrusted(), 1u);
}

TEST(Frontier, LetsNoGroupOfTellersUseUpAnAddress) {
  Frontier frontier({.ports_per_address = 16, .ports_per_teller = 4}, {});
  const auto liar = frontier.Add(Public(1, 1))->index;
  const auto accomplice = frontier.Add(Public(1, 2))->index;
  const auto honest = frontier.Add(Public(2, 1))->index;
  std::size_t told = 0;
  for (std::uint16_t port = 1; port <= 16; ++port) {
    told += frontier.Add(Public(3, 1, port), port % 2 == 0 ? liar : accomplice).has_value() ? 1 : 0;
  }
  EXPECT_EQ(told, 4u);
  EXPECT_TRUE(frontier.Add(Public(3, 1, 7075), honest));
  EXPECT_TRUE(frontier.Add(Public(3, 1, 7076)));  // the operator may
  EXPECT_EQ(frontier.refused(), 0u);
}

TEST(Frontier, BelievesATellerNoMoreThanItProves) {
  Frontier frontier({.unproved_per_teller = 10}, {});
  const auto liar = frontier.Add(Public(1, 1))->index;
  for (std::uint32_t host = 1; host <= 30; ++host) frontier.Add(Public(2, host), liar);
  EXPECT_EQ(frontier.size(), 11u);
  frontier.NoteProof(*frontier.Find(Public(2, 3)));
  EXPECT_TRUE(frontier.Add(Public(2, 29), liar));
  EXPECT_FALSE(frontier.Add(Public(2, 30), liar));
  EXPECT_TRUE(frontier.Add(Public(2, 30), frontier.Add(Public(9, 1))->index));  // somebody else may name it
  EXPECT_EQ(frontier.distrusted(), 21u);
}

TEST(Frontier, CapsAPrivateAddressAndNotItsNetwork) {
  const auto at = [](std::uint32_t host, std::uint16_t port) {
    return Endpoint{IpAddress::V4(10u << 24 | host), port};
  };
  Frontier frontier({.ports_per_private = 20, .in_flight_per_private = 5}, {});
  for (std::uint16_t port = 1; port <= 30; ++port) frontier.Add(at(1, port));
  for (std::uint32_t host = 2; host <= 50; ++host) frontier.Add(at(host, 7075));
  EXPECT_EQ(frontier.size(), 20u + 49u);
  std::map<IpAddress, int> taken;
  while (const auto index = frontier.Take(Frontier::Turn::kFirst)) ++taken[frontier.At(*index).address];
  EXPECT_EQ(taken.size(), 50u);
  EXPECT_EQ(taken[at(1, 1).address], 5);
}

TEST(Frontier, LeavesHalfOfAGroupToFirstTurns) {
  Frontier frontier({.in_flight_per_group = 4}, {});
  for (std::uint32_t host = 1; host <= 8; ++host) frontier.Add(Public(1, host));
  for (int i = 0; i < 8; ++i) frontier.Requeue(*frontier.Take(Frontier::Turn::kFirst));
  for (std::uint32_t host = 9; host <= 16; ++host) frontier.Add(Public(1, host));
  int again = 0;
  while (frontier.Take(Frontier::Turn::kAgain)) ++again;
  EXPECT_EQ(again, 2);
  int first = 0;
  while (frontier.Take(Frontier::Turn::kFirst)) ++first;
  EXPECT_EQ(first, 2);
}

TEST(Frontier, GivesAGroupUpWhereOnlySilenceCameInARow) {
  Frontier frontier({.hopeless = 3}, {});
  const auto index = frontier.Add(Public(1, 1))->index;
  const auto other = frontier.Add(Public(2, 1))->index;
  for (int i = 0; i < 2; ++i) frontier.NoteSilence(index);
  EXPECT_FALSE(frontier.IsHopeless(index));
  frontier.NoteProof(index);
  for (int i = 0; i < 3; ++i) frontier.NoteSilence(index);
  EXPECT_TRUE(frontier.IsHopeless(index));
  EXPECT_FALSE(frontier.IsHopeless(other));
  frontier.NoteProof(frontier.Add(Public(1, 2))->index);
  EXPECT_FALSE(frontier.IsHopeless(index));
  const auto ours = frontier.Add(Local(1))->index;
  for (int i = 0; i < 9; ++i) frontier.NoteSilence(ours);
  EXPECT_FALSE(frontier.IsHopeless(ours));
}

TEST(Frontier, RefusesWhatIsAboveItsSize) {
  Frontier frontier({.endpoints = 5}, {});
  for (std::uint16_t port = 1; port <= 9; ++port) frontier.Add(Local(port));
  EXPECT_EQ(frontier.size(), 5u);
  EXPECT_EQ(frontier.refused(), 4u);
}

TEST(Frontier, KeepsThoseWhoHadATurnApartFromTheOthers) {
  Frontier frontier({.in_flight_per_group = 1}, {});
  for (std::uint32_t host = 1; host <= 3; ++host) frontier.Add(Public(1, host));
  frontier.Requeue(*frontier.Take(Frontier::Turn::kFirst));
  std::vector<Endpoint> order;
  for (const auto turn : {Frontier::Turn::kFirst, Frontier::Turn::kAgain}) {
    while (const auto index = frontier.Take(turn)) {
      order.push_back(frontier.At(*index));
      frontier.Release(*index);
    }
  }
  EXPECT_EQ(order, (std::vector<Endpoint>{Public(1, 2), Public(1, 3), Public(1, 1)}));
}

TEST(Frontier, CountsBothKindsOfTurnsAgainstTheCap) {
  Frontier frontier({.in_flight_per_group = 1}, {});
  frontier.Add(Public(1, 1));
  frontier.Requeue(*frontier.Take(Frontier::Turn::kFirst));
  frontier.Add(Public(1, 2));
  const auto again = frontier.Take(Frontier::Turn::kAgain);
  ASSERT_TRUE(again);
  EXPECT_FALSE(frontier.Take(Frontier::Turn::kFirst));
  frontier.Release(*again);
  EXPECT_TRUE(frontier.Take(Frontier::Turn::kFirst));
}

// Against a naive twin: whatever is added, taken, given back or asked for again, nothing is lost and no cap broken.
TEST(Frontier, LosesNothingWhateverTheOrder) {
  Rng rng = Rng::FromNumber(5);
  Frontier frontier({.ports_per_address = 3, .in_flight_per_group = 2}, rng.Array<16>());
  std::set<Endpoint> known;
  std::map<Endpoint, int> turns;  // that ended
  std::vector<Frontier::Index> in_turn;
  const auto in_group = [&](std::uint32_t group) {
    return std::count_if(in_turn.begin(), in_turn.end(),
                         [&](Frontier::Index i) { return frontier.At(i).group() == Public(group, 1).group(); });
  };
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t what = rng.Below(5);
    if (what < 2) {
      const auto group = 1 + static_cast<std::uint32_t>(rng.Below(9));
      const auto host = 1 + static_cast<std::uint32_t>(rng.Below(40));
      const Endpoint e = Public(group, host, static_cast<std::uint16_t>(1 + rng.Below(5)));
      const auto ports =
          std::count_if(known.begin(), known.end(), [&](const Endpoint& k) { return k.address == e.address; });
      const auto added = frontier.Add(e);
      ASSERT_EQ(added.has_value(), known.contains(e) || ports < 3);
      if (added) known.insert(e);
    } else if (what < 4 || in_turn.empty()) {
      if (const auto index = frontier.Take(what == 2 ? Frontier::Turn::kFirst : Frontier::Turn::kAgain)) {
        in_turn.push_back(*index);
        ASSERT_EQ(turns[frontier.At(*index)] > 0, what != 2);
      }
    } else {
      std::swap(in_turn[rng.Below(in_turn.size())], in_turn.back());
      const Frontier::Index index = in_turn.back();
      in_turn.pop_back();
      ++turns[frontier.At(index)];
      rng.Chance(1, 2) ? frontier.Requeue(index) : frontier.Release(index);
    }
    for (std::uint32_t group = 1; group <= 9; ++group) ASSERT_LE(in_group(group), 2);
    ASSERT_EQ(frontier.size(), known.size());
    ASSERT_EQ(frontier.in_turn(), in_turn.size());
  }
  while (!in_turn.empty()) {
    ++turns[frontier.At(in_turn.back())];
    frontier.Release(in_turn.back());
    in_turn.pop_back();
  }
  for (const auto turn : {Frontier::Turn::kFirst, Frontier::Turn::kAgain}) {
    while (const auto index = frontier.Take(turn)) {
      ++turns[frontier.At(*index)];
      frontier.Release(*index);
    }
  }
  EXPECT_EQ(frontier.waiting(), 0u);
  for (const Endpoint& e : known) EXPECT_GT(turns[e], 0) << e.ToString();
}

}  // namespace
}  // namespace hearsay
