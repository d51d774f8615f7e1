// SPDX-License-Identifier: MIT
// Ed25519 under labels, X25519, node ids as text: against the RFCs' own vectors and against forgeries.
#include "proto/identity.h"

#include <gtest/gtest.h>

#include "proto/x25519.h"

namespace hearsay {
namespace {

template <std::size_t N>
ByteArray<N> Hex(std::string_view text) {
  ByteArray<N> out;
  EXPECT_TRUE(FromHex(text, out)) << text;
  return out;
}

TEST(Identity, DerivesThePublicKeyOfRfc8032) {
  // RFC 8032 section 7.1, test 1.
  const Identity identity(Hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(identity.id().ToString(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(identity.id().Short(), "d75a9801");
}

TEST(Identity, GivesItsSeedBack) {
  const auto seed = Hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(Identity(seed).Seed(), seed);
}

TEST(Identity, SignsUnderALabel) {
  const Identity identity(ByteArray<32>{});
  const Signature signature = identity.Sign("a label", AsBytes("message"));
  EXPECT_TRUE(VerifySignature(identity.id(), "a label", AsBytes("message"), signature));
  EXPECT_FALSE(VerifySignature(identity.id(), "a labe", AsBytes("message"), signature));
  EXPECT_FALSE(VerifySignature(identity.id(), "b label", AsBytes("message"), signature));
  EXPECT_FALSE(VerifySignature(identity.id(), "a label", AsBytes("messagf"), signature));
}

TEST(Identity, TheLabelCannotLendBytesToTheMessage) {
  const Identity identity(ByteArray<32>{});
  const Signature signature = identity.Sign("ab", AsBytes("c"));
  EXPECT_FALSE(VerifySignature(identity.id(), "a", AsBytes("bc"), signature));
  EXPECT_FALSE(VerifySignature(identity.id(), "abc", AsBytes(""), signature));
}

TEST(Identity, ANonCanonicalSignatureIsRefused) {
  // S + L verifies in a lax verifier: two signatures for one message.
  const Identity identity(ByteArray<32>{});
  Signature signature = identity.Sign("label", AsBytes("message"));
  const auto order = Hex<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += std::to_integer<unsigned>(signature[32 + i]) + std::to_integer<unsigned>(order[i]);
    signature[32 + i] = static_cast<std::byte>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(VerifySignature(identity.id(), "label", AsBytes("message"), signature));
}

TEST(Identity, AMessageBeyondTheBoundNeverVerifies) {
  const Identity identity(ByteArray<32>{});
  EXPECT_FALSE(VerifySignature(identity.id(), "label", Bytes(5000), Signature{}));
}

TEST(Identity, MovesTheSecretAlong) {
  Identity first(Hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  const NodeId id = first.id();
  Identity second(std::move(first));
  EXPECT_EQ(second.id(), id);
  EXPECT_TRUE(VerifySignature(id, "l", AsBytes("m"), second.Sign("l", AsBytes("m"))));
  Identity third(ByteArray<32>{});
  third = std::move(second);
  EXPECT_TRUE(VerifySignature(id, "l", AsBytes("m"), third.Sign("l", AsBytes("m"))));
}

TEST(NodeId, ParsesSixtyFourHexDigitsAndNothingElse) {
  const std::string hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  ASSERT_TRUE(NodeId::Parse(hex));
  EXPECT_EQ(NodeId::Parse(hex)->ToString(), hex);
  EXPECT_EQ(NodeId::Parse("D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A"), NodeId::Parse(hex));
  for (const std::string& bad : {std::string{}, hex.substr(1), hex + "0", " " + hex.substr(1), hex.substr(1) + "g",
                                 "0x" + hex.substr(2), hex.substr(1) + '\0'}) {
    EXPECT_FALSE(NodeId::Parse(bad)) << bad;
  }
  EXPECT_FALSE(NodeId::FromBytes(Bytes(31)));
  EXPECT_FALSE(NodeId::FromBytes(Bytes(33)));
}

TEST(KeyPair, AgreesAsRfc7748Says) {
  // Section 5.2: k and u start as 9; a thousand times, k becomes X25519(k, u) and u the old k.
  KeyPair pair;
  pair.secret[0] = std::byte{9};
  PublicKey u = pair.secret;
  for (int i = 1; i <= 1000; ++i) {
    const auto agreed = pair.Agree(u);
    ASSERT_TRUE(agreed);
    u = pair.secret;
    pair.secret = agreed->bytes;
    if (i == 1) {
      EXPECT_EQ(ToHex(pair.secret), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  }
  EXPECT_EQ(ToHex(pair.secret), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST(KeyPair, BothSidesAgree) {
  Rng rng = Rng::FromNumber(1);
  const KeyPair a = KeyPair::Generate(rng);
  const KeyPair b = KeyPair::Generate(rng);
  ASSERT_TRUE(a.Agree(b.public_key));
  EXPECT_EQ(a.Agree(b.public_key)->bytes, b.Agree(a.public_key)->bytes);
  EXPECT_FALSE(a.Agree(PublicKey{}));
}

}  // namespace
}  // namespace hearsay
