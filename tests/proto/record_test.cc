// SPDX-License-Identifier: MIT
// Node records: signed by their node, for one network, unalterable by whoever passes them on. SPEC.md section 16,
// property 5.
#include "proto/record.h"

#include "proto/hearsay.pb.h"
#include "proto/text.h"
#include "tests/proto/exchange.h"

namespace hearsay {
namespace {

using testing_proto::At;
using testing_proto::Fixed;
using testing_proto::IdentityOf;

struct RecordTest : testing::Test {
  Identity identity = IdentityOf(1);
  NetworkKey network = NetworkKey::Open("test");

  NodeRecord Full() {
    NodeRecord record;
    record.id = identity.id();
    record.sequence = 1'800'000'000;
    record.endpoints = {At("8.8.8.8:1"), At("[2606:4700::1]:2")};
    record.role = Role::kWorker;
    record.software = "hearsay/0.1.0";
    record.name = "Zürich 1";
    record.attributes = {{"port", "8080"}, {"tag.a", ""}, {"x", "=y="}};
    return record;
  }
  NodeRecord Plain() {
    NodeRecord record;
    record.id = identity.id();
    record.sequence = 1;
    return record;
  }
  // Signs whatever a malicious node may put into a body.
  Bytes Sign(const wire::NodeRecord& m) { return Sign(m.SerializeAsString()); }
  Bytes Sign(const std::string& body) {
    Bytes out(AsBytes(body).begin(), AsBytes(body).end());
    Bytes covered(network.id().begin(), network.id().end());
    covered.insert(covered.end(), out.begin(), out.end());
    const Signature signature = identity.Sign("hearsay v1 record", covered);
    out.insert(out.end(), signature.begin(), signature.end());
    return out;
  }
  wire::NodeRecord Wire() {
    wire::NodeRecord m;
    m.set_node_id(std::string(AsText(identity.id().bytes)));
    m.set_sequence(5);
    return m;
  }
  Error Failure(const wire::NodeRecord& m) {
    const auto opened = OpenRecord(Sign(m), identity.id(), network);
    return opened ? Error::kCount : opened.error();
  }
};

TEST_F(RecordTest, OpensToWhatWasSigned) {
  for (const NodeRecord& record : {Full(), Plain()}) {
    const auto opened = OpenRecord(SignRecord(record, identity, network), identity.id(), network);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, record);
  }
}

TEST_F(RecordTest, TheLargestRecordFits) {
  NodeRecord record = Full();
  record.sequence = UINT64_MAX;
  record.endpoints.assign(kMaxRecordEndpoints, At("[2606:4700::1]:65535"));
  record.software.assign(kMaxSoftwareBytes, 's');
  record.name.assign(kMaxNameBytes, 'n');
  record.attributes.clear();
  for (std::size_t i = 0; i < kMaxAttributes; ++i) {
    record.attributes.emplace(std::string(1, static_cast<char>('a' + i)),
                              std::string(kMaxAttributeBytes / kMaxAttributes - 3, 'v'));
  }
  ASSERT_EQ(CheckAttributes(record.attributes), "");
  const Bytes bytes = SignRecord(record, identity, network);
  EXPECT_LE(bytes.size(), kMaxRecordBytes);
  EXPECT_EQ(*OpenRecord(bytes, identity.id(), network), record);
}

TEST_F(RecordTest, AnyFlippedBitIsRefused) {
  const Bytes bytes = SignRecord(Full(), identity, network);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(OpenRecord(flipped, identity.id(), network)) << bit;
  }
}

TEST_F(RecordTest, AnyTruncationIsRefused) {
  const Bytes bytes = SignRecord(Full(), identity, network);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(OpenRecord(BytesView(bytes).first(size), identity.id(), network)) << size;
  }
  EXPECT_EQ(OpenRecord(Bytes(63), identity.id(), network).error(), Error::kTooShort);
  EXPECT_EQ(OpenRecord(Bytes(kMaxRecordBytes + 1), identity.id(), network).error(), Error::kTooLong);
}

TEST_F(RecordTest, IsOfItsSignerAndItsNetworkOnly) {
  const Bytes bytes = SignRecord(Full(), identity, network);
  EXPECT_EQ(OpenRecord(bytes, IdentityOf(2).id(), network).error(), Error::kWrongNodeId);
  EXPECT_EQ(OpenRecord(bytes, identity.id(), NetworkKey::Open("other")).error(), Error::kBadSignature);
  EXPECT_EQ(OpenRecord(bytes, identity.id(), NetworkKey::Closed("test", Fixed(1))).error(), Error::kBadSignature);
}

TEST_F(RecordTest, AnotherNodesIdUnderOnesOwnSignatureIsRefused) {
  wire::NodeRecord m = Wire();
  m.set_node_id(std::string(AsText(IdentityOf(2).id().bytes)));
  EXPECT_EQ(Failure(m), Error::kWrongNodeId);
  EXPECT_EQ(OpenRecord(Sign(m), IdentityOf(2).id(), network).error(), Error::kBadSignature);
  m.set_node_id("short");
  EXPECT_EQ(Failure(m), Error::kMalformed);
}

TEST_F(RecordTest, SignedNonsenseIsRefused) {
  const auto with = [&](auto change) {
    wire::NodeRecord m = Wire();
    change(m);
    return Failure(m);
  };
  const auto endpoint = [](std::string_view text) { return std::string(AsText(At(text).ToBytes())); };
  EXPECT_EQ(with([](auto&) {}), Error::kCount);
  EXPECT_EQ(with([](auto& m) { m.set_endpoints(std::string(17, 'e')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_endpoints(std::string(19, 'e')); }), Error::kMalformed);
  EXPECT_EQ(with([&](auto& m) { m.set_endpoints(endpoint("224.0.0.1:5")); }), Error::kBadEndpoint);
  EXPECT_EQ(with([&](auto& m) { m.set_endpoints(endpoint("8.8.8.8:0")); }), Error::kBadEndpoint);
  EXPECT_EQ(with([&](auto& m) {
              for (int i = 0; i < 5; ++i) m.mutable_endpoints()->append(endpoint("8.8.8.8:5"));
            }),
            Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_software(std::string(49, 's')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_software("\x1b[2J"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_software("h\xc3\xa4"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_name(std::string(65, 'n')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_name("a\nb"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_name("\xff"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.set_name("\xc2\x9b"
                                          "31m"); }),
            Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_attributes("noequals"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_attributes("=value"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_attributes("Upper=1"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_attributes("a=\x7f"); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) {
              m.add_attributes("a=1");
              m.add_attributes("a=2");
            }),
            Error::kMalformed);
  EXPECT_EQ(with([](auto& m) { m.add_attributes("a=" + std::string(300, 'v')); }), Error::kMalformed);
  EXPECT_EQ(with([](auto& m) {
              for (int i = 0; i < 17; ++i) m.add_attributes("a" + std::to_string(i) + "=");
            }),
            Error::kMalformed);
}

TEST_F(RecordTest, LaterVersionsAreTolerated) {
  wire::NodeRecord m = Wire();
  m.set_role(99);
  const std::string unknown = "\x9a\x06\x03xyz";  // field 99, three bytes
  const auto opened = OpenRecord(Sign(m.SerializeAsString() + unknown), identity.id(), network);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->role, Role::kDual);
  EXPECT_EQ(opened->sequence, 5u);
}

TEST(Attributes, AreCheckedForPeople) {
  EXPECT_EQ(CheckAttributes({}), "");
  EXPECT_EQ(CheckAttributes({{"k", "v"}}), "");
  EXPECT_NE(CheckAttributes({{"", "v"}}), "");
  EXPECT_NE(CheckAttributes({{std::string(33, 'k'), "v"}}), "");
  EXPECT_NE(CheckAttributes({{"K", "v"}}), "");
  EXPECT_NE(CheckAttributes({{"k", "\n"}}), "");
  EXPECT_EQ(CheckAttributes({{"k", std::string(kMaxAttributeBytes - 3, 'v')}}), "");
  EXPECT_NE(CheckAttributes({{"k", std::string(kMaxAttributeBytes - 2, 'v')}}), "");
}

TEST(Role, NamesAreParsedBack) {
  for (const Role role : {Role::kDual, Role::kController, Role::kWorker, Role::kSeed, Role::kCrawler}) {
    EXPECT_EQ(ParseRole(RoleName(role)), role);
  }
  EXPECT_FALSE(ParseRole("king"));
}

TEST(Text, PrintableUtf8IsWellFormedAndHarmless) {
  for (const char* text : {"", "plain", "Zürich", "東京", "\xf0\x9f\x8c\x8d", "\xf4\x8f\xbf\xbd", "\xc2\xa0"}) {
    EXPECT_TRUE(IsPrintableUtf8(text)) << text;
  }
  const std::string_view bad[] = {
      "\x1f", "\x7f", "\x1b[31m", "a\tb", std::string_view("\0", 1),  // C0 and DEL
      "\xc2\x80", "\xc2\x9b", "\xc2\x9f",                             // C1
      "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8f", "\xd8\x9c", "\xef\xbb\xbf",  // lines, directions
      "\x80", "\xbf", "\xc3", "\xe2\x82", "\xf0\x9f\x8c", "\xc3(", "\xff", "\xfe", "\xf8\x88\x80\x80\x80",
      "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",  // longer than needed
      "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80"};         // surrogates, beyond U+10FFFF
  for (const std::string_view text : bad) EXPECT_FALSE(IsPrintableUtf8(text)) << ToHex(AsBytes(text));
  EXPECT_TRUE(IsPrintableAscii(" ~"));
  EXPECT_FALSE(IsPrintableAscii("\x7f"));
  EXPECT_FALSE(IsPrintableAscii("\x80"));
}

TEST(Text, PrintableJudgesEachCodePoint) {
  EXPECT_EQ(Printable("Zürich, 東京"), "Zürich, 東京");
  EXPECT_EQ(Printable("a\xc2\x9b" "2Jb\xe2\x80\xae" "c\x1b\n\x7fü"), "a?2Jb?c???ü");
  // A byte that is no UTF-8 hides nothing behind it, and a character cut short is not completed by what follows.
  EXPECT_EQ(Printable("\x9b" "31m\xe2\x80z\xc3"), "?31m??z?");
}

}  // namespace
}  // namespace hearsay
