// SPDX-License-Identifier: MIT
//
// The ledger must complain of one byte too many, and of nothing that a dial or a proof pays for.
#include "tests/sim/ledger.h"

#include <gtest/gtest.h>

#include "proto/packet.h"

namespace hearsay::sim {
namespace {

using Why = Ledger::Why;
const Endpoint kOther{IpAddress::V4(0x05000001), 7075};

Bytes PacketOf(PacketKind kind, std::size_t size) {
  Bytes bytes(size);
  bytes[0] = PacketByte(kind);
  return bytes;
}

TEST(Ledger, ComplainsOfOneByteMoreThanWasReceived) {
  Ledger ledger;
  ledger.Received(kOther, PacketOf(PacketKind::kBareKeepalive, 256));
  EXPECT_FALSE(ledger.Sent(kOther, PacketOf(PacketKind::kNodeIdHandshake, 175), Why::kPlain));
  EXPECT_FALSE(ledger.Sent(kOther, PacketOf(PacketKind::kReset, 81), Why::kPlain));
  EXPECT_TRUE(ledger.Sent(kOther, PacketOf(PacketKind::kReset, 1), Why::kPlain));
}

TEST(Ledger, ComplainsOfAnythingSentToAStrangerWhoSaidNothing) {
  Ledger ledger;
  EXPECT_TRUE(ledger.Sent(kOther, PacketOf(PacketKind::kSealed, 49), Why::kPlain));
}

TEST(Ledger, LetsHellosAndChallengesGoButAddsThemUp) {
  Ledger ledger;
  EXPECT_FALSE(ledger.Sent(kOther, PacketOf(PacketKind::kBareKeepalive, 256), Why::kPlain));
  EXPECT_FALSE(ledger.Sent(kOther, PacketOf(PacketKind::kSealed, 60), Why::kChallenge));
  EXPECT_EQ(ledger.asked(kOther), 316u);
  EXPECT_TRUE(ledger.Sent(kOther, PacketOf(PacketKind::kNodeIdHandshake, 261), Why::kChallenge));
}

TEST(Ledger, TrustsAnAnswerToAHelloButNoUnaskedHandshake) {
  Ledger asked;
  EXPECT_FALSE(asked.Sent(kOther, PacketOf(PacketKind::kBareKeepalive, 256), Why::kPlain));
  asked.Received(kOther, PacketOf(PacketKind::kNodeIdHandshake, 175));
  EXPECT_FALSE(asked.Sent(kOther, PacketOf(PacketKind::kNodeIdHandshake, 261), Why::kPlain));
  Ledger unasked;
  unasked.Received(kOther, PacketOf(PacketKind::kNodeIdHandshake, 175));
  EXPECT_TRUE(unasked.Sent(kOther, PacketOf(PacketKind::kNodeIdHandshake, 261), Why::kPlain));
}

TEST(Ledger, ForgetsWhatWasProvenWhenTheProcessDies) {
  Ledger ledger;
  ledger.Proven(kOther);
  EXPECT_FALSE(ledger.Sent(kOther, PacketOf(PacketKind::kSealed, 1000), Why::kPlain));
  ledger.Clear();
  EXPECT_TRUE(ledger.Sent(kOther, PacketOf(PacketKind::kSealed, 1000), Why::kPlain));
}

}  // namespace
}  // namespace hearsay::sim
