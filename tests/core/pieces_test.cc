// SPDX-License-Identifier: MIT
//
// The small classes of node/core, each against its header.
#include <gtest/gtest.h>

#include "node/core/bootstrap.h"
#include "node/core/recent_endpoints.h"
#include "node/core/rhythm.h"
#include "node/core/timers.h"
#include "node/core/token_bucket.h"
#include "tests/core/pump.h"

namespace hearsay::test {
namespace {

const Time kNow = FromUnixSeconds(1'800'000'000);

TEST(TokenBucket, GivesTheBurstAtOnceThenTheRate) {
  const Rate rate{.tokens = 2, .period = seconds{1}, .burst = 5};
  TokenBucket bucket(rate);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.Take(rate, kNow));
  EXPECT_FALSE(bucket.Take(rate, kNow));
  EXPECT_EQ(bucket.ReadyAt(rate, kNow), kNow + milliseconds{500} + Duration{1});
  EXPECT_TRUE(bucket.Take(rate, kNow + milliseconds{501}));
  EXPECT_FALSE(bucket.Take(rate, kNow + milliseconds{501}));
}

TEST(TokenBucket, NeverHoldsMoreThanTheBurstHoweverLongItWaits) {
  const Rate rate{.tokens = 1000, .period = seconds{1}, .burst = 3};
  TokenBucket bucket(rate);
  const Time later = kNow + std::chrono::hours{24 * 365 * 10};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.Take(rate, later));
  EXPECT_FALSE(bucket.Take(rate, later));
}

TEST(TokenBucket, AClockThatStandsStillGivesNothing) {
  const Rate rate{.tokens = 1000, .period = seconds{1}, .burst = 1};
  TokenBucket bucket(rate);
  EXPECT_TRUE(bucket.Take(rate, kNow));
  EXPECT_FALSE(bucket.Take(rate, kNow));
  EXPECT_FALSE(bucket.Take(rate, kNow - seconds{10}));
}

TEST(Timers, SettingAgainMovesATimer) {
  Timer round{TimerKind::kRound};
  Timer pull{TimerKind::kPull};
  Timers timers;
  timers.Set(round, kNow + seconds{5});
  timers.Set(pull, kNow + seconds{3});
  timers.Set(round, kNow + seconds{1});
  EXPECT_EQ(timers.Next(), kNow + seconds{1});
  EXPECT_EQ(timers.PopDue(kNow + seconds{10}), &round);
  EXPECT_EQ(timers.PopDue(kNow + seconds{10}), &pull);
  EXPECT_EQ(timers.PopDue(kNow + seconds{10}), nullptr);
  EXPECT_EQ(timers.Next(), kNever);
}

TEST(Timers, DoWhatANaiveListDoes) {
  constexpr std::size_t kCount = 40;
  std::array<std::optional<Timer>, kCount> all;
  for (auto& timer : all) timer.emplace(TimerKind::kRetry);
  std::array<std::optional<Time>, kCount> naive;
  Timers timers;
  Rng rng(Rng::Seed{std::byte{7}});
  Time now = kNow;
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t i = rng.Below(kCount);
    const Time at = now + seconds{static_cast<int>(rng.Below(50))};
    switch (rng.Below(4)) {
      case 0: timers.Set(*all[i], at); naive[i] = at; break;
      case 1: timers.SetNoLater(*all[i], at); naive[i] = std::min(naive[i].value_or(at), at); break;
      case 2: timers.Cancel(*all[i]); naive[i].reset(); break;
      default:
        now += seconds{1};
        while (const Timer* due = timers.PopDue(now)) {
          const std::size_t which = static_cast<std::size_t>(
              std::find_if(all.begin(), all.end(), [&](const auto& t) { return &*t == due; }) - all.begin());
          ASSERT_LE(naive.at(which).value(), now);
          naive[which].reset();
        }
    }
    Time next = kNever;
    std::size_t waiting = 0;
    for (const auto& t : naive) {
      if (!t) continue;
      next = std::min(next, *t);
      ++waiting;
    }
    ASSERT_EQ(timers.Next(), next);
    ASSERT_EQ(timers.size(), waiting);
  }
}

TEST(RecentEndpoints, ForgivesTheSoonestFirstWhenFull) {
  RecentEndpoints recent(2);
  recent.Add(At("1.1.1.1:1"), kNow + seconds{10});
  recent.Add(At("1.1.1.2:1"), kNow + seconds{5});
  recent.Add(At("1.1.1.3:1"), kNow + seconds{20});
  EXPECT_EQ(recent.size(), 2u);
  EXPECT_TRUE(recent.Contains(At("1.1.1.1:1"), kNow));
  EXPECT_FALSE(recent.Contains(At("1.1.1.2:1"), kNow));
  EXPECT_FALSE(recent.Contains(At("1.1.1.1:1"), kNow + seconds{11}));
}

TEST(Rhythm, ALanIntervalGrowsWithTheViewBetweenItsBounds) {
  const Rhythm rhythm(Profile::kAuto);
  EXPECT_EQ(rhythm.KeepaliveInterval(Scope::kPrivate, 1), milliseconds{500});
  EXPECT_EQ(rhythm.KeepaliveInterval(Scope::kLoopback, 40), seconds{6});
  EXPECT_EQ(rhythm.KeepaliveInterval(Scope::kLoopback, 200), seconds{10});
  EXPECT_EQ(rhythm.KeepaliveInterval(Scope::kGlobal, 1), seconds{15});
  EXPECT_EQ(Rhythm(Profile::kInternet).KeepaliveInterval(Scope::kLoopback, 1), seconds{15});
}

TEST(Rhythm, BackOffDoublesUpToItsCap) {
  const Rhythm rhythm(Profile::kAuto);
  EXPECT_EQ(rhythm.RetryDelay(Scope::kLoopback, 0), seconds{1});
  EXPECT_EQ(rhythm.RetryDelay(Scope::kLoopback, 3), seconds{8});
  EXPECT_EQ(rhythm.RetryDelay(Scope::kLoopback, 1000), seconds{60});
  EXPECT_EQ(rhythm.RetryDelay(Scope::kGlobal, 1000), std::chrono::hours{1});
}

class BootstrapTest : public ::testing::Test {
 protected:
  static CoreConfig Config() {
    CoreConfig config;
    config.preconfigured = {{"one", {}}, {"two", {}}};
    return config;
  }
  static std::size_t Resolves(const Effects& effects) {
    std::size_t n = 0;
    for (const Effect& e : effects.list) n += std::holds_alternative<Resolve>(e) ? 1 : 0;
    return n;
  }
  Bootstrap bootstrap_{Config()};
  Rng rng_ = Rng::FromNumber(1);
  Counters counters_;
  Effects out_;
};

TEST_F(BootstrapTest, ContactsAllEntriesAtStartAndBacksOff) {
  Time now = kNow;
  Duration last{};
  for (int i = 0; i < 12; ++i) {
    out_.Clear();
    const Time next = bootstrap_.Tick(now, 0, rng_, out_);
    EXPECT_EQ(Resolves(out_), 2u);
    EXPECT_LE(next - now, Bootstrap::kMaxDelay * 5 / 4);
    if (i < 5) {
      EXPECT_GT(next - now, last * 6 / 5) << "about twice the last wait";
    }
    last = next - now;
    now = next;
  }
}

TEST_F(BootstrapTest, IsSilentAboveTheMinimumAndBackBelowIt) {
  bootstrap_.Tick(kNow - seconds{60}, 0, rng_, out_);
  bootstrap_.OnResolved({0, {{At("5.0.0.1:1"), {}}, {At("5.0.0.2:1"), {}}}, ""}, counters_, out_);
  EXPECT_EQ(bootstrap_.minimum(), 2u) << "all contacts, when they are fewer than eight";
  out_.Clear();
  bootstrap_.Tick(kNow, 2, rng_, out_);
  EXPECT_EQ(Resolves(out_), 0u);
  bootstrap_.Tick(kNow + seconds{1}, 1, rng_, out_);
  EXPECT_EQ(Resolves(out_), 2u);
}

TEST_F(BootstrapTest, ANameThatLeadsElsewhereNowLeadsNowhereElse) {
  bootstrap_.OnResolved({1, {{At("5.0.0.99:1"), {}}}, ""}, counters_, out_);
  for (std::uint32_t i = 0; i < 9; ++i) {
    const Endpoint now_at{IpAddress::V4(0x05000001 + i), 1};
    bootstrap_.OnResolved({0, {{now_at, {}}}, ""}, counters_, out_);
    EXPECT_TRUE(bootstrap_.IsContact(now_at));
  }
  EXPECT_EQ(bootstrap_.minimum(), 2u);
  EXPECT_TRUE(bootstrap_.IsContact(At("5.0.0.99:1"))) << "of the other entry";
}

TEST_F(BootstrapTest, AReloadForgetsNothingAndAsksWhatIsNew) {
  bootstrap_.Tick(kNow, 0, rng_, out_);
  bootstrap_.OnResolved({0, {{At("5.0.0.1:1"), {}}, {At("5.0.0.2:1"), {}}}, ""}, counters_, out_);
  CoreConfig config = Config();
  config.online_weight_minimum = 3;
  bootstrap_.Reconfigure(config);
  EXPECT_EQ(bootstrap_.minimum(), 3u);
  config.online_weight_minimum.reset();
  bootstrap_.Reconfigure(config);
  EXPECT_EQ(bootstrap_.minimum(), 2u) << "as before";
  out_.Clear();
  EXPECT_EQ(bootstrap_.Tick(kNow, 2, rng_, out_), kNever);
  config.preconfigured.push_back({"three", {}});
  bootstrap_.Reconfigure(config);
  bootstrap_.Tick(kNow, 100, rng_, out_);
  EXPECT_EQ(Resolves(out_), 3u) << "however many peers there are";
  EXPECT_EQ(bootstrap_.Tick(kNow, 100, rng_, out_), kNever);
}

TEST_F(BootstrapTest, SaysAFailureOnceUntilItWorksAgain) {
  const auto events = [&] {
    std::size_t n = 0;
    for (const Effect& e : out_.list) n += std::holds_alternative<PeerEvent>(e) ? 1 : 0;
    return n;
  };
  bootstrap_.OnResolved({0, {}, "no such name"}, counters_, out_);
  bootstrap_.OnResolved({0, {}, "no such name"}, counters_, out_);
  EXPECT_EQ(events(), 1u);
  bootstrap_.OnResolved({0, {{At("5.0.0.1:1"), {}}}, ""}, counters_, out_);
  bootstrap_.OnDialed(At("5.0.0.1:1"));
  bootstrap_.OnResolved({0, {}, "no such name"}, counters_, out_);
  EXPECT_EQ(events(), 2u);
  EXPECT_EQ(counters_[Counter::kBootstrapFailures], 3u);
}

TEST_F(BootstrapTest, WeighsPeersByTheOperatorsFile) {
  CoreConfig config = Config();
  const NodeId heavy = MakeIdentity(9).id();
  config.weights = {{heavy, 60}, {MakeIdentity(8).id(), 40}};
  bootstrap_.Reconfigure(config);
  EXPECT_EQ(bootstrap_.WeightOf(heavy), 60u);
  EXPECT_EQ(bootstrap_.WeightOf(MakeIdentity(7).id()), 0u);
  EXPECT_EQ(bootstrap_.minimum(), 51u) << "more than half";
}

}  // namespace
}  // namespace hearsay::test
