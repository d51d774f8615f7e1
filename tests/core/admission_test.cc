// SPDX-License-Identifier: MIT
//
// Admission: who pays for what, and whom a flood cannot touch.
#include "node/core/admission.h"

#include <gtest/gtest.h>

#include "tests/core/pump.h"

namespace hearsay::test {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  static Source From(std::uint32_t address, bool lan = false) {
    const Endpoint endpoint{IpAddress::V4(address), 1};
    return {endpoint.address, endpoint.group(), lan};
  }
  // How many of `count` are admitted at once.
  template <typename Ask>
  static std::size_t Count(std::size_t count, Ask ask) {
    std::size_t admitted = 0;
    for (std::size_t i = 0; i < count; ++i) admitted += ask(static_cast<std::uint32_t>(i)) ? 1 : 0;
    return admitted;
  }

  Time now = FromUnixSeconds(1'800'000'000);
  Admission admission{SipKey{std::byte{3}}};
  ChannelAllowance channel;
};

TEST_F(AdmissionTest, AnAddressCannotUseUpItsGroup) {
  const auto proof = [&](std::uint32_t address) { return admission.AdmitProof(From(address), now); };
  EXPECT_EQ(Count(10'000, [&](auto) { return proof(0x08080001); }), kAddressRate.burst);
  EXPECT_TRUE(proof(0x08080002));
}

// Hellos can be sent in anybody's name.
TEST_F(AdmissionTest, HellosInANewcomersNameKeepItOutOnlyAsAFloodWould) {
  const auto hello = [&](std::uint32_t address) { return admission.AdmitHello(From(address), now); };
  for (int second = 0; second < 10; ++second) {
    now += kSecond;
    Count(20'000, [&](auto) { return hello(0x08080001); });
    EXPECT_TRUE(hello(0x08080001)) << "the newcomer itself";
  }
  Count(100'000, [&](auto) { return hello(0x08080001); });
  EXPECT_FALSE(hello(0x08080001));
  EXPECT_EQ(Count(200, [&](auto i) { return hello(0x09090000 + i); }), 200u) << "half is there for all others";
}

TEST_F(AdmissionTest, AGroupCannotUseUpTheNode) {
  const auto hello = [&](std::uint32_t address) { return admission.AdmitHello(From(address), now); };
  EXPECT_LE(Count(100'000, [&](auto i) { return hello(0x08080000 + i % 65'536); }),
            kHelloRate.burst / 2 + kHelloGroupRate.burst);
  EXPECT_TRUE(hello(0x09090001));
}

TEST_F(AdmissionTest, ASpoofedFloodOfHellosLeavesProofsAndChannelsAlone) {
  // A hundred thousand a second for five seconds, after which all bursts are used up.
  const auto spoofed = [&](std::uint32_t i) {
    now += std::chrono::microseconds{10};
    return admission.AdmitHello(From(0x08000001 + i * 2'654'435'761u), now);
  };
  Count(500'000, spoofed);
  const std::size_t admitted = Count(100'000, spoofed);
  EXPECT_LE(admitted, kHelloRate.tokens);
  EXPECT_GE(admitted, kHelloRate.tokens * 9 / 10) << "a newcomer's chance is what the node has to give";
  EXPECT_TRUE(admission.IsFlooded(now));
  EXPECT_FALSE(admission.IsFlooded(now + Admission::kFloodTime));
  EXPECT_EQ(Count(50, [&](auto) { return admission.AdmitProof(From(0x08080001), now); }), 50u);
  EXPECT_EQ(Count(300, [&](auto) { return admission.AdmitPacket(channel, 700, now); }), 300u);
}

TEST_F(AdmissionTest, SignaturesAreBoundedWhoeverAsks) {
  const auto proof = [&](std::uint32_t i) { return admission.AdmitProof(From(0x08000001 + i * 65'521), now); };
  const std::size_t at_once = Count(100'000, proof);
  EXPECT_LE(at_once, kSignatureRate.burst);
  EXPECT_GE(at_once, kSignatureRate.burst * 9 / 10);
  now += kSecond;
  EXPECT_LE(Count(100'000, proof), kSignatureRate.tokens);
}

TEST_F(AdmissionTest, AFleetBehindOneAddressOfALanIsServed) {
  EXPECT_EQ(Count(1000, [&](auto) { return admission.AdmitHello(From(0x0a000001, true), now); }), 1000u);
  EXPECT_EQ(Count(1000, [&](auto) { return admission.AdmitProof(From(0x0a000001, true), now); }), 1000u);
}

TEST_F(AdmissionTest, AChannelPaysForPacketsAndBytes) {
  EXPECT_EQ(Count(10'000, [&](auto) { return admission.AdmitPacket(channel, 64, now); }), kChannelRate.burst);
  ChannelAllowance large;
  const std::size_t size = 4096;
  EXPECT_EQ(Count(10'000, [&](auto) { return admission.AdmitPacket(large, size, now); }), kChannelBytes.burst / size);
  now += kSecond;
  EXPECT_EQ(Count(10'000, [&](auto) { return admission.AdmitPacket(large, size, now); }), kChannelBytes.tokens / size);
}

TEST_F(AdmissionTest, ChannelsThatWeDidNotChooseCannotTakeFromThoseThatWeDid) {
  std::vector<ChannelAllowance> others(256);
  const auto push = [&](std::uint32_t i) {
    return admission.AdmitOthersPacket(others[i % others.size()], 1200, From(0x08000001 + i % 256 * 65'536), now);
  };
  EXPECT_LE(Count(200'000, push), kOthersRate.burst + others.size() * kAssuredRate.burst);
  EXPECT_TRUE(admission.AdmitPacket(channel, 1200, now));
}

TEST_F(AdmissionTest, OthersOfOneGroupShareWhatItHas) {
  std::vector<ChannelAllowance> others(8);
  const auto push = [&](std::uint32_t i) {
    return admission.AdmitOthersPacket(others[i % others.size()], 64, From(0x08080001 + i % 8), now);
  };
  EXPECT_EQ(Count(10'000, push), kOthersGroupRate.burst + others.size() * kAssuredRate.burst);
}

// Those who say much use up what all share, for as long as they like.
TEST_F(AdmissionTest, AQuietChannelIsHeardBesideSixtyThatTalk) {
  std::vector<ChannelAllowance> others(60);
  ChannelAllowance quiet;
  for (int step = 0; step < 1000; ++step) {
    now += std::chrono::milliseconds{10};
    for (std::uint32_t i = 0; i < others.size(); ++i) {
      admission.AdmitOthersPacket(others[i], 64, From(0x08000001 + i % 30 * 65'536), now);
      admission.AdmitOthersPacket(others[i], 64, From(0x08000001 + i % 30 * 65'536), now);
    }
    if (step % 60 != 0) continue;
    EXPECT_TRUE(admission.AdmitOthersPacket(quiet, 64, From(0x09000001), now)) << step;
  }
}

TEST_F(AdmissionTest, JunkIsAFloodToo) {
  for (std::uint32_t i = 0; i <= kHelloRate.burst; ++i) admission.NoteStranger(now);
  EXPECT_TRUE(admission.IsFlooded(now));
}

}  // namespace
}  // namespace hearsay::test
