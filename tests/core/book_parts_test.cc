// SPDX-License-Identifier: MIT
//
// What the book is made of: FlatIndex and Slab against their standard twins, and times of whole seconds.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "node/core/flat_index.h"
#include "node/core/slab.h"
#include "node/core/whole_seconds.h"
#include "proto/rng.h"

namespace hearsay::test {
namespace {

// Many share a hash, so that probes are long, wrap around the end, and meet numbers of other hashes.
void DriveIndex(std::uint64_t seed, std::uint64_t hashes) {
  Rng rng = Rng::FromNumber(seed);
  FlatIndex index;
  std::set<std::uint32_t> twin;
  const auto hash_of = [&](std::uint32_t number) { return number % hashes * 0x9e3779b97f4a7c15ull; };
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<std::uint32_t>(rng.Below(500));
    const auto is_it = [&](std::uint32_t other) { return other == number; };
    ASSERT_EQ(index.Find(hash_of(number), is_it) != FlatIndex::kNone, twin.contains(number)) << "step " << step;
    if (twin.erase(number) != 0) {
      index.Erase(number, hash_of);
    } else {
      index.Insert(number, hash_of);
      twin.insert(number);
    }
    ASSERT_EQ(index.size(), twin.size());
  }
}

TEST(FlatIndex, FindsWhatASetHoldsWhateverTheHashes) {
  DriveIndex(1, 500);
  DriveIndex(2, 7);
  DriveIndex(3, 1);
}

TEST(FlatIndex, ShowsEveryNumberOfAHashToWhoeverWalksIt) {
  FlatIndex index;
  const auto hash_of = [](std::uint32_t number) { return std::uint64_t{number / 10}; };
  for (std::uint32_t number = 0; number < 100; ++number) index.Insert(number, hash_of);
  std::set<std::uint32_t> seen;
  EXPECT_EQ(index.Find(3,
                       [&](std::uint32_t number) {
                         if (number / 10 == 3) seen.insert(number);
                         return false;
                       }),
            FlatIndex::kNone);
  EXPECT_EQ(seen.size(), 10u);
}

struct Thing {
  explicit Thing(std::uint32_t n) : number(n) {}
  std::uint32_t number;
  std::unique_ptr<int> owned = std::make_unique<int>(7);  // a leak or a double free would show
};

TEST(Slab, GivesOutTheLowestFreeNumberAndNeverMovesAnything) {
  Rng rng = Rng::FromNumber(4);
  Slab<Thing> slab;
  std::map<std::uint32_t, Thing*> twin;
  for (int step = 0; step < 20'000; ++step) {
    if (rng.Below(1000) < (step / 4000 % 2 == 0 ? 600u : 400u)) {
      std::uint32_t lowest = 0;
      for (const auto& [number, thing] : twin) lowest += number == lowest ? 1 : 0;
      Thing& made = slab.Add();
      ASSERT_EQ(made.number, lowest);
      twin[lowest] = &made;
    } else if (!twin.empty()) {
      const auto it = std::next(twin.begin(), static_cast<std::ptrdiff_t>(rng.Below(twin.size())));
      slab.Remove(it->first);
      twin.erase(it);
    }
  }
  std::vector<Thing*> walked;
  slab.ForEach([&](Thing& thing) { walked.push_back(&thing); });
  std::vector<Thing*> expected;
  for (const auto& [number, thing] : twin) expected.push_back(thing);
  EXPECT_EQ(walked, expected);
  EXPECT_EQ(slab.size(), twin.size());
  for (const auto& [number, thing] : twin) EXPECT_EQ(&slab.At(number), thing);
}

TEST(WholeSeconds, RoundDownAndStayWithinWhatFourBytesHold) {
  const Time t = FromUnixSeconds(1'800'000'000);
  EXPECT_EQ(Time{WholeSeconds{t + std::chrono::milliseconds{999}}}, t);
  EXPECT_EQ(Time{WholeSeconds{kNever}}, FromUnixSeconds(UINT32_MAX));
  EXPECT_EQ(Time{WholeSeconds{Time{} - std::chrono::hours{1}}}, Time{});
}

}  // namespace
}  // namespace hearsay::test
