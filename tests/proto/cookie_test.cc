// SPDX-License-Identifier: MIT
// Syn cookies: for one source, one query, one node, for seconds. SPEC.md section 16, property 1.
#include "proto/cookie.h"

#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_proto::At;
using testing_proto::Fixed;

struct CookieTest : testing::Test {
  Rng rng = Rng::FromNumber(1);
  CookieJar jar;
  Time start = FromUnixSeconds(1'800'000'000);
  Endpoint source = At("198.51.99.1:1111");
  Cookie query = Fixed(7);

  bool Accepts(const CookieJar::Challenge& made, Time at) {
    const auto slot = jar.Check(source, query, made.cookie, at, rng);
    return slot && (*slot)->public_key == made.ephemeral;
  }
};

TEST_F(CookieTest, IsAcceptedFromItsSourceWithItsQuery) {
  EXPECT_TRUE(Accepts(jar.Make(source, query, start, rng), start));
}

TEST_F(CookieTest, IsRefusedFromAnotherAddressOrPort) {
  const auto made = jar.Make(source, query, start, rng);
  Endpoint spoofed = source;
  spoofed.address.bytes[15] ^= std::byte{1};
  EXPECT_EQ(jar.Check(spoofed, query, made.cookie, start, rng).error(), Error::kBadCookie);
  spoofed = source;
  spoofed.port ^= 1;
  EXPECT_EQ(jar.Check(spoofed, query, made.cookie, start, rng).error(), Error::kBadCookie);
}

TEST_F(CookieTest, IsRefusedWithAnotherQuery) {
  const auto made = jar.Make(source, query, start, rng);
  for (std::size_t i = 0; i < query.size(); ++i) {
    Cookie other = query;
    other[i] ^= std::byte{0x40};
    EXPECT_EQ(jar.Check(source, other, made.cookie, start, rng).error(), Error::kBadCookie);
  }
}

TEST_F(CookieTest, IsRefusedWithAnyBitFlipped) {
  const auto made = jar.Make(source, query, start, rng);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Cookie flipped = made.cookie;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(jar.Check(source, query, flipped, start, rng)) << bit;
  }
}

TEST_F(CookieTest, IsRefusedByAnotherNode) {
  const auto made = jar.Make(source, query, start, rng);
  CookieJar other;
  Rng other_rng = Rng::FromNumber(2);
  other.Make(source, query, start, other_rng);
  EXPECT_EQ(other.Check(source, query, made.cookie, start, other_rng).error(), Error::kBadCookie);
}

TEST_F(CookieTest, IsRefusedByTheSameNodeAfterARestart) {
  const auto made = jar.Make(source, query, start, rng);
  jar = CookieJar{};
  EXPECT_FALSE(Accepts(made, start));
}

TEST_F(CookieTest, ANewJarAcceptsNoCookieAtAll) {
  EXPECT_FALSE(jar.Check(source, query, Cookie{}, start, rng));
}

TEST_F(CookieTest, SurvivesOneRotationAndNotTwo) {
  const auto made = jar.Make(source, query, start, rng);
  EXPECT_TRUE(Accepts(made, start + kCookieSlot));
  EXPECT_TRUE(Accepts(made, start + 2 * kCookieSlot - milliseconds{1}));
  EXPECT_FALSE(Accepts(made, start + 2 * kCookieSlot));
}

TEST_F(CookieTest, LivesAtLeastOneSlotWhereverInASlotItWasMade) {
  jar.Make(source, query, start, rng);
  const auto made = jar.Make(source, query, start + kCookieSlot - milliseconds{1}, rng);
  EXPECT_TRUE(Accepts(made, start + 2 * kCookieSlot - milliseconds{1}));
}

TEST_F(CookieTest, RareCallsDoNotStretchItsLife) {
  // The first call after the slot's end is late; the retired secret still dies on time.
  const auto made = jar.Make(source, query, start, rng);
  jar.Make(source, query, start + 2 * kCookieSlot - milliseconds{1}, rng);
  EXPECT_FALSE(Accepts(made, start + 2 * kCookieSlot));
}

TEST_F(CookieTest, NothingOldIsAcceptedAfterALongSilence) {
  const auto made = jar.Make(source, query, start, rng);
  EXPECT_FALSE(Accepts(made, start + seconds{3600}));
}

TEST_F(CookieTest, AtNoTimeLivesLongerThanTwoSlots) {
  Time now = start;
  std::vector<std::pair<Time, CookieJar::Challenge>> made;
  for (int i = 0; i < 2000; ++i) {
    now += milliseconds{static_cast<std::int64_t>(rng.Below(6000))};
    made.emplace_back(now, jar.Make(source, query, now, rng));
    if (made.size() > 20) made.erase(made.begin());
    for (const auto& [at, challenge] : made) {
      const bool accepted = Accepts(challenge, now);
      ASSERT_TRUE(accepted || now - at >= kCookieSlot) << i;
      ASSERT_TRUE(!accepted || now - at < 2 * kCookieSlot) << i;
    }
  }
}

TEST_F(CookieTest, EachSlotHasAnotherKeyPair) {
  const auto first = jar.Make(source, query, start, rng);
  const auto second = jar.Make(source, query, start + kCookieSlot, rng);
  EXPECT_NE(first.ephemeral, second.ephemeral);
  EXPECT_NE(first.cookie, second.cookie);
  EXPECT_TRUE(Accepts(first, start + kCookieSlot));
  EXPECT_TRUE(Accepts(second, start + kCookieSlot));
}

}  // namespace
}  // namespace hearsay
