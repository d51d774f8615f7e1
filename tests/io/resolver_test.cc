// SPDX-License-Identifier: MIT
//
// Resolver and DnsClient against a name server of the test's own.
#include "node/io/resolver.h"

#include <gmock/gmock.h>

#include "node/io/clock.h"
#include "node/io/seed_entry.h"
#include "tests/io/dns_responder.h"
#include "tests/io/http_responder.h"
#include "tests/io/loop.h"
#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string kId(64, 'a');

class ResolverTest : public testing::Test {
 protected:
  Resolver& resolver() {
    if (!resolver_) {
      Resolver::Config config;
      config.network = "test";
      config.dns_servers = dns_.address();
      config.on_notice = [this](const std::string& entry, const std::string& text) {
        notices_.push_back(entry + ": " + text);
      };
      resolver_ = std::make_unique<Resolver>(io_, std::move(config));
    }
    return *resolver_;
  }
  Result<Resolver::Contacts> Lookup(const std::string& text) {
    std::optional<Result<Resolver::Contacts>> result;
    resolver().Lookup(text, [&](Result<Resolver::Contacts> contacts) { result = std::move(contacts); });
    EXPECT_TRUE(RunUntil(io_, [&] { return result.has_value(); })) << text;
    return result.value_or(tl::unexpected<std::string>("no answer"));
  }
  std::vector<std::string> Endpoints(const std::string& text) {
    const auto contacts = Lookup(text);
    if (!contacts) return {contacts.error()};
    std::vector<std::string> out;
    for (const auto& contact : *contacts) out.push_back(contact.endpoint.ToString());
    return out;
  }

  // An entry of the seed's for "seed.test".
  std::string Signed(const std::string& endpoint, std::chrono::seconds lifetime = std::chrono::hours{1}) const {
    const SeedEntry entry{*Endpoint::Parse(endpoint), *NodeId::Parse(kId), SystemClock{}.Now() + lifetime};
    return SignSeedEntry(entry, {"test", "seed.test"}, seed_);
  }
  std::string Pinned() const { return "dns:Seed.test#key=" + seed_.id().ToString(); }

  const Identity seed_{ByteArray<32>{}};
  asio::io_context io_;
  DnsResponder dns_{io_};
  TemporaryFolder dir_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<std::string> notices_;
};

TEST_F(ResolverTest, AnEndpointIsItselfAndKeepsItsPin) {
  const auto contacts = Lookup(kId + "@127.0.0.1:7000");
  ASSERT_TRUE(contacts) << contacts.error();
  ASSERT_THAT(*contacts, SizeIs(1));
  EXPECT_EQ(contacts->front().endpoint.ToString(), "127.0.0.1:7000");
  EXPECT_EQ(contacts->front().pin, NodeId::Parse(kId));
  EXPECT_EQ(dns_.queries(), 0u);
}

TEST_F(ResolverTest, AHostIsAllItsAddresses) {
  dns_.Set("seed.test", {*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("10.0.0.2"), *IpAddress::Parse("fd00::1")});
  EXPECT_THAT(Endpoints("seed.test:7001"), UnorderedElementsAre("10.0.0.1:7001", "10.0.0.2:7001", "[fd00::1]:7001"));
  EXPECT_THAT(Endpoints("seed.test"), UnorderedElementsAre("10.0.0.1:7075", "10.0.0.2:7075", "[fd00::1]:7075"));
  EXPECT_THAT(Endpoints("dns:seed.test"), UnorderedElementsAre("10.0.0.1:7075", "10.0.0.2:7075", "[fd00::1]:7075"));
}

TEST_F(ResolverTest, AHostIsAskedForAtEveryUse) {
  dns_.Set("seed.test", {*IpAddress::Parse("10.0.0.1")});
  EXPECT_THAT(Endpoints("seed.test:1"), ElementsAre("10.0.0.1:1"));
  dns_.Set("seed.test", {*IpAddress::Parse("10.0.0.9")});
  EXPECT_THAT(Endpoints("seed.test:1"), ElementsAre("10.0.0.9:1"));
}

TEST_F(ResolverTest, TheHostsFileIsHonoured) {
  EXPECT_THAT(Endpoints("localhost:7001"), testing::Contains("127.0.0.1:7001"));
  EXPECT_EQ(dns_.queries(), 0u);
}

TEST_F(ResolverTest, AnUnknownHostIsOneLineForPeople) {
  const auto contacts = Lookup("nowhere.test:7001");
  ASSERT_FALSE(contacts);
  EXPECT_THAT(contacts.error(), HasSubstr("no such host"));
  EXPECT_EQ(resolver().counters().failures, 1u);
}

TEST_F(ResolverTest, ASilentNameServerCostsTwoSeconds) {
  const auto begin = std::chrono::steady_clock::now();
  const auto contacts = Lookup("silent.test:7001");
  ASSERT_FALSE(contacts);
  EXPECT_THAT(contacts.error(), HasSubstr("in time"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{4});
}

TEST_F(ResolverTest, ManyLookupsAtOnceAllEnd) {
  dns_.Set("seed.test", {*IpAddress::Parse("10.0.0.1")});
  std::size_t good = 0;
  std::size_t bad = 0;
  for (int i = 0; i < 200; ++i) {
    resolver().Lookup(i % 2 == 0 ? "seed.test:1" : "nowhere.test:1",
                      [&](const Result<Resolver::Contacts>& contacts) { ++(contacts ? good : bad); });
  }
  ASSERT_TRUE(RunUntil(io_, [&] { return good + bad == 200; }));
  EXPECT_EQ(good, 100u);
}

TEST_F(ResolverTest, AFileIsReadAgainAtEveryUse) {
  const std::string path = dir_.Write("peers", "127.0.0.1:7001\n" + kId + "@127.0.0.1:7002  # pinned\n");
  const auto contacts = Lookup("file:" + path);
  ASSERT_TRUE(contacts) << contacts.error();
  ASSERT_THAT(*contacts, SizeIs(2));
  EXPECT_EQ((*contacts)[1].pin, NodeId::Parse(kId));
  dir_.Write("peers", "127.0.0.1:7009\n");
  EXPECT_THAT(Endpoints("file:" + path), ElementsAre("127.0.0.1:7009"));
}

TEST_F(ResolverTest, AFileMayHoldWhatAServerServes) {
  const std::string json = R"({"schema":1,"peers":[{"endpoint":"127.0.0.1:7009"}]})";
  EXPECT_THAT(Endpoints("file:" + dir_.Write("peers.json", json)), ElementsAre("127.0.0.1:7009"));
}

TEST_F(ResolverTest, AFileThatIsMissingOrWrongIsNamed) {
  const auto missing = Lookup("file:" + dir_.path() + "/missing");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), HasSubstr("/missing"));
  const auto wrong = Lookup("file:" + dir_.Write("wrong", "127.0.0.1:7001\nwhat is this\n"));
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error(), HasSubstr("/wrong"));
  EXPECT_THAT(wrong.error(), testing::Not(HasSubstr("\n")));
}

TEST_F(ResolverTest, OneBadHostOfAListIsSaidOnceAndTheOthersAreUsed) {
  dns_.Set("good.test", {*IpAddress::Parse("10.0.0.1")});
  const std::string entry = "file:" + dir_.Write("peers", "good.test:1\nnowhere.test:1\n127.0.0.1:7001\n");
  EXPECT_THAT(Endpoints(entry), UnorderedElementsAre("10.0.0.1:1", "127.0.0.1:7001"));
  EXPECT_THAT(Endpoints(entry), SizeIs(2));
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("nowhere.test")));
  EXPECT_EQ(resolver().counters().part_failures, 2u);
  dns_.Set("nowhere.test", {*IpAddress::Parse("10.0.0.2")});
  EXPECT_THAT(Endpoints(entry), SizeIs(3));
  dns_.Set("nowhere.test", {});
  EXPECT_THAT(Endpoints(entry), SizeIs(2));
  EXPECT_THAT(notices_, SizeIs(2));
}

TEST_F(ResolverTest, AListOverHttpGivesItsEndpointsWithPins) {
  HttpResponder web(io_);
  web.SetBody("/peers.json",
              R"({"schema":1,"network":"test","peers":[{"endpoint":"127.0.0.1:7001","node_id":")" + kId +
                  R"("},{"endpoint":"127.0.0.1:7001"},{"endpoint":"127.0.0.1:7002"}]})");
  const auto contacts = Lookup(web.Url("/peers.json"));
  ASSERT_TRUE(contacts) << contacts.error();
  ASSERT_THAT(*contacts, SizeIs(2)) << "an endpoint that is listed twice is one contact";
  EXPECT_EQ((*contacts)[0].pin, NodeId::Parse(kId));
}

TEST_F(ResolverTest, APinnedSeedsNameIsTheEntriesThatItSigned) {
  dns_.SetTexts("Seed.test", {Signed("127.0.0.1:7001")});
  dns_.Set("Seed.test", {*IpAddress::Parse("10.6.6.6")});
  const auto contacts = Lookup(Pinned());
  ASSERT_TRUE(contacts) << contacts.error();
  ASSERT_THAT(*contacts, SizeIs(1)) << "its A records are nobody's word";
  EXPECT_EQ(contacts->front().endpoint.ToString(), "127.0.0.1:7001");
  EXPECT_EQ(contacts->front().pin, NodeId::Parse(kId));
  EXPECT_THAT(notices_, SizeIs(0));
}

TEST_F(ResolverTest, ASpoofedAnswerCannotChooseThePeersOfWhoHasAPinnedKey) {
  std::string tampered = Signed("127.0.0.1:7001");
  tampered.replace(tampered.find("127.0.0.1"), 9, "127.0.0.9");
  const std::pair<std::string, std::string> wrong[] = {
      {tampered, "not signed by the pinned key"},
      {Signed("127.0.0.1:7001", -std::chrono::hours{1}), "expired"},
      {"v=spf1 -all", "'hearsay1'"},
  };
  dns_.Set("Seed.test", {*IpAddress::Parse("10.6.6.6")});
  for (const auto& [text, why] : wrong) {
    dns_.SetTexts("Seed.test", {text});
    const auto contacts = Lookup(Pinned());
    ASSERT_FALSE(contacts) << text;
    EXPECT_THAT(contacts.error(), HasSubstr(why));
  }
  dns_.SetTexts("Seed.test", {tampered, Signed("127.0.0.1:7002")});
  EXPECT_THAT(Endpoints(Pinned()), ElementsAre("127.0.0.1:7002"));
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("not signed by the pinned key")));
  dns_.SetTexts("Seed.test", {});
  EXPECT_THAT(Lookup(Pinned()).error(), HasSubstr("no TXT record"));
}

TEST_F(ResolverTest, DestroyingItForgetsWhatIsUnderWay) {
  HttpResponder web(io_);
  web.SetSilent("/silent");
  bool called = false;
  for (const std::string& text : {std::string("silent.test:1"), web.Url("/silent"), std::string("127.0.0.1:1")}) {
    resolver().Lookup(text, [&](const Result<Resolver::Contacts>&) { called = true; });
  }
  ASSERT_TRUE(RunUntil(io_, [&] { return web.requests() == 1 && dns_.queries() > 0; }));
  called = false;  // the plain endpoint has answered
  const auto begin = std::chrono::steady_clock::now();
  resolver_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{900});
  io_.restart();
  io_.poll();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace hearsay
