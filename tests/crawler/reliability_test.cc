// SPDX-License-Identifier: MIT
// The windows against their closed form, the rule at its edges, and what a clock that jumps can do to them.
#include "crawler/reliability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "proto/rng.h"

namespace hearsay {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 2026;

struct Result {
  Answer answer;
  Duration age;
};

// The sum that the recurrence is: each result weighs as much of the window as its age covered, faded by all later ones.
struct ClosedForm {
  double reliability = 0, count = 0, weight = 0;
  ClosedForm(const std::vector<Result>& results, Duration span) {
    double later = 0;  // seconds
    for (auto it = results.rbegin(); it != results.rend(); ++it) {
      const double age = SecondsOf(it + 1 == results.rend() ? Reliability::kFirstAge : it->age);
      const double share = std::exp(-later / SecondsOf(span)) - std::exp(-(later + age) / SecondsOf(span));
      if (it->answer == Answer::kProved) reliability += share;
      count += std::exp(-later / SecondsOf(span));
      weight += share;
      later += age;
    }
  }
};

Reliability After(const std::vector<Result>& results) {
  Reliability out;
  for (const Result& result : results) out.Add(result.answer, result.age);
  return out;
}
// `times` results of one kind, `age` apart.
void AddAll(Reliability& r, Answer answer, std::size_t times, Duration age) {
  for (std::size_t i = 0; i < times; ++i) r.Add(answer, age);
}

TEST(Reliability, IsTheSumThatTheRecurrenceIs) {
  Rng rng = Rng::FromNumber(kSeed);
  for (int round = 0; round < 50; ++round) {
    std::vector<Result> results;
    const std::uint64_t count = 1 + rng.Below(300);
    const std::uint64_t longest = round % 2 == 0 ? 1'800 : 200'000;
    for (std::uint64_t i = 0; i < count; ++i) {
      results.push_back({rng.Chance(2, 3) ? Answer::kProved : Answer::kNone,
                         std::chrono::milliseconds{rng.Below(longest * 1000)}});
    }
    const Reliability r = After(results);
    for (std::size_t i = 0; i < Reliability::kWindows; ++i) {
      const ClosedForm expected(results, Reliability::kSpans[i]);
      EXPECT_NEAR(r.windows()[i].reliability, expected.reliability, 1e-4) << "seed " << kSeed << " round " << round;
      EXPECT_NEAR(r.windows()[i].count, expected.count, 1e-4 * expected.count) << "window " << i;
      EXPECT_NEAR(r.Weight(i), expected.weight, 1e-4) << "window " << i;
    }
    EXPECT_EQ(r.tries(), count);
  }
}

TEST(Reliability, FirstResultIsWorthAThousandSecondsWhateverTheAge) {
  const Reliability a = After({{Answer::kProved, 0s}});
  EXPECT_EQ(a, After({{Answer::kProved, 24h}}));
  EXPECT_FLOAT_EQ(a.windows()[0].reliability, 1 - std::exp(-1000.F / 7200));
  EXPECT_EQ(a.windows()[0].count, 1);
}

TEST(Reliability, AClockThatGoesBackMovesNoWindow) {
  Reliability r = After({{Answer::kProved, 0s}, {Answer::kProved, 15min}});
  const Reliability before = r;
  r.Add(Answer::kNone, -24h * 365);
  for (std::size_t i = 0; i < Reliability::kWindows; ++i) {
    EXPECT_EQ(r.windows()[i].reliability, before.windows()[i].reliability);
    EXPECT_EQ(r.windows()[i].count, before.windows()[i].count + 1);
    EXPECT_EQ(r.Weight(i), before.Weight(i));
  }
  EXPECT_EQ(r.silence(), Duration::zero());
}

TEST(Reliability, AGapOfAnyLengthLeavesTheLastResultAlone) {
  for (const Duration gap : {Duration{std::chrono::hours{24 * 365 * 100}}, Duration::max()}) {
    Reliability r;
    AddAll(r, Answer::kNone, 1000, 15min);
    r.Add(Answer::kProved, gap);
    for (std::size_t i = 0; i < Reliability::kWindows; ++i) {
      EXPECT_FLOAT_EQ(r.windows()[i].reliability, 1);
      EXPECT_FLOAT_EQ(r.windows()[i].count, 1);
      EXPECT_NEAR(r.Weight(i), 1, 1e-6);
    }
    r.Add(Answer::kNone, gap);
    EXPECT_FLOAT_EQ(r.windows()[4].reliability, 0);
    EXPECT_GT(r.silence(), 24h * 365 * 30);
    EXPECT_TRUE(r.IsGone({}));
  }
}

TEST(Reliability, StaysWithinItsRangeForEver) {
  Reliability r;
  for (int i = 0; i < 100'000; ++i) {
    r.Add(i % 3 == 0 ? Answer::kNone : Answer::kProved, std::chrono::seconds{i % 2000});
    for (const ReliabilityWindow& window : r.windows()) {
      ASSERT_GE(window.reliability, 0);
      ASSERT_LE(window.reliability, 1);
    }
  }
  AddAll(r, Answer::kNone, 70'000, 1s);
  EXPECT_EQ(r.failures(), UINT16_MAX);
}

TEST(GoodRule, ANewNodeIsGoodWhenHalfOfItsTriesWereAnswered) {
  Reliability r = After({{Answer::kProved, 0s}});
  EXPECT_TRUE(r.IsGood({}));
  r.Add(Answer::kNone, 1min);  // its first failure, a minute after its last answer
  EXPECT_TRUE(r.IsGood({}));
  EXPECT_FALSE(After({{Answer::kNone, 0s}}).IsGood({}));
  EXPECT_FALSE(After({{Answer::kNone, 0s}, {Answer::kNone, 1min}, {Answer::kProved, 1min}}).IsGood({}));
}

TEST(GoodRule, WhoAnswersStaysGoodFromItsFirstTryOn) {
  for (const Duration apart : {Duration(2s), Duration(1min), Duration(5min), Duration(15min), Duration(30min)}) {
    Reliability r;
    for (int i = 0; i < 400; ++i) {
      r.Add(Answer::kProved, apart);
      EXPECT_TRUE(r.IsGood({})) << "try " << i + 1 << ", " << apart.count() << " us apart";
    }
  }
}

TEST(GoodRule, ANewNodeThatFailsOftenIsNotGood) {
  Reliability r;
  for (int i = 0; i < 20; ++i) {
    r.Add(i % 4 == 3 ? Answer::kNone : Answer::kProved, 1min);
    if (i < 7) continue;
    EXPECT_FALSE(r.IsGood({})) << "three of four, try " << i + 1;
  }
}

TEST(GoodRule, EachWindowOpensAtItsBound) {
  for (std::size_t window = 0; window < Reliability::kWindows; ++window) {
    Reliability::State state;
    state.tries = 1000;
    state.successes = 500;
    const GoodRule rule;
    state.windows[window] = {rule.above[window].reliability, rule.above[window].count + 1};
    EXPECT_FALSE(Reliability::Restore(state).IsGood(rule)) << "at the bound of window " << window;
    state.windows[window].reliability += .001F;
    EXPECT_TRUE(Reliability::Restore(state).IsGood(rule)) << "above the bound of window " << window;
    state.windows[window].count = rule.above[window].count;
    EXPECT_FALSE(Reliability::Restore(state).IsGood(rule)) << "too few results in window " << window;
  }
}

TEST(GoodRule, TwoFailuresInARowTakeANodeOutAndOneAnswerBringsItBack) {
  Reliability r;
  AddAll(r, Answer::kProved, 3000, 1min);
  ASSERT_TRUE(r.IsGood({}));
  r.Add(Answer::kNone, 1min);
  EXPECT_TRUE(r.IsGood({})) << "one lost visit";
  r.Add(Answer::kNone, 1min);
  EXPECT_FALSE(r.IsGood({}));
  r.Add(Answer::kProved, 1min);
  EXPECT_TRUE(r.IsGood({}));
}

TEST(GoodRule, OneFailureIsEnoughWhenNobodyLookedForLongerThanPatience) {
  Reliability r;
  AddAll(r, Answer::kProved, 300, 15min);
  ASSERT_TRUE(r.IsGood({}));
  r.Add(Answer::kNone, 15min);
  EXPECT_TRUE(r.IsGone({}));
  EXPECT_FALSE(r.IsGood({}));
  EXPECT_TRUE(r.IsGood({.gone_failures = 2, .patience = 20min}));
}

// A quarter of an hour apart.
TEST(GoodRule, ANodeThatWasLongAwayEarnsItsPlaceAgain) {
  Reliability r;
  AddAll(r, Answer::kProved, 40, 15min);
  AddAll(r, Answer::kNone, 960, 15min);  // ten days
  r.Add(Answer::kProved, 15min);
  EXPECT_FALSE(r.IsGood({})) << "one answer after ten days";
  std::size_t answers = 1;
  while (!r.IsGood({}) && answers < 200) r.Add(Answer::kProved, 15min), ++answers;
  EXPECT_EQ(answers, 16u);  // the two hours' window: 1 - exp(-16 / 8) is the first above 0.85
}

TEST(Reliability, RestoresWhatItSavedAndTakesNoNonsense) {
  Rng rng = Rng::FromNumber(kSeed);
  Reliability r;
  for (int i = 0; i < 200; ++i) {
    r.Add(rng.Chance(1, 2) ? Answer::kProved : Answer::kNone, std::chrono::seconds{rng.Below(5000)});
    EXPECT_EQ(Reliability::Restore(r.Save()), r);
  }
  Reliability::State wild;
  wild.windows[0] = {std::numeric_limits<float>::quiet_NaN(), -5};
  wild.windows[1] = {7, std::numeric_limits<float>::infinity()};
  wild.watched_seconds = wild.silent_seconds = -1;
  wild.tries = 3;
  wild.successes = 9;
  wild.failures = 9;
  const Reliability tame = Reliability::Restore(wild);
  EXPECT_EQ(tame.windows()[0], (ReliabilityWindow{0, 0}));
  EXPECT_EQ(tame.windows()[1].reliability, 1);
  EXPECT_TRUE(std::isfinite(tame.windows()[1].count));
  EXPECT_EQ(tame.successes(), 3u);
  EXPECT_EQ(tame.failures(), 0u);
}

}  // namespace
}  // namespace hearsay
