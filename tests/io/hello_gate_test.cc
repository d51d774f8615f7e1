// SPDX-License-Identifier: MIT
//
// HelloGate: the share it sets, and that the kernel keeps to it.
#include "node/io/hello_gate.h"

#include <gtest/gtest.h>

#include "node/io/udp_socket.h"
#include "proto/packet.h"
#include "tests/io/loop.h"

namespace hearsay {
namespace {

// A second of `rate` hellos, let in by the gate's own share and read ten times a window.
class HelloGateTest : public testing::Test {
 protected:
  std::uint64_t PassSecond(double rate) {
    std::uint64_t passed = 0;
    for (int i = 0; i < 100; ++i) {
      now += std::chrono::milliseconds{10};
      const auto in = static_cast<std::uint64_t>(rate / 100 * share / HelloGate::kOpen);
      passed += in;
      share = gate.Note(in, now).value_or(share);
    }
    return passed;
  }

  HelloGate gate;
  Time now = FromUnixSeconds(1'800'000'000);
  std::uint32_t share = HelloGate::kOpen;
};

TEST_F(HelloGateTest, StaysOpenBelowItsRate) {
  EXPECT_EQ(PassSecond(HelloGate::kRate * 0.9), HelloGate::kRate * 9 / 10);
  EXPECT_TRUE(gate.open());
  EXPECT_EQ(gate.shed(), 0u);
}

TEST_F(HelloGateTest, LetsItsRateInWhateverComes) {
  for (const double flood : {2.0, 10.0, 40.0}) {
    PassSecond(HelloGate::kRate * flood);  // until it has settled
    const std::uint64_t before = gate.shed();
    const auto passed = static_cast<double>(PassSecond(HelloGate::kRate * flood));
    EXPECT_NEAR(passed / HelloGate::kRate, 1, 0.02) << flood;
    EXPECT_NEAR(static_cast<double>(gate.shed() - before) / HelloGate::kRate, flood - 1, 0.02 * flood);
  }
}

TEST_F(HelloGateTest, OpensWhenTheFloodEnds) {
  PassSecond(HelloGate::kRate * 10);
  ASSERT_FALSE(gate.open());
  gate.Note(0, now += HelloGate::kWindow);  // what had come before
  gate.Note(0, now += HelloGate::kWindow);
  EXPECT_TRUE(gate.open());
}

TEST_F(HelloGateTest, NeverShutsNewcomersOutAltogether) {
  PassSecond(HelloGate::kRate * 1e6);
  EXPECT_EQ(share, HelloGate::kLeast);
}

// A burst above the rate: the kernel then drops hellos, and nothing else.
TEST(UdpSocketGate, AFloodOfHellosIsThinnedOutInTheKernel) {
  asio::io_context io;
  const Endpoint any = *Endpoint::Parse("127.0.0.1:0");
  auto flooded = *UdpSocket::Open(io, any, UdpSocket::Family::kSingle);
  auto flood = *UdpSocket::Open(io, any, UdpSocket::Family::kSingle);
  std::size_t sealed_read = 0;
  flooded->Start([&](std::span<const Datagram> datagrams) {
    for (const Datagram& d : datagrams) sealed_read += d.bytes[0] == PacketByte(PacketKind::kSealed) ? 1 : 0;
  });
  const Bytes hello(100, PacketByte(PacketKind::kBareKeepalive));
  const Bytes sealed(100, PacketByte(PacketKind::kSealed));
  const std::vector<Outgoing> hellos(50, Outgoing{flooded->local(), std::nullopt, hello});
  const Outgoing other{flooded->local(), std::nullopt, sealed};
  std::size_t sealed_sent = 0;
  // In steps, so that only the gate makes the socket lose anything.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (flooded->counters().hellos_shed < 1000) {
    if (std::chrono::steady_clock::now() > deadline) GTEST_SKIP() << "this machine sends no hellos above the rate";
    flood->Send(hellos);
    flood->Send({&other, 1});
    ++sealed_sent;
    flooded->ReadNow();
  }
  EXPECT_TRUE(RunUntil(io, [&] { return sealed_read == sealed_sent; })) << sealed_read << " of " << sealed_sent;
  EXPECT_GT(flooded->counters().receive_dropped, 0u);
  // Nothing comes any more: a timer opens the gate.
  const std::uint64_t dropped = flooded->counters().receive_dropped;
  EXPECT_TRUE(RunUntil(io, [&] { return !flooded->gated(); }));
  flood->Send(hellos);
  flooded->ReadNow();
  EXPECT_EQ(flooded->counters().receive_dropped, dropped);
}

}  // namespace
}  // namespace hearsay
