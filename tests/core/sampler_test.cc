// SPDX-License-Identifier: MIT
//
// Sampler and DrawPeer: who is named, and who never is.
#include "node/core/sampler.h"

#include <algorithm>
#include <map>
#include <set>

#include "node/core/rhythm.h"
#include "tests/core/pump.h"
#include "tests/core/small_book.h"

namespace hearsay::test {
namespace {

class SamplerTest : public ::testing::Test {
 protected:
  void Admit(std::uint64_t n, const Endpoint& endpoint, Time proved = kNow) {
    ASSERT_TRUE(b.Admit(n, endpoint));
    b.book.Find(IdOf(n))->last_verified = proved;
  }
  void Fail(std::uint64_t n) {
    b.book.SetState(*b.book.Find(IdOf(n)), PeerState::kDialling);
    b.book.SetState(*b.book.Find(IdOf(n)), PeerState::kRetry);
  }
  std::vector<Endpoint> Fill(const Sampler::Asker& asker, Time now = kNow) {
    std::vector<Endpoint> out;
    sampler.Fill(b.book, AddressGroups::Plain(), asker, now, rng, out);
    EXPECT_EQ(std::set<Endpoint>(out.begin(), out.end()).size(), out.size()) << "somebody twice";
    EXPECT_LE(out.size(), kMaxSampleEndpoints);
    return out;
  }

  SmallBook b{kTableCapacity};
  Sampler sampler;
  Rng rng = Rng::FromNumber(1);
  const Sampler::Asker stranger{.scope = Scope::kGlobal, .id = IdOf(9'999'999)};
};

TEST_F(SamplerTest, NamesWhoWasProvedLatelyAndNobodyElse) {
  Admit(1, InGroup(1));
  Admit(2, InGroup(2), kNow - kFresh);
  Admit(3, InGroup(3));
  Fail(3);
  b.book.GetOrAdd(IdOf(4), kNow);  // has proved no endpoint
  EXPECT_EQ(Fill(stranger), std::vector{InGroup(1)});
  EXPECT_EQ(Fill({.scope = Scope::kGlobal, .id = IdOf(9), .seed = 7}), std::vector{InGroup(1)});
  EXPECT_TRUE(Fill({.scope = Scope::kGlobal, .id = IdOf(1)}).empty()) << "the asker knows where it lives";
  EXPECT_TRUE(Fill(stranger, kNow + kFresh).empty());
}

TEST_F(SamplerTest, TellsTheInternetNothingOfAPrivateNetwork) {
  Admit(1, At("10.0.0.1:7075"));
  Admit(2, At("127.0.0.1:7075"));
  Admit(3, InGroup(3));
  EXPECT_EQ(Fill(stranger), std::vector{InGroup(3)});
  EXPECT_EQ(Fill({.scope = Scope::kGlobal, .id = IdOf(9), .seed = 7}), std::vector{InGroup(3)});
}

TEST_F(SamplerTest, NamesEachEquallyOften) {
  constexpr int kPeers = 200, kPulls = 5'000;
  for (std::uint32_t i = 0; i < kPeers; ++i) Admit(i, InGroup(i));
  std::map<Endpoint, int> named;
  for (int i = 0; i < kPulls; ++i) {
    for (const Endpoint& endpoint : Fill(stranger)) ++named[endpoint];
  }
  // 800 each; the deviation of a binomial is 26.
  ASSERT_EQ(named.size(), kPeers);
  for (const auto& [endpoint, times] : named) EXPECT_NEAR(times, kPulls * 32 / kPeers, 5 * 26) << endpoint.ToString();
}

TEST_F(SamplerTest, ACrowdedGroupIsFourOfASampleWhileThereAreOthers) {
  for (std::uint32_t i = 0; i < 150; ++i) Admit(i, InGroup(1, i + 1));
  for (std::uint32_t i = 0; i < 50; ++i) Admit(1000 + i, InGroup(10 + i));
  for (int pull = 0; pull < 100; ++pull) {
    const std::vector<Endpoint> sample = Fill(stranger);
    ASSERT_EQ(sample.size(), kMaxSampleEndpoints);
    const AddressGroup crowd = AddressGroups::Plain().Of(InGroup(1));
    EXPECT_EQ(std::count_if(sample.begin(), sample.end(),
                            [&](const Endpoint& e) { return AddressGroups::Plain().Of(e) == crowd; }),
              Sampler::kOfGroup);
  }
}

TEST_F(SamplerTest, ACrowdFillsWhatNobodyElseDoes) {
  for (std::uint32_t i = 0; i < 100; ++i) Admit(i, InGroup(1, i + 1));
  EXPECT_EQ(Fill(stranger).size(), kMaxSampleEndpoints);
}

TEST_F(SamplerTest, OneSeedShowsTheSameAndManySeedsTheWholeTable) {
  constexpr std::size_t kPeers = 300;
  for (std::uint32_t i = 0; i < kPeers; ++i) Admit(i, InGroup(i / 30, i + 1));
  Sampler::Asker crawler{.scope = Scope::kGlobal, .id = IdOf(9'999'999), .seed = 1};
  const std::vector<Endpoint> first = Fill(crawler);
  Fill(stranger);  // draws, and so changes the order
  EXPECT_EQ(Fill(crawler), first);
  std::set<Endpoint> seen;
  // A pull misses a given one with 1 - 32/300: all but one in 100,000 of 300 are seen after 150.
  for (crawler.seed = 1; crawler.seed <= 150; ++crawler.seed) {
    for (const Endpoint& endpoint : Fill(crawler)) seen.insert(endpoint);
  }
  EXPECT_EQ(seen.size(), kPeers);
}

TEST_F(SamplerTest, WhoWentSinceALargeTableWasSearchedIsNotNamed) {
  constexpr std::uint32_t kPeers = Sampler::kSmallTable + 100;
  for (std::uint32_t i = 0; i < kPeers; ++i) Admit(i, InGroup(i % 250, i + 1));
  EXPECT_EQ(Fill(stranger).size(), kMaxSampleEndpoints);
  std::set<Endpoint> gone;
  for (std::uint32_t i = 0; i < kPeers; i += 2) {
    gone.insert(b.book.Find(IdOf(i))->endpoint);
    if (i % 4 == 0) {
      b.book.Remove(IdOf(i));
    } else {
      Fail(i);
    }
  }
  for (int pull = 0; pull < 50; ++pull) {
    for (const Endpoint& endpoint : Fill(stranger)) EXPECT_FALSE(gone.contains(endpoint)) << endpoint.ToString();
  }
  // Who came since is named once the table has been searched again.
  Admit(100'000, InGroup(251));
  const auto is_named = [&](Time now) {
    for (int pull = 0; pull < 500; ++pull) {
      const std::vector<Endpoint> sample = Fill(stranger, now);
      if (std::find(sample.begin(), sample.end(), InGroup(251)) != sample.end()) return true;
    }
    return false;
  };
  EXPECT_TRUE(is_named(kNow + Sampler::kGatherWait));
}

TEST(DrawPeer, GivesEachAddressGroupTheSameShare) {
  SmallBook b(kTableCapacity);
  Rng rng = Rng::FromNumber(1);
  EXPECT_EQ(DrawPeer(b.book, AddressGroups::Plain(), rng), nullptr);
  for (std::uint32_t i = 0; i < 100; ++i) ASSERT_TRUE(b.Admit(i, InGroup(1, i + 1)));
  for (std::uint32_t i = 0; i < 9; ++i) ASSERT_TRUE(b.Admit(1000 + i, InGroup(10 + i)));
  constexpr int kDraws = 5'000;
  int crowd = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Endpoint endpoint = DrawPeer(b.book, AddressGroups::Plain(), rng)->endpoint;
    crowd += AddressGroups::Plain().Of(endpoint) == AddressGroups::Plain().Of(InGroup(1)) ? 1 : 0;
  }
  EXPECT_NEAR(crowd, kDraws / 10, 5 * 21);  // 100 of 109 ids; the deviation of a binomial is 21
}

}  // namespace
}  // namespace hearsay::test
