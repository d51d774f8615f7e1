// SPDX-License-Identifier: MIT
//
// What we are told: who is believed (Speakers), what is asked next (HearsayQueue), what did not answer (Unanswered).
#include <gtest/gtest.h>

#include "node/core/hearsay_queue.h"
#include "node/core/speakers.h"
#include "node/core/unanswered.h"
#include "tests/core/pump.h"

namespace hearsay::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr IdPrefix kHonest = 1;
constexpr IdPrefix kLiar = 2;

class SpeakersTest : public testing::Test {
 protected:
  void Say(IdPrefix speaker, int proved, int failed) {
    for (int i = 0; i < std::max(proved, failed); ++i) {
      if (i < proved) speakers.Proved(speaker, now);
      if (i < failed) speakers.Failed(speaker, ++group, now);
    }
  }
  Time now = FromUnixSeconds(1'800'000'000);
  std::uint64_t group = 0;  // of what was told: another one each time
  Speakers speakers;
};

TEST_F(SpeakersTest, ALiarLosesInfluenceBeforeItsChannel) {
  Say(kHonest, 90, 10);
  EXPECT_EQ(speakers.Of(kLiar, now), Influence::kFull) << "nothing is known of it";
  Say(kLiar, 0, Speakers::kTrials);
  EXPECT_EQ(speakers.Of(kLiar, now), Influence::kDoubtful);
  Say(kLiar, 0, Speakers::kLiarTrials - Speakers::kTrials);
  EXPECT_EQ(speakers.Of(kLiar, now), Influence::kNone);
  EXPECT_EQ(speakers.Of(kLiar, now + Speakers::kShunTime), Influence::kDoubtful) << "it gets another chance";
  EXPECT_EQ(speakers.Of(kHonest, now), Influence::kFull);
}

TEST_F(SpeakersTest, ChurnThatEverybodyTellsOfShunsNobody) {
  for (IdPrefix speaker = 10; speaker < 20; ++speaker) Say(speaker, 10, 30);  // a network that loses most of its nodes
  for (IdPrefix speaker = 10; speaker < 20; ++speaker) EXPECT_EQ(speakers.Of(speaker, now), Influence::kFull);
}

// Each of them says much more that is new than honest speakers in a network that everybody knows by now.
TEST_F(SpeakersTest, LiarsCannotMakeLyingTheRule) {
  for (IdPrefix speaker = 10; speaker < 20; ++speaker) Say(speaker, 4, 1);
  for (IdPrefix liar = 30; liar < 39; ++liar) Say(liar, 0, 100);
  for (IdPrefix liar = 30; liar < 39; ++liar) EXPECT_EQ(speakers.Of(liar, now), Influence::kNone);
  for (IdPrefix speaker = 10; speaker < 20; ++speaker) EXPECT_EQ(speakers.Of(speaker, now), Influence::kFull);
}

TEST_F(SpeakersTest, WhoeverSpeaksAloneIsNeverShunned) {
  Say(kHonest, 0, 100);  // a seed that remembers a network that went down
  EXPECT_EQ(speakers.Of(kHonest, now), Influence::kDoubtful);
}

TEST_F(SpeakersTest, OldWordsAreForgotten) {
  Say(kHonest, 90, 10);
  Say(kLiar, 0, 40);
  Say(kLiar, 200, 0);
  EXPECT_EQ(speakers.Of(kLiar, now), Influence::kFull);
  EXPECT_LE(speakers.Of(kLiar).trials(), Speakers::kWindow);
}

TEST_F(SpeakersTest, OneGroupThatIsSilentToOthersFramesNobody) {
  Say(kHonest, 90, 10);
  for (int i = 0; i < 200; ++i) speakers.Failed(kLiar, 77, now);
  EXPECT_EQ(speakers.Of(kLiar).failed, 1u);
  EXPECT_EQ(speakers.Of(kLiar, now), Influence::kFull);
}

TEST_F(SpeakersTest, IsBounded) {
  for (IdPrefix speaker = 1; speaker <= 10 * Speakers::kCapacity; ++speaker) {
    speakers.Failed(speaker, 1, now);
    now += seconds{1};
  }
  EXPECT_EQ(speakers.size(), Speakers::kCapacity);
  EXPECT_EQ(speakers.Of(10 * Speakers::kCapacity).failed, 1u) << "the newest stays";
}

class HearsayQueueTest : public testing::Test {
 protected:
  static Endpoint Place(std::uint32_t n) { return {IpAddress::V4(0x08000000 + n), 1}; }
  static AddressGroup GroupOf(std::uint32_t n) { return Endpoint{IpAddress::V4(0x09000000 + (n << 16)), 1}.group(); }
  bool Push(std::uint32_t n, std::uint32_t group, HearsayLane lane) {
    return queue.Push({.endpoint = Place(n), .source = GroupOf(group), .speaker = group, .lane = lane});
  }
  HearsayQueue queue{SipKey{std::byte{9}}};
};

TEST_F(HearsayQueueTest, WhatWouldTakeASlotGoesFirst) {
  Push(1, 1, HearsayLane::kDoubtful);
  Push(2, 1, HearsayLane::kPlain);
  Push(3, 1, HearsayLane::kWinner);
  EXPECT_EQ(queue.Pop()->endpoint, Place(3));
  EXPECT_EQ(queue.Pop()->endpoint, Place(2));
  EXPECT_EQ(queue.Pop()->endpoint, Place(1));
  EXPECT_FALSE(queue.Pop());
}

TEST_F(HearsayQueueTest, DoubtfulWordGetsItsShareAndNoMore) {
  for (std::uint32_t i = 0; i < 200; ++i) {
    Push(i, 1, HearsayLane::kDoubtful);
    Push(1000 + i, 2, HearsayLane::kPlain);
  }
  std::size_t doubtful = 0;
  for (std::uint32_t i = 0; i < 10 * HearsayQueue::kDoubtfulShare; ++i) {
    doubtful += queue.Pop()->lane == HearsayLane::kDoubtful ? 1 : 0;
  }
  EXPECT_EQ(doubtful, 10u);
}

TEST_F(HearsayQueueTest, ATalkativeGroupDelaysOnlyItself) {
  for (std::uint32_t i = 0; i < 1000; ++i) Push(i, 1, HearsayLane::kPlain);
  EXPECT_EQ(queue.size(), HearsayQueue::kPerSource);
  Push(5000, 2, HearsayLane::kPlain);
  Push(5001, 3, HearsayLane::kPlain);
  std::set<IdPrefix> speakers;
  for (int i = 0; i < 3; ++i) speakers.insert(queue.Pop()->speaker);
  EXPECT_EQ(speakers, (std::set<IdPrefix>{1, 2, 3}));
}

TEST_F(HearsayQueueTest, IsBoundedAndHoldsNothingTwice) {
  EXPECT_TRUE(Push(1, 1, HearsayLane::kPlain));
  EXPECT_FALSE(Push(1, 2, HearsayLane::kWinner)) << "it waits already";
  for (std::uint32_t i = 0; i < 10'000; ++i) Push(i, i % 100, HearsayLane::kPlain);
  EXPECT_EQ(queue.size(), HearsayQueue::kCapacity);
}

// What the queue is said to do, done the long way.
class QueueTwin {
 public:
  bool Push(const HearsayQueue::Item& item) {
    std::size_t lane = 0;
    std::size_t source = 0;
    auto doubtful = items_.end();
    for (auto other = items_.begin(); other != items_.end(); ++other) {
      if (other->endpoint == item.endpoint && !other->moved) {
        if (other->lane != HearsayLane::kDoubtful || item.lane == HearsayLane::kDoubtful) return false;
        doubtful = other;
      }
      lane += other->lane == item.lane ? 1 : 0;
      source += other->lane == item.lane && other->source == item.source ? 1 : 0;
    }
    if (lane >= HearsayQueue::kCapacity || source >= HearsayQueue::kPerSource) return false;
    if (doubtful != items_.end()) doubtful->moved = true;
    items_.push_back({item, false});
    return true;
  }
  std::optional<HearsayQueue::Item> Pop() {
    using enum HearsayLane;
    const bool doubtful = ++pops_ % HearsayQueue::kDoubtfulShare == 0;
    for (const HearsayLane lane : doubtful ? std::array{kDoubtful, kWinner, kPlain}
                                           : std::array{kWinner, kPlain, kDoubtful}) {
      while (auto item = TakeFrom(lane)) {
        if (!item->moved) return item;
      }
    }
    return std::nullopt;
  }
  std::size_t size() const {
    return static_cast<std::size_t>(std::count_if(items_.begin(), items_.end(), [](const Row& r) { return !r.moved; }));
  }

 private:
  struct Row : HearsayQueue::Item {
    bool moved = false;
  };
  // The oldest of the source that follows the last one, in a circle.
  std::optional<Row> TakeFrom(HearsayLane lane) {
    auto best = items_.end();
    const auto turn = [&](const Row& r) { return std::pair(r.source <= last_[lane], r.source); };
    for (auto it = items_.begin(); it != items_.end(); ++it) {
      if (it->lane == lane && (best == items_.end() || turn(*it) < turn(*best))) best = it;
    }
    if (best == items_.end()) return std::nullopt;
    const Row row = *best;
    last_[lane] = row.source;
    items_.erase(best);
    return row;
  }

  std::vector<Row> items_;
  std::map<HearsayLane, AddressGroup> last_;
  std::uint32_t pops_ = 0;
};

TEST_F(HearsayQueueTest, DoesWhatANaiveTwinDoes) {
  QueueTwin twin;
  Rng rng = Rng::FromNumber(1);
  std::size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    // First more is said than asked, then the other way round; a few sources say most of it.
    if (rng.Below(10) < (i < 6000 ? 8u : 2u)) {
      const auto group = static_cast<std::uint32_t>(rng.Below(1 + rng.Below(40)));
      const HearsayQueue::Item item = {.endpoint = Place(static_cast<std::uint32_t>(rng.Below(2000))),
                                       .source = GroupOf(group),
                                       .speaker = rng.Below(100),
                                       .lane = static_cast<HearsayLane>(rng.Below(3))};
      ASSERT_EQ(queue.Push(item), twin.Push(item)) << i;
    } else {
      const auto item = queue.Pop();
      const auto expected = twin.Pop();
      ASSERT_EQ(item.has_value(), expected.has_value()) << i;
      if (!item) continue;
      ASSERT_EQ(item->endpoint, expected->endpoint) << i;
      ASSERT_EQ(item->source, expected->source) << i;
      ASSERT_EQ(item->speaker, expected->speaker) << i;
      ASSERT_EQ(item->lane, expected->lane) << i;
      ASSERT_TRUE(queue.WouldTake(item->endpoint, true)) << i;
    }
    ASSERT_EQ(queue.size(), twin.size()) << i;
    most = std::max(most, twin.size());
  }
  EXPECT_GT(most, 1000u);
  EXPECT_TRUE(queue.empty());
}

TEST_F(HearsayQueueTest, WhoeverIsDoubtedHoldsNobodyBackByNamingItFirst) {
  for (std::uint32_t i = 0; i < 100; ++i) Push(i, 1, HearsayLane::kDoubtful);
  EXPECT_FALSE(queue.WouldTake(Place(99), true));
  EXPECT_TRUE(queue.WouldTake(Place(99), false));
  EXPECT_TRUE(Push(99, 2, HearsayLane::kPlain));
  EXPECT_EQ(queue.size(), 100u);
  EXPECT_FALSE(Push(99, 3, HearsayLane::kPlain));
  EXPECT_EQ(queue.Pop()->speaker, 2u);
  for (std::uint32_t i = 0; i < 99; ++i) EXPECT_EQ(queue.Pop()->endpoint, Place(i));
  EXPECT_FALSE(queue.Pop()) << "once";
}

class UnansweredTest : public testing::Test {
 protected:
  static Endpoint Place(std::uint32_t n) { return {IpAddress::V4(0x08000000 + n), 1}; }
  Time now = FromUnixSeconds(1'800'000'000);
  Unanswered unanswered{SipKey{std::byte{7}}, now};
};

TEST_F(UnansweredTest, AVictimIsLeftAloneForADayThenForTwo) {
  EXPECT_FALSE(unanswered.Contains(Place(1), now));
  unanswered.Add(Place(1), Unanswered::kFirst, now);
  EXPECT_TRUE(unanswered.Contains(Place(1), now + hours{23}));
  EXPECT_FALSE(unanswered.Contains(Place(2), now));
  now += hours{25};
  EXPECT_FALSE(unanswered.Contains(Place(1), now));
  unanswered.Add(Place(1), Unanswered::kFirst, now);
  EXPECT_TRUE(unanswered.Contains(Place(1), now + hours{47}));
  for (int i = 0; i < 20; ++i) unanswered.Add(Place(1), Unanswered::kFirst, now);
  EXPECT_FALSE(unanswered.Contains(Place(1), now + Unanswered::kLongest + seconds{2})) << "never longer than that";
}

TEST_F(UnansweredTest, InASmallNetworkItIsSoonAskedAgain) {
  unanswered.Add(Place(1), Unanswered::kFirstWhenFew, now);
  EXPECT_TRUE(unanswered.Contains(Place(1), now + seconds{20}));
  EXPECT_FALSE(unanswered.Contains(Place(1), now + seconds{32}));
}

TEST_F(UnansweredTest, AVictimIsNotAskedPortByPort) {
  for (std::uint16_t port = 1; port < Unanswered::kOfAnAddress; ++port) {
    unanswered.Add({Place(1).address, port}, Unanswered::kFirst, now);
  }
  const Endpoint next{Place(1).address, 5000};
  EXPECT_FALSE(unanswered.Contains(next, now));
  unanswered.AddToAddress(next.address, false, now);
  EXPECT_TRUE(unanswered.Contains(next, now + hours{23}));
  EXPECT_FALSE(unanswered.Contains(Place(2), now));
  EXPECT_FALSE(unanswered.Contains(next, now + hours{25}));
  unanswered.Add({next.address, 6000}, Unanswered::kFirst, now + hours{25});
  EXPECT_FALSE(unanswered.Contains(next, now + hours{25})) << "it is counted anew";
  for (std::uint16_t port = 1; port <= 15; ++port) unanswered.Add({next.address, port}, Unanswered::kFirst, now);
  ASSERT_TRUE(unanswered.Contains(next, now));
  unanswered.Remove({next.address, 7});
  EXPECT_FALSE(unanswered.Contains(next, now)) << "somebody lives at this address";
  for (std::uint16_t port = 1; port <= 15; ++port) unanswered.Add({next.address, port}, Unanswered::kFirst, now);
  unanswered.ForgiveAddress(next.address);
  EXPECT_FALSE(unanswered.Contains(next, now));
  EXPECT_TRUE(unanswered.Contains({next.address, 3}, now)) << "what did not answer itself is left alone";
}

TEST_F(UnansweredTest, WhoProvesItselfIsForgiven) {
  unanswered.Add(Place(1), Unanswered::kFirst, now);
  unanswered.Remove(Place(1));
  EXPECT_FALSE(unanswered.Contains(Place(1), now));
}

TEST_F(UnansweredTest, IsBoundedAndKeepsTheNewest) {
  for (std::uint32_t i = 0; i < 4 * Unanswered::kMaxEntries; ++i) {
    unanswered.Add(Place(i), Unanswered::kFirst, now);
    now += std::chrono::milliseconds{100};
  }
  EXPECT_LE(unanswered.size(), Unanswered::kMaxEntries);
  std::size_t kept = 0;
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    kept += unanswered.Contains(Place(4 * Unanswered::kMaxEntries - i), now) ? 1 : 0;
  }
  EXPECT_GE(kept, 990u);
}

}  // namespace
}  // namespace hearsay::test
