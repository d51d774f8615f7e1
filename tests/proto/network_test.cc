// SPDX-License-Identifier: MIT
// Networks: names, pre-shared keys, passphrases. SPEC.md section 16, property 4.
#include "proto/network.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using testing_proto::Fixed;

std::set<std::string> Values(const NetworkKey& network) {
  return {ToHex(network.id()), ToHex(network.session_salt()), ToHex(network.ComputeMac(AsBytes("packet")))};
}

TEST(NetworkKey, EveryNameAndKeyIsItsOwnNetwork) {
  std::set<std::string> all;
  std::size_t count = 0;
  for (const NetworkKey& network :
       {NetworkKey::Open("a"), NetworkKey::Open("b"), NetworkKey::Open("ab"), NetworkKey::Closed("a", Fixed(1)),
        NetworkKey::Closed("b", Fixed(1)), NetworkKey::Closed("a", Fixed(2)),
        NetworkKey::Closed("a", ByteArray<32>{})}) {
    all.merge(Values(network));
    count += 3;
  }
  EXPECT_EQ(all.size(), count);
}

TEST(NetworkKey, IsClosedOnlyWithAKey) {
  EXPECT_FALSE(NetworkKey::Open("a").closed());
  EXPECT_TRUE(NetworkKey::Closed("a", ByteArray<32>{}).closed());
}

TEST(NetworkKey, TheMacRefusesEveryAlteration) {
  const NetworkKey network = NetworkKey::Open("a");
  const NetworkKey::Mac mac = network.ComputeMac(AsBytes("packet"));
  EXPECT_TRUE(network.VerifyMac(AsBytes("packet"), mac));
  EXPECT_FALSE(network.VerifyMac(AsBytes("packeu"), mac));
  EXPECT_FALSE(network.VerifyMac(AsBytes("packet"), BytesView(mac).first(15)));
  EXPECT_FALSE(network.VerifyMac(AsBytes("packet"), {}));
  for (std::size_t bit = 0; bit < 128; ++bit) {
    NetworkKey::Mac flipped = mac;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(network.VerifyMac(AsBytes("packet"), flipped));
  }
  EXPECT_FALSE(NetworkKey::Closed("a", Fixed(1)).VerifyMac(AsBytes("packet"), mac));
}

TEST(NetworkName, IsOneToSixtyFourPlainCharacters) {
  for (const std::string& name : {std::string("a"), std::string("Net_1.test-2"), std::string(64, 'z')}) {
    EXPECT_TRUE(IsNetworkName(name)) << name;
  }
  for (const std::string& name : {std::string(), std::string(65, 'z'), std::string("a b"), std::string("a/b"),
                                  std::string("\xc3\xa4"), std::string("a\n"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(IsNetworkName(name)) << name;
  }
}

TEST(NetworkKeyText, SixtyFourHexDigitsAreTheKeyItself) {
  const ByteArray<32> key = Fixed(3);
  EXPECT_EQ(*ParseNetworkKey(ToHex(key), "n"), key);
  EXPECT_EQ(*ParseNetworkKey("  " + ToHex(key) + "\r\n", "other"), key);
}

TEST(NetworkKeyText, APassphraseIsStretchedUnderTheNetworksName) {
  const auto key = ParseNetworkKey("correct horse battery staple\n", "n");
  ASSERT_TRUE(key);
  EXPECT_EQ(*key, *ParseNetworkKey(" correct horse battery staple", "n"));
  EXPECT_NE(*key, *ParseNetworkKey("correct horse battery staple", "m"));
  EXPECT_NE(*key, *ParseNetworkKey("correct horse battery stapl", "n"));
  // 63 digits are no key, so they are a passphrase.
  EXPECT_TRUE(ParseNetworkKey(std::string(63, 'a'), "n"));
}

TEST(NetworkKeyText, AShortTextIsRefusedWithoutQuotingIt) {
  for (const char* text : {"", "   ", "tooshort", "elevenchars", "elevenchars \n\t "}) {
    const auto key = ParseNetworkKey(text, "n");
    ASSERT_FALSE(key) << text;
    EXPECT_NE(key.error().find("64 hex digits"), std::string::npos);
    EXPECT_EQ(key.error().find("tooshort"), std::string::npos);
    EXPECT_EQ(key.error().find("elevenchars"), std::string::npos);
  }
}

}  // namespace
}  // namespace hearsay
