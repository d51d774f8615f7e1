// SPDX-License-Identifier: MIT
// Sealed packets: once each, in any order, by nobody else; the counter never wraps. SPEC.md section 16, property 3.
#include "proto/session.h"

#include <deque>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "proto/packet.h"
#include "proto/rng.h"

namespace hearsay {
namespace {

using Datagram1200 = ByteArray<kMaxDatagramBytes>;

SessionKeys KeysOf(std::uint64_t seed, std::uint64_t send_id, std::uint64_t receive_id) {
  Rng rng = Rng::FromNumber(seed);
  SessionKeys keys;
  keys.send = rng.Array<32>();
  keys.receive = rng.Array<32>();
  keys.send_id = send_id;
  keys.receive_id = receive_id;
  return keys;
}

SessionKeys Mirror(const SessionKeys& keys) {
  SessionKeys other;
  other.send = keys.receive;
  other.receive = keys.send;
  other.send_id = keys.receive_id;
  other.receive_id = keys.send_id;
  return other;
}

struct SessionTest : testing::Test {
  SessionKeys keys = KeysOf(1, 11, 22);
  Session alice{keys};
  Session bob{Mirror(keys)};
  Datagram1200 plain;

  Bytes Seal(Session& session, std::string_view text) {
    Datagram1200 out;
    const auto size = session.Seal(AsBytes(text), out);
    EXPECT_TRUE(size);
    return Bytes(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size));
  }
  std::optional<Error> Failure(Session& session, BytesView packet) {
    const auto opened = session.Open(packet, plain);
    return opened ? std::nullopt : std::optional(opened.error());
  }
};

TEST_F(SessionTest, OpensWhatTheOtherSealed) {
  const Bytes packet = Seal(alice, "hello");
  EXPECT_EQ(packet.size(), kSealOverheadBytes + 5);
  EXPECT_EQ(SealedSessionId(packet), 11u);
  const auto opened = bob.Open(packet, plain);
  ASSERT_TRUE(opened);
  EXPECT_EQ(AsText(*opened), "hello");
  EXPECT_EQ(bob.packets_opened(), 1u);
  EXPECT_EQ(alice.packets_sent(), 1u);
}

TEST_F(SessionTest, SealsTheEmptyAndTheLargestPlaintext) {
  for (const std::size_t size : {std::size_t{0}, kMaxPlaintextBytes}) {
    const std::string text(size, 'x');
    const Bytes packet = Seal(alice, text);
    EXPECT_EQ(packet.size(), size + kSealOverheadBytes);
    const auto opened = bob.Open(packet, plain);
    ASSERT_TRUE(opened);
    EXPECT_EQ(AsText(*opened), text);
  }
}

TEST_F(SessionTest, AReplayIsRefused) {
  const Bytes packet = Seal(alice, "once");
  EXPECT_FALSE(Failure(bob, packet));
  EXPECT_EQ(Failure(bob, packet), Error::kReplayed);
  EXPECT_EQ(bob.packets_opened(), 1u);
}

TEST_F(SessionTest, APacketReflectedToItsAuthorIsRefused) {
  EXPECT_EQ(Failure(alice, Seal(alice, "mine")), Error::kBadSeal);
}

TEST_F(SessionTest, AnyOrderWithinTheWindowIsAccepted) {
  std::vector<Bytes> packets;
  for (std::size_t i = 0; i < kReplayWindow; ++i) packets.push_back(Seal(alice, std::to_string(i)));
  Rng rng = Rng::FromNumber(3);
  rng.PartialShuffle(packets, packets.size());
  for (const Bytes& packet : packets) EXPECT_FALSE(Failure(bob, packet));
  for (const Bytes& packet : packets) EXPECT_EQ(Failure(bob, packet), Error::kReplayed);
}

TEST_F(SessionTest, APacketBehindTheWindowIsRefused) {
  const Bytes first = Seal(alice, "0");
  const Bytes second = Seal(alice, "1");
  alice.SkipTo(kReplayWindow);
  EXPECT_FALSE(Failure(bob, Seal(alice, "1024")));
  EXPECT_EQ(Failure(bob, first), Error::kReplayed);
  EXPECT_FALSE(Failure(bob, second));
}

TEST_F(SessionTest, AForgedCounterDoesNotMoveTheWindow) {
  const Bytes honest = Seal(alice, "0");
  Bytes forged = Seal(alice, "1");
  StoreBigEndian<std::uint64_t>(kMaxPackets - 1, forged.data() + 9);
  EXPECT_EQ(Failure(bob, forged), Error::kBadSeal);
  EXPECT_FALSE(Failure(bob, honest));
}

TEST_F(SessionTest, TheCounterStopsBeforeItWraps) {
  alice.SkipTo(kMaxPackets - 1);
  const Bytes last = Seal(alice, "last");
  EXPECT_FALSE(Failure(bob, last));
  Datagram1200 out;
  EXPECT_FALSE(alice.Seal(AsBytes("one too many"), out));
  EXPECT_FALSE(alice.Seal(AsBytes("and again"), out));
  EXPECT_EQ(alice.packets_sent(), kMaxPackets);
}

TEST_F(SessionTest, CountersBeyondTheLimitAreRefusedUnopened) {
  Bytes packet = Seal(alice, "x");
  for (const std::uint64_t counter : {kMaxPackets, kMaxPackets + 1, UINT64_MAX}) {
    StoreBigEndian<std::uint64_t>(counter, packet.data() + 9);
    EXPECT_EQ(Failure(bob, packet), Error::kReplayed);
  }
}

TEST_F(SessionTest, AsksForARekeyLongBeforeTheLimit) {
  EXPECT_FALSE(alice.NeedsRekey());
  alice.SkipTo(kRekeyPackets);
  EXPECT_TRUE(alice.NeedsRekey());
  static_assert(kRekeyPackets * 16 < kMaxPackets);
}

TEST_F(SessionTest, APacketDoesNotOpenInAnotherSession) {
  const Bytes packet = Seal(alice, "for bob");
  Session same_ids_other_keys{Mirror(KeysOf(2, 11, 22))};
  EXPECT_EQ(Failure(same_ids_other_keys, packet), Error::kBadSeal);
  // The session id is authenticated: sent to another session of the same two nodes, it does not open.
  Bytes redirected = packet;
  StoreBigEndian<std::uint64_t>(12, redirected.data() + 1);
  EXPECT_EQ(Failure(bob, redirected), Error::kBadSeal);
}

TEST_F(SessionTest, AnyFlippedBitFailsToOpen) {
  const Bytes packet = Seal(alice, "some plaintext");
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    Bytes flipped = packet;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_TRUE(Failure(bob, flipped)) << bit;
  }
  EXPECT_FALSE(Failure(bob, packet));
}

TEST_F(SessionTest, AnyTruncationOrExtensionFailsToOpen) {
  const Bytes packet = Seal(alice, "some plaintext");
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const auto failure = Failure(bob, BytesView(packet).first(size));
    EXPECT_EQ(failure, size < kSealOverheadBytes ? Error::kTooShort : Error::kBadSeal) << size;
  }
  Bytes longer = packet;
  longer.push_back(std::byte{0});
  EXPECT_EQ(Failure(bob, longer), Error::kBadSeal);
  EXPECT_EQ(Failure(bob, Bytes(kMaxDatagramBytes + 1)), Error::kTooLong);
}

TEST_F(SessionTest, AMovedFromSessionSealsNothing) {
  Session moved(std::move(alice));
  Datagram1200 out;
  EXPECT_FALSE(alice.Seal(AsBytes("x"), out));  // NOLINT(bugprone-use-after-move): that is the point
  EXPECT_FALSE(Failure(bob, Seal(moved, "y")));
}

// The naive model: every counter ever accepted, and the highest.
class NaiveWindow {
 public:
  bool Accept(std::uint64_t counter) {
    if (highest_ && counter + kReplayWindow <= *highest_) return false;
    if (!seen_.insert(counter).second) return false;
    highest_ = std::max(highest_.value_or(0), counter);
    return true;
  }

 private:
  std::set<std::uint64_t> seen_;
  std::optional<std::uint64_t> highest_;
};

TEST(ReplayWindow, AgreesWithASetOfEverythingSeen) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng = Rng::FromNumber(seed);
    ReplayWindow window;
    NaiveWindow model;
    std::uint64_t base = rng.Below(3) == 0 ? rng.Below(1ull << 40) : 0;
    for (int i = 0; i < 20'000; ++i) {
      // Mostly near the top; now and then a jump by words, by windows, or far.
      const std::uint64_t jump[] = {1, 1, 2, 63, 64, 65, 1023, 1024, 1025, 1087, 1088, 1089, 5000};
      if (rng.Chance(1, 3)) base += jump[rng.Below(rng.Chance(1, 50) ? std::size(jump) : 3)];
      const std::uint64_t back = rng.Below(rng.Chance(1, 10) ? 1200 : 80);
      const std::uint64_t counter = base >= back ? base - back : 0;
      const bool would = window.WouldAccept(counter);
      const bool accepted = window.Accept(counter);
      ASSERT_EQ(would, accepted);
      ASSERT_EQ(accepted, model.Accept(counter)) << "seed " << seed << " step " << i << " counter " << counter;
    }
  }
}

}  // namespace
}  // namespace hearsay
