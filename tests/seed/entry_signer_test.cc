// SPDX-License-Identifier: MIT
//
// What a seed's signatures cost, and who decides which of them are given away, when more is asked than is signed.
#include "crawler/seed/entry_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/seed/seed_fixture.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Time kNow = FromUnixSeconds(1'800'000'000);
constexpr std::uint64_t kRate = EntrySigner::kSignaturesPerSecond;

struct EntrySignerTest : testing::Test {
  Identity seed{ByteArray<32>{std::byte{7}}};
  EntrySigner signer{"test", seed};
  Rng rng = Rng::FromNumber(1);
  Time now = kNow;
  GoodPeers good = FiftyInEachOf(100);

  static GoodPeers FiftyInEachOf(std::uint32_t groups) {
    std::vector<GoodPeer> peers;
    for (std::uint32_t i = 0; i < groups * 50; ++i) {
      peers.push_back(MakeGoodPeer(IpAddress::V4(0x0b000001 + (i % groups << 16) + i / groups).ToString()));
    }
    return GoodPeers(std::move(peers), SipKey{});
  }
  std::vector<EntrySigner::Entry> Ask(const std::string& name) {
    return signer.Sign(name, good.Draw("", PeerKind::kAny, GoodPeers::kMaxInAnswer, rng), good, now, rng);
  }
  // Until nothing is left of the budget.
  void Drain() {
    for (int i = 0; i < 100; ++i) Ask("n" + std::to_string(i));
  }
};

TEST_F(EntrySignerTest, WhoeverAsksMostDoesNotChooseWhatIsRepeated) {
  std::set<IpAddress> first;
  for (const auto& entry : Ask("a")) first.insert(entry.address);
  now += seconds{1};
  for (int i = 0; i < 5; ++i) Ask("a");  // its own draws, as long as there is a budget
  Drain();
  for (int i = 0; i < 10; ++i) {
    std::set<IpAddress> repeated;
    for (const auto& entry : Ask("a")) repeated.insert(entry.address);
    EXPECT_EQ(repeated, first);
  }
}

TEST_F(EntrySignerTest, AFirstWaveOfQuestionsForEveryNameCostsLittle) {
  for (int i = 0; i < 1030; ++i) EXPECT_GE(Ask("n" + std::to_string(i)).size(), EntrySigner::kFewest);
  EXPECT_LE(signer.signatures(), kRate + 1030 * EntrySigner::kFewest);
}

TEST_F(EntrySignerTest, WhenTheClockIsSetEntriesAreSignedAnew) {
  std::vector<GoodPeer> few;
  for (std::uint32_t i = 0; i < 8; ++i) few.push_back(MakeGoodPeer(IpAddress::V4(0x0b000001 + (i << 16)).ToString()));
  good = GoodPeers(std::move(few), SipKey{});
  const auto expiries = [&] {
    std::set<Time> all;
    for (const auto& entry : Ask("a")) {
      const auto read = OpenSeedEntry(entry.text, {.network = "test", .name = "a"}, seed.id(), now);
      EXPECT_TRUE(read) << read.error();
      if (read) all.insert(read->expires);
    }
    return all;
  };
  for (const auto set_by : {std::chrono::hours{0}, std::chrono::hours{24 * 365}, std::chrono::hours{-24 * 365}}) {
    now += set_by;
    Drain();
    now += seconds{61};
    EXPECT_THAT(expiries(), testing::ElementsAre(now + EntrySigner::kLifetime));
  }
}

// A fifth of the groups take their peers away and back again.
TEST_F(EntrySignerTest, PeersThatComeAndGoCostLittle) {
  const GoodPeers all = good;
  const GoodPeers without = FiftyInEachOf(80);
  for (int second = 0; second < 30; ++second) {
    good = second % 2 == 0 ? all : without;
    for (int i = 0; i < 300; ++i) {
      now += milliseconds{3};
      for (const auto& entry : Ask("n" + std::to_string(i))) ASSERT_TRUE(good.HasAddress(entry.address));
    }
  }
  EXPECT_LE(signer.signatures(), 31 * kRate + 300 * EntrySigner::kFewest);
}

}  // namespace
}  // namespace hearsay::test
