// SPDX-License-Identifier: MIT
//
// Signed lists and entries: what a thief of a web host or of a name server can do to them, and that it is of no use.
#include "node/io/signed_peer_list.h"

#include <gmock/gmock.h>
#include <sodium.h>

#include <nlohmann/json.hpp>

#include "node/io/peer_list.h"
#include "node/io/seed_entry.h"

namespace hearsay {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::SizeIs;

const Time kNow = FromUnixSeconds(1'800'000'000);

Identity Seed(int number) {
  ByteArray<32> bytes{};
  bytes[0] = static_cast<std::byte>(number);
  return Identity(bytes);
}

PinnedPeer Peer(const char* endpoint) { return {*Endpoint::Parse(endpoint), Seed(9).id()}; }

class SignedPeerListTest : public testing::Test {
 protected:
  static SignedPeerList List() {
    return {.network = "test",
            .sequence = 7,
            .issued_at = kNow,
            .expires_at = kNow + std::chrono::hours{1},
            .peers = {Peer("11.0.0.1:7075"), Peer("[2a00::1]:80")}};
  }
  Result<OpenedPeerList> Open(const std::string& text, std::uint64_t least = 0) const {
    return OpenSignedPeerList(text, {"test", seed_.id(), least});
  }
  std::string ErrorOf(const std::string& text, std::uint64_t least = 0) const {
    const auto list = Open(text, least);
    return list ? "opened" : list.error();
  }
  // A list of any text, properly signed: what a seed of another make might sign.
  std::string Sign(const std::string& text) const {
    ByteArray<32> digest;
    crypto_generichash(AsUnsigned(digest.data()), 32, AsUnsigned(AsBytes(text).data()), text.size(), nullptr, 0);
    const Signature signature = seed_.Sign("hearsay v1 peer list", digest);
    const std::string key = seed_.id().ToString();
    return json{{"schema", 1}, {"signed", text}, {"key", key}, {"signature", ToHex(signature)}}.dump();
  }

  Identity seed_ = Seed(1);
};

TEST_F(SignedPeerListTest, WhatIsWrittenIsRead) {
  const auto list = Open(WriteSignedPeerList(List(), seed_));
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->sequence, 7u);
  EXPECT_EQ(list->expires_at, kNow + std::chrono::hours{1});
  ASSERT_THAT(list->entries, SizeIs(2));
  EXPECT_EQ(std::get<Endpoint>(list->entries[1].target).ToString(), "[2a00::1]:80");
  EXPECT_EQ(list->entries[1].pin, Seed(9).id());
}

TEST_F(SignedPeerListTest, AnyAlteredCharacterIsNoticed) {
  const std::string good = WriteSignedPeerList(List(), seed_);
  const auto opened = Open(good);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string altered = good;
    altered[i] = altered[i] == '7' ? '8' : '7';
    const auto list = Open(altered);
    // Outside of the members that count, a character may change: white space, or a name that is then missing.
    if (list) {
      EXPECT_EQ(list->entries, opened->entries) << i;
    }
  }
}

TEST_F(SignedPeerListTest, EveryReasonForRefusalIsNamed) {
  const std::string good = WriteSignedPeerList(List(), seed_);
  EXPECT_THAT(ErrorOf(R"({"schema":1,"network":"test","peers":[]})"), HasSubstr("is not signed"));
  EXPECT_THAT(ErrorOf(WriteSignedPeerList(List(), Seed(2))), HasSubstr("by another key"));
  json altered = json::parse(good);
  std::string text = altered["signed"];
  text.replace(text.find("11.0.0.1"), 8, "11.0.0.9");
  altered["signed"] = text;
  EXPECT_THAT(ErrorOf(altered.dump()), HasSubstr("altered"));
  altered = json::parse(WriteSignedPeerList(List(), Seed(2)));
  altered["key"] = seed_.id().ToString();
  EXPECT_THAT(ErrorOf(altered.dump()), HasSubstr("altered"));
  SignedPeerList other = List();
  other.network = "other";
  EXPECT_THAT(ErrorOf(WriteSignedPeerList(other, seed_)), HasSubstr("another network"));
  EXPECT_THAT(ErrorOf(good, 8), HasSubstr("sequence 7 after 8"));
  EXPECT_EQ(ErrorOf(good, 7), "opened");
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("no \"schema\": 1"));
}

TEST_F(SignedPeerListTest, ExpiryIsHeldAgainstTheCallersClock) {
  const auto list = Open(WriteSignedPeerList(List(), seed_));
  EXPECT_EQ(ExplainExpiry(*list, kNow), "");
  EXPECT_THAT(ExplainExpiry(*list, kNow + std::chrono::hours{1}), HasSubstr("expired at 2027-01-15T09:00:00.000Z"));
}

TEST_F(SignedPeerListTest, ASignatureAloneIsNotEnough) {
  const std::string rest = R"("sequence":1,"issued_at":"2026-11-21T00:00:00Z","expires_at":"2026-11-22T00:00:00Z")";
  const std::string id = Seed(9).id().ToString();
  const std::string peer = R"({"endpoint":"11.0.0.1:1","node_id":")" + id + "\"}";
  EXPECT_EQ(ErrorOf(Sign(R"({"schema":1,"network":"test",)" + rest + R"(,"peers":[)" + peer + "]}")), "opened");
  EXPECT_THAT(ErrorOf(Sign(R"({"schema":1,)" + rest + R"(,"peers":[]})")), HasSubstr("names no network"));
  EXPECT_THAT(ErrorOf(Sign(R"({"schema":1,"network":"test","peers":[]})")), HasSubstr("no \"sequence\""));
  EXPECT_THAT(ErrorOf(Sign(R"({"schema":1,"network":"test",)" + rest + R"(,"peers":[{"endpoint":"11.0.0.1:1"}]})")),
              HasSubstr("no \"node_id\""));
  EXPECT_THAT(ErrorOf(Sign("nonsense")), HasSubstr("is not JSON"));
}

TEST_F(SignedPeerListTest, WithoutAPinnedKeyItIsAListLikeAnyOther) {
  const std::string good = WriteSignedPeerList(List(), seed_);
  const auto list = ParsePeerListJson(good, "test");
  ASSERT_TRUE(list) << list.error();
  EXPECT_THAT(*list, SizeIs(2));
  EXPECT_FALSE(ParsePeerListJson(good, "other"));
  EXPECT_THAT(ParsePeerListJson(Sign(good), "test").error(), HasSubstr("no array \"peers\"")) << "no list in a list";
}

class SeedEntryTest : public testing::Test {
 protected:
  std::string ErrorOf(std::string_view text, const SeedEntryScope& scope = {"test", "seed.example"},
                      Time now = kNow) const {
    const auto entry = OpenSeedEntry(text, scope, seed_.id(), now);
    return entry ? "opened" : entry.error();
  }
  const Identity seed_ = Seed(1);
  const SeedEntry entry_{.endpoint = *Endpoint::Parse("[2a00:1:2:3:4:5:6:7]:65535"),
                         .id = Seed(9).id(),
                         .expires = kNow + std::chrono::minutes{5}};
  const std::string text_ = SignSeedEntry(entry_, {"test", "seed.example"}, seed_);
};

TEST_F(SeedEntryTest, WhatIsSignedIsReadAndFitsOneString) {
  EXPECT_LE(text_.size(), SeedEntry::kMaxBytes);
  EXPECT_THAT(text_, testing::StartsWith("hearsay1 " + Seed(9).id().ToString() + "@[2a00:1:2:3:4:5:6:7]:65535 "));
  const auto entry = OpenSeedEntry(text_, {"test", "seed.example"}, seed_.id(), kNow);
  ASSERT_TRUE(entry) << entry.error();
  EXPECT_EQ(*entry, entry_);
}

TEST_F(SeedEntryTest, AnyAlteredCharacterIsNoticed) {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    for (const char c : {'0', 'a', ' ', '\n'}) {
      std::string altered = text_;
      if (altered[i] == c) continue;
      altered[i] = c;
      EXPECT_NE(ErrorOf(altered), "opened") << i;
    }
    EXPECT_NE(ErrorOf(text_.substr(0, i)), "opened") << i;
  }
  EXPECT_NE(ErrorOf(text_ + "A"), "opened");
}

TEST_F(SeedEntryTest, ItIsForOneNameOneNetworkOneTimeAndOfOneKey) {
  EXPECT_EQ(ErrorOf(text_), "opened");
  EXPECT_THAT(ErrorOf(text_, {"test", "worker.seed.example"}), HasSubstr("not signed"));
  EXPECT_THAT(ErrorOf(text_, {"other", "seed.example"}), HasSubstr("not signed"));
  EXPECT_THAT(ErrorOf(text_, {"test", "seed.example"}, kNow + std::chrono::minutes{5}), HasSubstr("expired"));
  EXPECT_THAT(ErrorOf(SignSeedEntry(entry_, {"test", "seed.example"}, Seed(2))), HasSubstr("not signed"));
  EXPECT_THAT(ErrorOf("v=spf1 -all"), HasSubstr("hearsay1"));
  EXPECT_EQ(CanonicalDnsName("Seed.EXAMPLE."), "seed.example");
}

}  // namespace
}  // namespace hearsay
