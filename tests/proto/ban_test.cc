// SPDX-License-Identifier: MIT
// Subjects as people write them, and the stored bytes, which may be damaged or foreign: a value or an error.
#include "proto/ban.h"

#include <gmock/gmock.h>

#include "proto/stored.pb.h"
#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using testing::HasSubstr;
using testing_proto::IdentityOf;

BanSubject Subject(std::string_view text) { return ParseBanSubject(text).value(); }
IpAddress Ip(std::string_view text) { return *IpAddress::Parse(text); }
bool Holds(std::string_view prefix, std::string_view address) {
  return std::get<IpPrefix>(Subject(prefix)).Contains(Ip(address));
}

BanEntry Ban(std::string_view subject) {
  return {.subject = Subject(subject),
          .reason = "spült das Netz",
          .created = FromUnixSeconds(1'800'000'000),
          .expires = FromUnixSeconds(1'800'003'600)};
}

TEST(BanSubject, IsWrittenInOneWay) {
  const std::string id = IdentityOf(1).id().ToString();
  for (const std::string text :
       {id.c_str(), "203.0.113.7", "203.0.113.0/24", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1", "::/0"}) {
    EXPECT_EQ(BanSubjectText(Subject(text)), text);
  }
  EXPECT_EQ(Subject("203.0.113.7/32"), Subject("203.0.113.7"));
  EXPECT_EQ(Subject("2001:db8::1/128"), Subject("2001:db8::1"));
  EXPECT_EQ(Subject("::ffff:203.0.113.0/120"), Subject("203.0.113.0/24"));
}

TEST(BanSubject, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view text) {
    const auto subject = ParseBanSubject(text);
    return subject ? "fine" : subject.error();
  };
  EXPECT_THAT(wrong(""), HasSubstr("is no node id, address or prefix; give"));
  EXPECT_THAT(wrong("example.net"), HasSubstr("is no node id"));
  EXPECT_THAT(wrong(std::string(63, 'a')), HasSubstr("is no node id"));
  EXPECT_THAT(wrong("203.0.113.7:7075"), HasSubstr("has a port, and a ban is of an address: 203.0.113.7"));
  EXPECT_THAT(wrong("203.0.113.7/24"), HasSubstr("write 203.0.113.0/24"));
  EXPECT_THAT(wrong("203.0.113.0/33"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(wrong("2001:db8::/129"), HasSubstr("from 0 to 128"));
  EXPECT_THAT(wrong("203.0.113.0/"), HasSubstr("prefix length"));
  EXPECT_THAT(wrong("203.0.113.0/+8"), HasSubstr("prefix length"));
}

TEST(IpPrefix, HoldsWhatItSays) {
  EXPECT_TRUE(Holds("203.0.113.0/24", "203.0.113.255"));
  EXPECT_FALSE(Holds("203.0.113.0/24", "203.0.114.0"));
  EXPECT_TRUE(Holds("203.0.112.0/23", "203.0.113.9"));
  EXPECT_TRUE(Holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Holds("2001:db8::/33", "2001:db8:8000::"));
  EXPECT_TRUE(Holds("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(Holds("203.0.113.7", "203.0.113.7"));
}

TEST(IpPrefix, OfOneFamilyHoldsNothingOfTheOther) {
  EXPECT_TRUE(Holds("::/0", "2001:db8::1"));
  EXPECT_FALSE(Holds("::/0", "203.0.113.7"));
  EXPECT_FALSE(Holds("::/80", "203.0.113.7"));
  EXPECT_FALSE(Holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(Holds("::ffff:203.0.113.0/120", "203.0.113.7"));
}

TEST(BanEntry, ComesBackAsItWentIn) {
  BanEntry longest = Ban(IdentityOf(1).id().ToString());
  longest.reason = std::string(kMaxBanReasonBytes, 'r');
  EXPECT_LE(EncodeBan(longest).size(), kMaxStoredBanBytes / 2);
  BanEntry for_good = Ban("::/0");
  for_good.expires = kNever;
  for_good.reason.clear();
  for (const BanEntry& ban : {longest, for_good, Ban("203.0.113.0/24"), Ban("2001:db8::1")}) {
    EXPECT_EQ(*DecodeBan(EncodeBan(ban)), ban);
  }
}

TEST(BanEntry, RefusesWhatCannotBe) {
  EXPECT_EQ(DecodeBan({}).error(), Error::kMalformed);
  EXPECT_EQ(DecodeBan(Bytes(kMaxStoredBanBytes + 1)).error(), Error::kTooLong);
  EXPECT_EQ(DecodeBan(AsBytes("\xff\xff")).error(), Error::kMalformed);
  const auto with = [](auto change) {
    const Bytes bytes = EncodeBan(Ban("203.0.113.0/24"));
    stored::Ban m;
    EXPECT_TRUE(m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    change(m);
    const auto ban = DecodeBan(AsBytes(m.SerializeAsString()));
    return ban ? Error::kCount : ban.error();
  };
  EXPECT_EQ(with([](auto&) {}), Error::kCount);
  EXPECT_EQ(with([](auto& m) { m.set_node_id(std::string(32, 'n')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.clear_address(); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_address("short"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_prefix_length(129); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_prefix_length(8); }), Error::kMalformed) << "bits behind the prefix";
  EXPECT_EQ(with([](auto& m) { m.set_reason(std::string(kMaxBanReasonBytes + 1, 'r')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_reason("\x1b[2J"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_created(-1); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_expires(INT64_MAX); }), Error::kMalformed);
}

TEST(BanEntry, EveryTruncationAndFlipGivesAValueOrAnError) {
  const Bytes bytes = EncodeBan(Ban("2001:db8::/32"));
  for (std::size_t size = 0; size < bytes.size(); ++size) (void)DecodeBan(BytesView(bytes).first(size));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    const auto ban = DecodeBan(flipped);
    EXPECT_TRUE(!ban || ParseBanSubject(BanSubjectText(ban->subject)) == ban->subject);
  }
}

}  // namespace
}  // namespace hearsay
