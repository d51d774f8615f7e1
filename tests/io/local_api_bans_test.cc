// SPDX-License-Identifier: MIT
//
// The ban list over the local API: what a request may say, and who may change anything.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "node/io/ban_setting.h"
#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

struct FakeControl final : NodeControl {
  tl::expected<void, BanRefusal> Ban(const BanEntry& ban) override {
    banned.push_back(ban);
    return answer;
  }
  tl::expected<void, BanRefusal> Unban(const BanSubject& subject) override {
    unbanned.push_back(subject);
    return answer;
  }
  tl::expected<void, BanRefusal> answer;
  std::vector<BanEntry> banned;
  std::vector<BanSubject> unbanned;
};

class LocalApiBans : public ApiFixture {
 protected:
  void StartUnix() { StartApi({.address = Unix(MakeScratch() + "/api.sock"), .control = &control}); }
  HttpResponse Change(std::string_view method, std::string_view target, std::string_view token = {}) {
    auto client = HttpClient::Connect(address, kPatience);
    if (!client) return {.status = 0, .body = client.error()};
    auto response = client->Ask({.method = method, .target = target, .token = token}, kPatience);
    return response ? *response : HttpResponse{.status = 0, .body = response.error()};
  }

  FakeControl control;
};

TEST_F(LocalApiBans, AreListedWithEveryKey) {
  node.bans = {*ParseBanSetting("203.0.113.0/24 until 2199-01-01T00:00:00Z because it scans us"),
               {.subject = TestId(7), .reason = {}, .created = node.started_at}};
  StartUnix();
  const json bans = json::parse(Get("/v1/bans").body).at("bans");
  EXPECT_EQ(bans.at(0), json({{"subject", "203.0.113.0/24"},
                              {"kind", "prefix"},
                              {"reason", "it scans us"},
                              {"source", "settings"},
                              {"created", nullptr},
                              {"expires", "2199-01-01T00:00:00.000Z"}}));
  EXPECT_EQ(bans.at(1).at("kind"), "node_id");
  EXPECT_EQ(bans.at(1).at("subject"), TestId(7).ToString());
  EXPECT_EQ(bans.at(1).at("source"), "command");
  EXPECT_TRUE(bans.at(1).at("expires").is_null());
  EXPECT_EQ(Get("/v1/bans?subject=x").status, 400);
}

TEST_F(LocalApiBans, AreMadeAndLiftedOverAUnixSocket) {
  StartUnix();
  const HttpResponse made = Change("POST", "/v1/bans?subject=203.0.113.0%2F24&seconds=60&reason=too%20loud");
  EXPECT_EQ(made.status, 200) << made.body;
  ASSERT_EQ(control.banned.size(), 1u);
  EXPECT_EQ(BanSubjectText(control.banned[0].subject), "203.0.113.0/24");
  EXPECT_EQ(control.banned[0].reason, "too loud");
  EXPECT_EQ(control.banned[0].created, node.now);
  EXPECT_EQ(control.banned[0].expires, node.now + seconds{60});
  EXPECT_EQ(json::parse(made.body).at("subject"), "203.0.113.0/24");
  EXPECT_EQ(Change("DELETE", "/v1/bans/203.0.113.0/24").status, 200);
  EXPECT_EQ(Change("DELETE", "/v1/bans/2001%3Adb8%3A%3A%2F32").status, 200);
  ASSERT_EQ(control.unbanned.size(), 2u);
  EXPECT_EQ(BanSubjectText(control.unbanned[1]), "2001:db8::/32");
}

// Tables show eight digits of an id, so eight must do where they mean one node.
TEST_F(LocalApiBans, TakeTheFirstDigitsOfAKnownNodesId) {
  const NodeId peer = TestId(7);
  const NodeId banned = TestId(9);
  node.peers = {TestPeer(7, PeerState::kActive, {})};
  node.bans = {{.subject = banned, .reason = {}, .created = node.started_at}};
  StartUnix();
  const HttpResponse made = Change("POST", "/v1/bans?subject=" + peer.ToString().substr(0, 8));
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(json::parse(made.body).at("subject"), peer.ToString());
  const HttpResponse lifted = Change("DELETE", "/v1/bans/" + banned.ToString().substr(0, 12));
  EXPECT_EQ(json::parse(lifted.body).at("unbanned"), banned.ToString());
  EXPECT_EQ(Change("POST", "/v1/bans?subject=" + TestId(8).ToString().substr(0, 8)).status, 404);
  EXPECT_EQ(Change("POST", "/v1/bans?subject=" + peer.ToString().substr(0, 7)).status, 400);
  ASSERT_EQ(control.banned.size(), 1u);
  EXPECT_EQ(control.banned[0].subject, BanSubject(peer));
  ASSERT_EQ(control.unbanned.size(), 1u);
  EXPECT_EQ(control.unbanned[0], BanSubject(banned));
}

TEST_F(LocalApiBans, RefuseWhatIsNotUnderstood) {
  StartUnix();
  const auto refused = [this](std::string_view method, std::string_view target) {
    const HttpResponse response = Change(method, target);
    return std::to_string(response.status) + " " + json::parse(response.body).value("error", "");
  };
  EXPECT_THAT(refused("POST", "/v1/bans"), StartsWith("400 no subject"));
  EXPECT_THAT(refused("POST", "/v1/bans?subject=here"), StartsWith("400 subject 'here' is no node id"));
  EXPECT_THAT(refused("POST", "/v1/bans?subject=10.0.0.1&seconds=0"), StartsWith("400 seconds '0': give 1 to"));
  EXPECT_THAT(refused("POST", "/v1/bans?subject=10.0.0.1&seconds=1h"), StartsWith("400 seconds"));
  EXPECT_THAT(refused("POST", "/v1/bans?subject=10.0.0.1&reason=%1b[2J"), StartsWith("400 reason"));
  EXPECT_THAT(refused("POST", "/v1/bans?subject=10.0.0.1&subject=10.0.0.2"),
              StartsWith("400 subject '10.0.0.2' is one too many"));
  EXPECT_THAT(refused("POST", "/v1/bans?subject=10.0.0.1&for=1h"), StartsWith("400 unknown parameter 'for'"));
  EXPECT_THAT(refused("DELETE", "/v1/bans/10.0.0.1/24"), StartsWith("400 subject '10.0.0.1/24' has address bits"));
  EXPECT_THAT(refused("DELETE", "/v1/bans"), StartsWith("405"));
  EXPECT_THAT(refused("POST", "/v1/peers"), StartsWith("405"));
  EXPECT_TRUE(control.banned.empty() && control.unbanned.empty());
}

TEST_F(LocalApiBans, SayWhyTheNodeRefused) {
  StartUnix();
  OnLoop([this] { api->SetBansSaidIn("/etc/node.yaml"); });
  const auto why = [this](BanRefusal refusal, std::string_view method, std::string_view target) {
    OnLoop([&] { control.answer = tl::unexpected(refusal); });
    const HttpResponse response = Change(method, target);
    return std::to_string(response.status) + " " + json::parse(response.body).value("error", "");
  };
  EXPECT_THAT(why(BanRefusal::kFull, "POST", "/v1/bans?subject=10.0.0.1"),
              HasSubstr("409 10.0.0.1 is not banned: the list"));
  EXPECT_THAT(why(BanRefusal::kSelf, "POST", "/v1/bans?subject=10.0.0.1"), HasSubstr("409 10.0.0.1 is this node"));
  EXPECT_THAT(why(BanRefusal::kSettings, "DELETE", "/v1/bans/10.0.0.1"),
              HasSubstr("409 10.0.0.1 is banned by the settings, in /etc/node.yaml; take it out"));
  EXPECT_THAT(why(BanRefusal::kUnknown, "DELETE", "/v1/bans/10.0.0.1"), HasSubstr("404 10.0.0.1 is not banned"));
}

TEST_F(LocalApiBans, WarnOfTheSettingsAndOfAStoreThatTakesNothing) {
  StartUnix();
  EXPECT_TRUE(json::parse(Change("POST", "/v1/bans?subject=10.0.0.1").body).at("warning").is_null());
  EXPECT_TRUE(json::parse(Change("DELETE", "/v1/bans/10.0.0.1").body).at("warning").is_null());
  OnLoop([this] {
    node.bans = {*ParseBanSetting("10.0.0.1 until 2199-01-01T00:00:00Z")};
    api->SetBansSaidIn("/etc/node.yaml");
    api->SetUnhealthy("the store cannot be written: disk full");
  });
  EXPECT_EQ(json::parse(Change("POST", "/v1/bans?subject=10.0.0.1&seconds=60").body).at("warning"),
            "the settings, in /etc/node.yaml, ban it until 2199-01-01T00:00:00.000Z; that goes when it is taken out of "
            "`bans` there; the store cannot be written: disk full: so this ban holds until the node stops");
  EXPECT_THAT(json::parse(Change("DELETE", "/v1/bans/10.0.0.1").body).at("warning").get<std::string>(),
              StartsWith("the settings, in /etc/node.yaml, ban it until"));
}

TEST_F(LocalApiBans, OverTcpAreOnlyReadWithoutAToken) {
  StartApi({.control = &control});
  EXPECT_EQ(Get("/v1/bans").status, 200);
  EXPECT_EQ(Change("POST", "/v1/bans?subject=10.0.0.1").status, 403);
  EXPECT_EQ(Change("POST", "/v1/bans?subject=10.0.0.1", "0123456789abcdef").status, 403);
  EXPECT_EQ(Change("DELETE", "/v1/bans/10.0.0.1").status, 403);
  EXPECT_TRUE(control.banned.empty() && control.unbanned.empty());
}

TEST_F(LocalApiBans, OverTcpAreChangedByWhoeverHoldsTheToken) {
  StartApi({.token = ApiToken("0123456789abcdef"), .control = &control});
  EXPECT_EQ(Change("POST", "/v1/bans?subject=10.0.0.1").status, 401);
  EXPECT_EQ(Change("POST", "/v1/bans?subject=10.0.0.1", "0123456789abcdeF").status, 401);
  EXPECT_EQ(Change("POST", "/v1/bans?subject=10.0.0.1", "0123456789abcde").status, 401);
  EXPECT_TRUE(control.banned.empty());
  EXPECT_EQ(Change("POST", "/v1/bans?subject=10.0.0.1", "0123456789abcdef").status, 200);
  EXPECT_EQ(control.banned.size(), 1u);
  const std::string asked =
      Ask("DELETE /v1/bans/10.0.0.1 HTTP/1.0\r\nHost: localhost\r\nAuthorization: Basic eA==\r\n\r\n");
  EXPECT_THAT(asked, StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(asked, HasSubstr("WWW-Authenticate: Bearer"));
}

TEST(BanSetting, ReadsBackAsItIsWritten) {
  for (const std::string text : {"203.0.113.0/24", "2001:db8::/32 until 2199-01-01T00:00:00.000000Z",
                                 "10.0.0.1 because it floods, until we call",
                                 "10.0.0.1 because until 2199-01-01T00:00:00Z it was fine",
                                 "10.0.0.1 until 2199-01-01T00:00:00.000000Z because loud"}) {
    const auto ban = ParseBanSetting(text);
    ASSERT_TRUE(ban) << text << " " << ban.error();
    EXPECT_EQ(FormatBanSetting(*ban), text);
    EXPECT_EQ(ban->source, BanSource::kSettings);
  }
}

TEST(BanSetting, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view text) { return ParseBanSetting(text).error(); };
  EXPECT_THAT(wrong(""), HasSubstr("is no node id"));
  EXPECT_THAT(wrong("10.0.0.1 until tomorrow"), HasSubstr("has no time behind 'until'"));
  EXPECT_THAT(wrong("10.0.0.1 it is loud"), HasSubstr("goes on where"));
  for (const std::string_view reason : {"it scans us until 2199-01-01T00:00:00Z", "until 2199-01-01T00:00:00+01:00"}) {
    EXPECT_THAT(wrong("10.0.0.1 because " + std::string(reason)), HasSubstr("write SUBJECT until TIME because REASON"));
  }
  EXPECT_THAT(wrong("10.0.0.1 because " + std::string(201, 'x')), HasSubstr("at most 200 bytes"));
}

}  // namespace
}  // namespace hearsay
