// SPDX-License-Identifier: MIT
//
// The event queue against a sorted list: the naive model that cannot be wrong.
#include "tests/sim/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "proto/rng.h"

namespace hearsay::sim {
namespace {

constexpr Duration At(std::int64_t us) { return Duration{us}; }

TEST(EventQueue, KeepsTheOrderOfSchedulingAmongEqualTimes) {
  EventQueue queue;
  queue.Push(At(5), EventKind::kScript, 1);
  queue.SetTimer(7, At(5));
  queue.Push(At(5), EventKind::kScript, 2);
  queue.Push(At(4), EventKind::kScript, 3);
  std::vector<std::uint32_t> order;
  while (const auto event = queue.Pop(At(100))) order.push_back(event->index);
  EXPECT_EQ(order, (std::vector<std::uint32_t>{3, 1, 7, 2}));
}

TEST(EventQueue, GivesNothingBeyondTheLimit) {
  EventQueue queue;
  queue.Push(At(10), EventKind::kScript, 1);
  queue.SetTimer(0, At(11));
  EXPECT_FALSE(queue.Pop(At(9)));
  EXPECT_TRUE(queue.Pop(At(10)));
  EXPECT_FALSE(queue.Pop(At(10)));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(EventQueue, HoldsOneTimerAHost) {
  EventQueue queue;
  queue.SetTimer(3, At(50));
  queue.SetTimer(3, At(20));
  queue.SetTimer(4, At(30));
  queue.SetTimer(4, kNoTimer);
  const auto event = queue.Pop(At(1000));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->at, At(20));
  EXPECT_EQ(event->kind, EventKind::kTimer);
  EXPECT_FALSE(queue.Pop(At(1000)));
}

TEST(EventQueue, KeepsAnUnchangedTimersPlaceAmongEqualTimes) {
  EventQueue queue;
  queue.SetTimer(1, At(5));
  queue.SetTimer(2, At(5));
  queue.SetTimer(1, At(5));
  EXPECT_EQ(queue.Pop(At(5))->index, 1u);
}

TEST(EventQueue, AgreesWithASortedListOnRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng = Rng::FromNumber(seed);
    EventQueue queue;
    std::vector<Event> model;
    std::uint64_t sequence = 0;
    Duration now{};
    for (int step = 0; step < 2000; ++step) {
      const Duration at = now + At(static_cast<std::int64_t>(rng.Below(50)));
      const auto host = static_cast<std::uint32_t>(rng.Below(40));
      const auto timer = std::find_if(model.begin(), model.end(), [&](const Event& e) {
        return e.kind == EventKind::kTimer && e.index == host;
      });
      switch (rng.Below(4)) {
        case 0:
          queue.Push(at, EventKind::kDatagram, host);
          model.push_back({at, sequence++, EventKind::kDatagram, host});
          break;
        case 1:
          queue.SetTimer(host, at);
          if (timer != model.end() && timer->at == at) break;
          if (timer != model.end()) model.erase(timer);
          model.push_back({at, sequence++, EventKind::kTimer, host});
          break;
        case 2:
          queue.SetTimer(host, kNoTimer);
          if (timer != model.end()) model.erase(timer);
          break;
        default: {
          const auto event = queue.Pop(at);
          const auto before = [](const Event& a, const Event& b) { return a.Before(b); };
          const auto next = std::min_element(model.begin(), model.end(), before);
          const bool due = next != model.end() && next->at <= at;
          ASSERT_EQ(event.has_value(), due) << "seed " << seed << " step " << step;
          if (!due) break;
          ASSERT_EQ(event->at, next->at);
          ASSERT_EQ(event->index, next->index);
          ASSERT_EQ(event->kind, next->kind);
          now = next->at;
          model.erase(next);
        }
      }
      ASSERT_EQ(queue.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace hearsay::sim
