// SPDX-License-Identifier: MIT
//
// Zone: every kind of answer, as ldns reads it.
#include "crawler/seed/zone.h"

#include <gmock/gmock.h>

#include <ctime>
#include <set>

#include "tests/seed/seed_fixture.h"

#include "tests/seed/dns_reader.h"

namespace hearsay {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

constexpr std::string_view kZone = "seed.example.net";
const Time kNow = FromUnixSeconds(1'800'000'000);

class ZoneTest : public testing::Test {
 protected:
  ZoneTest() : zone_(*Zone::Make(MakeZoneConfig(), seed_)) {}
  void Set(std::vector<GoodPeer> peers) { zone_.SetPeers(GoodPeers(std::move(peers), SipKey{})); }
  std::optional<DnsAnswer> Send(BytesView query, DnsTransport transport = DnsTransport::kUdp) {
    return zone_.Answer(query, transport, kNow, rng_);
  }
  SeenReply Ask(std::string_view name, std::uint16_t type, const AskOptions& options = {},
                DnsTransport transport = DnsTransport::kUdp) {
    const auto answer = Send(MakeQuery(name, type, options), transport);
    EXPECT_TRUE(answer) << name;
    if (!answer) return {};
    if (transport == DnsTransport::kUdp) {
      EXPECT_LE(answer->wire.size(), options.edns_size ? std::clamp<std::size_t>(*options.edns_size, 512, 1232) : 512u);
    }
    kind_ = answer->kind;
    const auto reply = ReadDnsReply(answer->wire);
    EXPECT_TRUE(reply) << name;
    return reply.value_or(SeenReply{});
  }
  static std::string Below(std::string_view name) { return std::string(name) + "." + std::string(kZone); }

  Identity seed_{ByteArray<32>{}};
  Zone zone_;
  Rng rng_ = Rng::FromNumber(1);
  AnswerKind kind_{};
};

constexpr unsigned kNoError = 0, kFormErr = 1, kNxDomain = 3, kNotImp = 4, kRefused = 5, kBadVers = 16;

TEST_F(ZoneTest, AddressesAreThoseOfPeersOnTheDefaultPort) {
  Set({MakeGoodPeer("11.0.0.1"), MakeGoodPeer("12.0.0.1:7076"), MakeGoodPeer("[2a00::1]"),
       MakeGoodPeer("[2b00::1]:80")});
  const SeenReply v4 = Ask(kZone, DnsType::kA);
  EXPECT_THAT(v4.Answers(), ElementsAre("A 11.0.0.1"));
  EXPECT_TRUE(v4.authoritative);
  EXPECT_FALSE(v4.recursion_available);
  EXPECT_EQ(v4.answer[0].ttl, 60u);
  EXPECT_EQ(v4.id, 0x1234);
  EXPECT_EQ(kind_, AnswerKind::kRecords);
  EXPECT_THAT(Ask(kZone, DnsType::kAaaa).Answers(), ElementsAre("AAAA 2a00::1"));
}

TEST_F(ZoneTest, AnAnswerNamesAtMostSixteenPeersAndOneOfAGroup) {
  auto peers = SpreadPeers(40);
  for (int i = 2; i < 200; ++i) peers.push_back(MakeGoodPeer("11.0.0." + std::to_string(i)));
  Set(std::move(peers));
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const SeenReply reply = Ask(kZone, DnsType::kA);
    ASSERT_THAT(reply.answer, SizeIs(16));
    std::set<AddressGroup> groups;
    for (const SeenRecord& record : reply.answer) {
      EXPECT_TRUE(groups.insert(Endpoint::Parse(record.data, 7075)->group()).second);
      seen.insert(record.data);
    }
  }
  EXPECT_GT(seen.size(), 80u) << "each answer is a fresh draw";
}

TEST_F(ZoneTest, ManyPeersInOneGroupAreNamedAsOftenAsOneInAnother) {
  auto peers = SpreadPeers(64);
  for (int i = 2; i < 250; ++i) peers.push_back(MakeGoodPeer("11.0.0." + std::to_string(i)));
  Set(std::move(peers));
  int crowd = 0;
  constexpr int kAnswers = 4000;
  for (int i = 0; i < kAnswers; ++i) {
    for (const SeenRecord& record : Ask(kZone, DnsType::kA).answer) crowd += record.data.starts_with("11.0.") ? 1 : 0;
  }
  // Binomial with 16 / 64: mean 1000, deviation 27; five deviations.
  EXPECT_NEAR(crowd, kAnswers / 4, 140);
}

TEST_F(ZoneTest, AnEmptyTableIsNoDataWithTheSoa) {
  const SeenReply reply = Ask(kZone, DnsType::kA);
  EXPECT_EQ(reply.rcode, kNoError);
  EXPECT_THAT(reply.answer, IsEmpty());
  ASSERT_THAT(reply.authority, SizeIs(1));
  EXPECT_EQ(reply.authority[0].ToString(),
            "SOA ns.seed.example.net. hostmaster.seed.example.net. 1800000000 3600 600 86400 60");
  EXPECT_EQ(kind_, AnswerKind::kNoData);
}

TEST_F(ZoneTest, TheApexHasSoaAndNameServersWithTheirAddresses) {
  EXPECT_THAT(Ask(kZone, DnsType::kSoa).Answers(), ElementsAre(StartsWith("SOA ns.seed.example.net.")));
  const SeenReply reply = Ask(kZone, DnsType::kNs);
  EXPECT_THAT(reply.Answers(), ElementsAre("NS ns.seed.example.net.", "NS ns.elsewhere.org."));
  ASSERT_THAT(reply.additional, SizeIs(2));
  EXPECT_EQ(reply.additional[0].owner, "ns.seed.example.net.");
  EXPECT_EQ(reply.additional[0].data, "192.0.32.1");
  EXPECT_THAT(Ask(Below("ns"), DnsType::kA).Answers(), ElementsAre("A 192.0.32.1"));
  EXPECT_THAT(Ask(Below("ns"), DnsType::kAaaa).Answers(), ElementsAre("AAAA 2600::1"));
  EXPECT_EQ(Ask(Below("ns"), DnsType::kTxt).rcode, kNoError);
}

TEST_F(ZoneTest, UnknownNamesDoNotExist) {
  Set(SpreadPeers(3));
  for (const char* name : {"nobody", "a.worker", "p0b00000", "p0b00000100", "_tcp", "_other._udp", "x._hearsay._udp",
                           "nothing.has", "_udp.nobody", "is.is", "worker.is"}) {
    const SeenReply reply = Ask(Below(name), DnsType::kA);
    EXPECT_EQ(reply.rcode, kNxDomain) << name;
    EXPECT_THAT(reply.authority, SizeIs(1)) << name;
    EXPECT_EQ(kind_, AnswerKind::kNxDomain);
  }
}

TEST_F(ZoneTest, NamesAboveExistingOnesExistWithoutRecords) {
  Set({MakeGoodPeer("11.0.0.1", Role::kDual, {{"service", "web"}})});
  for (const char* name : {"_udp", "has", "is", "service.is", "_udp.worker"}) {
    const SeenReply reply = Ask(Below(name), DnsType::kA);
    EXPECT_EQ(reply.rcode, kNoError) << name;
    EXPECT_THAT(reply.answer, IsEmpty()) << name;
    EXPECT_THAT(reply.authority, SizeIs(1)) << name;
  }
}

TEST_F(ZoneTest, RolesAndAttributesAreSubNames) {
  Set({MakeGoodPeer("11.0.0.1", Role::kWorker, {{"service", "Web"}}), MakeGoodPeer("12.0.0.1", Role::kController),
       MakeGoodPeer("13.0.0.1", Role::kDual, {{"service", "db"}}),
       MakeGoodPeer("14.0.0.1", Role::kSeed, {{"k.v", "no label"}})});
  EXPECT_THAT(Ask(Below("worker"), DnsType::kA).Answers(), UnorderedElementsAre("A 11.0.0.1", "A 13.0.0.1"));
  EXPECT_THAT(Ask(Below("controller"), DnsType::kA).Answers(), UnorderedElementsAre("A 12.0.0.1", "A 13.0.0.1"));
  EXPECT_THAT(Ask(Below("seed"), DnsType::kA).Answers(), ElementsAre("A 14.0.0.1"));
  EXPECT_THAT(Ask(Below("service.has"), DnsType::kA).Answers(), UnorderedElementsAre("A 11.0.0.1", "A 13.0.0.1"));
  EXPECT_THAT(Ask(Below("web.service.is"), DnsType::kA).Answers(), ElementsAre("A 11.0.0.1"));
  EXPECT_EQ(Ask(Below("mail.service.is"), DnsType::kA).rcode, kNxDomain);
  EXPECT_EQ(Ask(Below("crawler"), DnsType::kA).rcode, kNoError) << "a role exists though nobody has it";
}

TEST_F(ZoneTest, AnAttributeMayBeCalledLikeTheProtocol) {
  Set({MakeGoodPeer("11.0.0.1", Role::kDual, {{"_udp", "x"}}),
       MakeGoodPeer("12.0.0.1", Role::kDual, {{"service", "_udp"}})});
  EXPECT_THAT(Ask(Below("_udp.has"), DnsType::kA).Answers(), ElementsAre("A 11.0.0.1"));
  EXPECT_THAT(Ask(Below("x._udp.is"), DnsType::kA).Answers(), ElementsAre("A 11.0.0.1"));
  EXPECT_THAT(Ask(Below("_udp.service.is"), DnsType::kA).Answers(), ElementsAre("A 12.0.0.1"));
}

TEST_F(ZoneTest, ServicesListEveryPortAndTargetsThatResolve) {
  Set({MakeGoodPeer("11.0.0.1:7076"), MakeGoodPeer("[2a00::1]:80")});
  const SeenReply reply = Ask(Below("_hearsay._udp"), DnsType::kSrv);
  EXPECT_THAT(reply.Answers(),
              UnorderedElementsAre("SRV 0 0 7076 p0b000001.seed.example.net.",
                                   "SRV 0 0 80 p2a000000000000000000000000000001.seed.example.net."));
  ASSERT_THAT(reply.additional, SizeIs(2));
  EXPECT_THAT(Ask(Below("p0b000001"), DnsType::kA).Answers(), ElementsAre("A 11.0.0.1"));
  EXPECT_THAT(Ask(Below("p2a000000000000000000000000000001"), DnsType::kAaaa).Answers(), ElementsAre("AAAA 2a00::1"));
  EXPECT_EQ(Ask(Below("p0b000001"), DnsType::kAaaa).rcode, kNoError);
  EXPECT_THAT(Ask(Below("_hearsay._udp.worker"), DnsType::kSrv).answer, SizeIs(2));
  EXPECT_EQ(Ask(Below("_hearsay._udp.nobody"), DnsType::kSrv).rcode, kNxDomain);
}

TEST_F(ZoneTest, APrivateAddressHasANameOnlyWhileItIsAPeers) {
  EXPECT_EQ(Ask(Below("p08080808"), DnsType::kA).rcode, kNoError);
  EXPECT_EQ(Ask(Below("p7f000001"), DnsType::kA).rcode, kNxDomain);
  EXPECT_EQ(Ask(Below("p0a000001"), DnsType::kA).rcode, kNxDomain);
  EXPECT_EQ(Ask(Below("p00000000000000000000ffff0a000001"), DnsType::kA).rcode, kNxDomain);
  Set({MakeGoodPeer("10.0.0.1")});
  EXPECT_THAT(Ask(Below("p0a000001"), DnsType::kA).Answers(), ElementsAre("A 10.0.0.1"));
}

TEST_F(ZoneTest, TextsAreSignedForTheNameThatWasAsked) {
  Set({MakeGoodPeer("11.0.0.1:99", Role::kWorker)});
  const auto open = [&](const std::string& asked, const SeedEntryScope& scope) {
    const SeenReply reply = Ask(asked, DnsType::kTxt);
    EXPECT_THAT(reply.answer, SizeIs(1));
    const std::string quoted = reply.answer.empty() ? "" : reply.answer[0].data;
    return OpenSeedEntry(quoted.substr(1, quoted.size() - 2), scope, seed_.id(), kNow);
  };
  const auto entry = open("SEED.example.net", {"test", "seed.example.net"});
  ASSERT_TRUE(entry) << entry.error();
  EXPECT_EQ(entry->endpoint.ToString(), "11.0.0.1:99");
  EXPECT_EQ(entry->id, MakeGoodPeer("11.0.0.1:99").id);
  EXPECT_GE(entry->expires, kNow + std::chrono::minutes{30});
  EXPECT_TRUE(open(Below("worker"), {"test", "worker.seed.example.net"}));
  EXPECT_FALSE(open(Below("worker"), {"test", "seed.example.net"}));
  EXPECT_FALSE(open(std::string(kZone), {"other", "seed.example.net"}));
}

TEST_F(ZoneTest, AnEntryIsSignedAnewBeforeItExpires) {
  Set({MakeGoodPeer("11.0.0.1")});
  std::set<std::string> texts;
  for (Time t = kNow; t < kNow + std::chrono::hours{2}; t += std::chrono::minutes{1}) {
    const auto answer = zone_.Answer(MakeQuery(kZone, DnsType::kTxt), DnsTransport::kUdp, t, rng_);
    const std::string quoted = ReadDnsReply(answer->wire)->answer.at(0).data;
    const std::string text = quoted.substr(1, quoted.size() - 2);
    texts.insert(text);
    EXPECT_TRUE(OpenSeedEntry(text, {"test", std::string(kZone)}, seed_.id(), t + std::chrono::minutes{29}));
  }
  EXPECT_LE(texts.size(), 5u) << "and not for every answer";
}

// More names and peers than signatures are kept of: a flood of questions costs so many signatures a second, and each is
// still answered with entries that are good.
TEST_F(ZoneTest, AFloodOfTextQuestionsCostsFewSignatures) {
  std::vector<GoodPeer> peers;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    peers.push_back(MakeGoodPeer(IpAddress::V4(0x0b000001 + (i % 200 << 16) + i / 200).ToString()));
    peers.back().attributes["k" + std::to_string(i % 8)] = "v";
  }
  Set(std::move(peers));
  std::uint64_t answers = 0;
  Time now = kNow;
  for (; now < kNow + std::chrono::seconds{10}; now += std::chrono::milliseconds{5}) {
    const std::string name = "k" + std::to_string(answers % 8) + ".has." + std::string(kZone);
    const auto answer = zone_.Answer(MakeQuery(name, DnsType::kTxt), DnsTransport::kTcp, now, rng_);
    const auto reply = ReadDnsReply(answer->wire);
    ASSERT_THAT(reply->answer, SizeIs(16)) << "answer " << answers;
    ++answers;
    if (answers % 100 != 0) continue;
    const std::string quoted = reply->answer[0].data;
    ASSERT_TRUE(OpenSeedEntry(quoted.substr(1, quoted.size() - 2), {"test", name}, seed_.id(), now));
  }
  EXPECT_EQ(answers, 2000u);
  // The first second's worth, what comes in ten more, and an answer's worth a minute for each name.
  EXPECT_LE(zone_.signatures(), 11 * EntrySigner::kSignaturesPerSecond + 8 * 16);
  EXPECT_GE(zone_.signatures(), 10 * EntrySigner::kSignaturesPerSecond) << "and they are as fresh as that allows";
}

TEST_F(ZoneTest, ATextNamesNobodyWhoHasLeftHoweverManyAsk) {
  std::vector<GoodPeer> peers = SpreadPeers(16);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    peers.push_back(MakeGoodPeer(IpAddress::V4(0x0b000002 + (i % 16 << 16) + i / 16).ToString()));
  }
  Set(std::move(peers));
  for (int i = 0; i < 100; ++i) Ask(kZone, DnsType::kTxt, {}, DnsTransport::kTcp);
  ASSERT_LT(zone_.signatures(), 100 * 16u) << "the last answers were an earlier one's";
  Set(SpreadPeers(3));
  for (int i = 0; i < 100; ++i) {
    const SeenReply reply = Ask(kZone, DnsType::kTxt, {}, DnsTransport::kTcp);
    ASSERT_THAT(reply.answer, SizeIs(3));
    for (const std::string& text : reply.Answers()) EXPECT_THAT(text, testing::ContainsRegex("@11\\.[0-2]\\.0\\.1:"));
  }
}

TEST_F(ZoneTest, WhatDoesNotFitGoesByTcp) {
  Set(SpreadPeers(40));
  const SeenReply plain = Ask(kZone, DnsType::kTxt);
  EXPECT_TRUE(plain.truncated) << "512 bytes hold two entries";
  const SeenReply edns = Ask(kZone, DnsType::kTxt, {.edns_size = 4096});
  EXPECT_FALSE(edns.truncated);
  EXPECT_THAT(edns.answer, SizeIs(testing::AllOf(testing::Ge(4u), testing::Le(16u))));
  EXPECT_EQ(edns.edns_size, 1232);
  const SeenReply tcp = Ask(kZone, DnsType::kTxt, {}, DnsTransport::kTcp);
  EXPECT_FALSE(tcp.truncated);
  EXPECT_THAT(tcp.answer, SizeIs(16));
  const SeenReply small = Ask(kZone, DnsType::kTxt, {.edns_size = 100});
  EXPECT_TRUE(small.truncated) << "less than 512 means 512";
  EXPECT_FALSE(Ask(Below("_hearsay._udp"), DnsType::kSrv).truncated);
  EXPECT_THAT(Ask(Below("_hearsay._udp"), DnsType::kSrv, {}, DnsTransport::kTcp).answer, SizeIs(16));
}

TEST_F(ZoneTest, AnswersRepeatTheLettersThatWereAsked) {
  Set({MakeGoodPeer("11.0.0.1")});
  const SeenReply reply = Ask("sEEd.EXAMPLE.nET", DnsType::kA);
  EXPECT_EQ(reply.question, "sEEd.EXAMPLE.nET.");
  EXPECT_EQ(reply.answer.at(0).owner, "sEEd.EXAMPLE.nET.");
  EXPECT_EQ(Ask("NOBODY.sEEd.EXAMPLE.nET", DnsType::kA).question, "NOBODY.sEEd.EXAMPLE.nET.");
  EXPECT_THAT(Ask("_HEARSAY._UDP.sEEd.EXAMPLE.nET", DnsType::kSrv).additional, SizeIs(1));
}

TEST_F(ZoneTest, AnyIsAnsweredWithOneSmallRecord) {
  Set(SpreadPeers(40));
  EXPECT_THAT(Ask(kZone, DnsType::kAny).Answers(), ElementsAre("HINFO \"RFC8482\" \"\""));
  EXPECT_EQ(Ask(Below("nobody"), DnsType::kAny).rcode, kNxDomain);
}

TEST_F(ZoneTest, OtherZonesClassesAndTransfersAreRefused) {
  EXPECT_EQ(Ask("example.net", DnsType::kA).rcode, kRefused);
  EXPECT_EQ(Ask("notseed.example.net", DnsType::kA).rcode, kRefused);
  EXPECT_EQ(Ask("version.bind", DnsType::kTxt, {.dns_class = 3}).rcode, kRefused);
  EXPECT_EQ(Ask(kZone, DnsType::kA, {.dns_class = 255}).rcode, kRefused);
  const SeenReply transfer = Ask(kZone, DnsType::kAxfr, {}, DnsTransport::kTcp);
  EXPECT_EQ(transfer.rcode, kRefused);
  EXPECT_FALSE(transfer.authoritative);
  EXPECT_EQ(kind_, AnswerKind::kError);
  EXPECT_EQ(Ask("", DnsType::kNs).rcode, kRefused);
}

TEST_F(ZoneTest, UnknownOpcodesAndEdnsVersionsAreSaidSo) {
  EXPECT_EQ(Ask(kZone, DnsType::kA, {.flags = 0x2000}).rcode, kNotImp);  // NOTIFY
  EXPECT_EQ(Ask(kZone, DnsType::kA, {.flags = 0x2800}).rcode, kNotImp);  // UPDATE
  const SeenReply reply = Ask(kZone, DnsType::kA, {.edns_size = 1232, .edns_version = 1});
  EXPECT_EQ(reply.rcode, kBadVers);
  EXPECT_TRUE(reply.edns);
  EXPECT_THAT(reply.answer, IsEmpty());
}

TEST_F(ZoneTest, MalformedQueriesAreFormErrOrSilence) {
  const auto rcode = [&](const Bytes& query) {
    const auto answer = Send(query);
    if (!answer) return 99u;
    EXPECT_EQ(answer->wire[0], query[0]);
    EXPECT_EQ(answer->wire[1], query[1]);
    return std::to_integer<unsigned>(answer->wire[3]) & 15;
  };
  const Bytes good = MakeQuery(kZone, DnsType::kA);
  EXPECT_EQ(rcode(Bytes(good.begin(), good.begin() + 11)), 99u) << "no header";
  EXPECT_EQ(rcode(Bytes(good.begin(), good.begin() + 12)), kFormErr);
  EXPECT_EQ(rcode(Bytes(good.begin(), good.end() - 3)), kFormErr);
  Bytes two = good;
  two[5] = std::byte{2};
  EXPECT_EQ(rcode(two), kFormErr);
  Bytes none(good.begin(), good.begin() + 12);
  none[5] = std::byte{0};
  EXPECT_EQ(rcode(none), kFormErr);
  Bytes loop = none;  // a name that points to itself
  loop[5] = std::byte{1};
  for (const int b : {0xc0, 0x0c, 0, 1, 0, 1}) loop.push_back(static_cast<std::byte>(b));
  EXPECT_EQ(rcode(loop), kFormErr);
  Bytes labelled = none;  // labels, then a pointer to the first of them
  labelled[5] = std::byte{1};
  for (const int b : {1, 0x61, 1, 0x62, 0xc0, 0x0c, 0, 1, 0, 1}) labelled.push_back(static_cast<std::byte>(b));
  EXPECT_EQ(rcode(labelled), kFormErr);
  Bytes endless = none;  // 256 bytes of labels
  endless[5] = std::byte{1};
  for (int i = 0; i < 127; ++i) endless.insert(endless.end(), {std::byte{1}, std::byte{'a'}});
  endless.insert(endless.end(), {std::byte{1}, std::byte{'a'}, std::byte{0}});
  endless.insert(endless.end(), good.end() - 4, good.end());
  EXPECT_EQ(rcode(endless), kFormErr);
  Bytes pointing = MakeQuery(kZone, DnsType::kA, {.edns_size = 1232});  // OPT's owner points to the question's root
  const auto owner = pointing.end() - 11;
  *owner = static_cast<std::byte>(good.size() - 5);
  pointing.insert(owner, std::byte{0xc0});
  EXPECT_EQ(rcode(pointing), kFormErr);
  for (const int count : {7, 9}) {
    Bytes more = good;
    more[count] = std::byte{1};
    EXPECT_EQ(rcode(more), kFormErr) << "a record where a query has none";
  }
  Bytes other = MakeQuery(kZone, DnsType::kA, {.edns_size = 1232});
  other[other.size() - 9] = std::byte{250};
  EXPECT_EQ(rcode(other), kFormErr) << "TSIG: nobody shares a key with a seed";
  Bytes twice = MakeQuery(kZone, DnsType::kA, {.edns_size = 1232});
  twice.insert(twice.end(), twice.end() - 11, twice.end());
  twice[11] = std::byte{2};
  EXPECT_EQ(rcode(twice), kFormErr) << "RFC 6891 section 6.1.1: one OPT";
  Bytes response = good;
  response[2] |= std::byte{0x80};
  EXPECT_EQ(rcode(response), 99u) << "an answer is not answered";
  Bytes large = good;
  large.resize(513);
  EXPECT_EQ(rcode(large), 99u);
}

// 170 us each before, in ldns; a hundredth of that now. The bound leaves room for a slow machine.
TEST_F(ZoneTest, AHostileQueryCostsNoMoreThanAnHonestOne) {
  Set(SpreadPeers(40));
  Bytes loop = MakeQuery(".", DnsType::kA);
  loop.insert(loop.begin() + 12, std::byte{0xc0});
  loop[13] = std::byte{0x0c};
  const Bytes honest = MakeQuery(kZone, DnsType::kA);
  const auto cost = [&](const Bytes& query) {
    const std::clock_t begin = std::clock();
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(Send(query));
    return std::clock() - begin;
  };
  cost(honest);
  EXPECT_LE(cost(loop), cost(honest) + CLOCKS_PER_SEC / 1000);
}

TEST_F(ZoneTest, TruncatedToTheQuestionItSendsClientsToTcp) {
  Set(SpreadPeers(20));
  const auto answer = Send(MakeQuery(kZone, DnsType::kA, {.edns_size = 1232}));
  const auto reply = ReadDnsReply(TruncateDnsReply(answer->wire));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->truncated);
  EXPECT_EQ(reply->question, "seed.example.net.");
  EXPECT_THAT(reply->answer, IsEmpty());
}

TEST(ZoneConfig, WrongSettingsAreNamed) {
  const Identity seed(ByteArray<32>{});
  const auto error = [&](ZoneConfig config) {
    const auto zone = Zone::Make(config, seed);
    return zone ? std::string("made") : zone.error();
  };
  const ZoneConfig::NameServer ns{"ns.example.org", {}};
  EXPECT_EQ(error({.zone = "seed.example.net.", .network = "n", .name_servers = {ns}}), "made");
  EXPECT_THAT(error({.zone = "a b", .network = "n", .name_servers = {ns}}), HasSubstr("zone 'a b'"));
  EXPECT_THAT(error({.zone = "s.net", .network = "n", .name_servers = {}}), HasSubstr("no name server"));
  EXPECT_THAT(error({.zone = "s.net", .network = "n", .name_servers = {{"ns.s.net", {}}}}), HasSubstr("an address"));
  EXPECT_THAT(error({.zone = "s.net", .network = "n", .name_servers = {{"a.ns.s.net", {}}}}), HasSubstr("one label"));
  EXPECT_THAT(error({.zone = "s.net", .network = "n", .name_servers = {{"worker.s.net", {}}}}), HasSubstr("filter"));
  ZoneConfig slow{.zone = "s.net", .network = "n", .name_servers = {ns}, .ttl = std::chrono::seconds{901}};
  EXPECT_THAT(error(slow), HasSubstr("ttl 901"));
}

}  // namespace
}  // namespace hearsay
