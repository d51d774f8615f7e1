// SPDX-License-Identifier: MIT
//
// Every route, and what the door refuses.
#include "node/io/local_api.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "node/io/local_api_address.h"
#include "node/io/local_api_guard.h"
#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class LocalApiTest : public ApiFixture {
 protected:
  void SetUp() override {
    node.peers = {TestPeer(1, PeerState::kActive, {{"service", "http"}, {"zone", "a"}}),
                  TestPeer(2, PeerState::kActive, {{"service", "http"}, {"zone", "b=c d"}}),
                  TestPeer(3, PeerState::kRetry, {})};
    node.peers[0].rtt = std::chrono::microseconds{1250};
    node.peers[2].last_error = "timeout";
    node.peers[2].next_retry = FromUnixSeconds(1'700'000'200);
  }
  std::vector<std::string> Ids(std::string_view target) {
    std::vector<std::string> ids;
    const HttpResponse response = Get(target);
    EXPECT_EQ(response.status, 200) << response.body;
    const json answer = json::parse(response.body);
    for (const json& peer : answer.at("peers")) ids.push_back(peer.at("node_id"));
    return ids;
  }
};

TEST_F(LocalApiTest, SaysThatItIsHealthyAndWhyNot) {
  node.status.view = 2;
  StartApi();
  HttpResponse response = Get("/healthz");
  EXPECT_EQ(response.status, 200);
  const json healthy = json::parse(response.body);
  EXPECT_EQ(healthy.at("node_id"), TestId(0xab).ToString());
  EXPECT_EQ(healthy.at("status"), "ok");
  EXPECT_EQ(healthy.at("view"), 2);
  OnLoop([this] { api->SetUnhealthy("leaving"); });
  response = Get("/healthz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json::parse(response.body).at("reason"), "leaving");
}

TEST_F(LocalApiTest, IsReadyWithAVerifiedPeerOrWithoutBootstrap) {
  StartApi();
  EXPECT_EQ(Get("/readyz").status, 503);
  OnLoop([this] { node.status.channels = 1; });
  EXPECT_EQ(Get("/readyz").status, 503) << "nobody is verified";
  OnLoop([this] { node.status.view = 1; });
  EXPECT_EQ(Get("/readyz").status, 200);
  OnLoop([this] {
    node.status.channels = node.status.view = 0;
    node.has_bootstrap = false;
  });
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(LocalApiTest, ServesTheStatusWithEveryKey) {
  node.counters.Add(Counter::kDialsStarted, 5);
  node.counters.Drop(Error::kBadCookie);
  StartApi();
  const json status = json::parse(Get("/v1/status").body);
  EXPECT_EQ(status.at("node_id"), TestId(0xab).ToString());
  EXPECT_EQ(status.at("network"), "test");
  EXPECT_EQ(status.at("closed"), false);
  EXPECT_EQ(status.at("listen"), json::array({"127.0.0.1:7075"}));
  EXPECT_EQ(status.at("api"), address.ToString());
  EXPECT_EQ(status.at("software"), "hearsay/test");
  EXPECT_EQ(status.at("started_at"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(status.at("uptime_seconds"), 100.5);
  EXPECT_EQ(status.at("boot_epoch"), 7);
  EXPECT_EQ(status.at("counters").at("dials_started"), 5);
  EXPECT_EQ(status.at("counters").at("store_batches"), 3);
  EXPECT_EQ(status.at("drops"), json({{"bad_cookie", 1}}));
  for (const char* key : {"own_endpoints", "view", "table", "heard", "dialling", "channels", "online_weight",
                          "online_weight_minimum", "duplicate_identities", "dial_failures"}) {
    EXPECT_TRUE(status.contains(key)) << key;
  }
}

TEST_F(LocalApiTest, ServesPeersWithNullForWhatIsNotKnown) {
  StartApi();
  const json peers = json::parse(Get("/v1/peers").body).at("peers");
  ASSERT_EQ(peers.size(), 3u);
  EXPECT_EQ(peers[0].at("rtt_ms"), 1.25);
  EXPECT_EQ(peers[0].at("state"), "active");
  EXPECT_EQ(peers[0].at("endpoint"), "127.0.0.1:7001");
  EXPECT_EQ(peers[0].at("attributes"), json({{"service", "http"}, {"zone", "a"}}));
  EXPECT_TRUE(peers[0].at("last_error").is_null());
  EXPECT_TRUE(peers[0].at("next_retry").is_null());
  EXPECT_TRUE(peers[2].at("rtt_ms").is_null());
  EXPECT_EQ(peers[2].at("last_error"), "timeout");
  EXPECT_EQ(peers[2].at("next_retry"), "2023-11-14T22:16:40.000Z");
  for (const char* key :
       {"in_view", "reachable", "first_seen", "last_seen", "software", "name", "role", "weight", "failures"}) {
    EXPECT_TRUE(peers[0].contains(key)) << key;
  }
}

TEST_F(LocalApiTest, FiltersPeersByEveryConditionAtOnce) {
  StartApi();
  const std::string one = TestId(1).ToString();
  const std::string two = TestId(2).ToString();
  const std::string three = TestId(3).ToString();
  EXPECT_THAT(Ids("/v1/peers?attribute=service%3Dhttp"), ElementsAre(one, two));
  EXPECT_THAT(Ids("/v1/peers?attribute=service=http&attribute=zone=b%3Dc%20d"), ElementsAre(two));
  EXPECT_THAT(Ids("/v1/peers?state=retry"), ElementsAre(three));
  EXPECT_THAT(Ids("/v1/peers?in_view=true"), ElementsAre(one, two));
  EXPECT_THAT(Ids("/v1/peers?in_view=true&attribute=zone=a"), ElementsAre(one));
  EXPECT_THAT(Ids("/v1/peers?attribute=zone=nowhere"), ElementsAre());
}

TEST_F(LocalApiTest, RefusesFiltersItDoesNotUnderstand) {
  StartApi();
  EXPECT_EQ(Get("/v1/peers?atribute=a=b").status, 400);
  EXPECT_EQ(Get("/v1/peers?attribute=novalue").status, 400);
  EXPECT_EQ(Get("/v1/peers?in_view=maybe").status, 400);
  const HttpResponse response = Get("/v1/peers?state=dead");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(json::parse(response.body).at("error").get<std::string>(), HasSubstr("dialling, verified, active"));
}

TEST_F(LocalApiTest, ServesOnePeer) {
  StartApi();
  EXPECT_EQ(json::parse(Get("/v1/peers/" + TestId(2).ToString()).body).at("attributes").at("zone"), "b=c d");
  EXPECT_EQ(Get("/v1/peers/" + TestId(9).ToString()).status, 404);
  EXPECT_EQ(Get("/v1/peers/nonsense").status, 400);
}

TEST_F(LocalApiTest, ReplacesInvalidUtf8InWhatPeersSay) {
  node.peers[0].name = "caf\xe9\"\\";
  StartApi();
  EXPECT_EQ(json::parse(Get("/v1/peers").body).at("peers")[0].at("name"), "caf\xef\xbf\xbd\"\\");
}

TEST_F(LocalApiTest, SaysWhatIsNotThereAndWhatIsNotAllowed) {
  StartApi();
  const HttpResponse missing = Get("/v2/status");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(json::parse(missing.body).at("error").get<std::string>(), HasSubstr("/v2/status"));
  const std::string post = Ask("POST /v1/status HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(post, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(post, HasSubstr("Allow: GET, HEAD"));
  EXPECT_THAT(post, HasSubstr("{\"error\":"));
}

TEST_F(LocalApiTest, AnswersHeadWithoutABody) {
  StartApi();
  for (const char* path : {"/v1/status", "/v1/events"}) {
    const std::string answer = Ask("HEAD " + std::string(path) + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200")) << path;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  }
}

TEST_F(LocalApiTest, KeepsAConnectionForTheNextRequest) {
  StartApi();
  RawConnection connection(address);
  for (int i = 0; i < 3; ++i) {
    connection.Say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(connection.Hear("}\n"), HasSubstr("\"status\":\"ok\""));
  }
}

TEST_F(LocalApiTest, LetsOnlyThisMachinesNamesIn) {
  StartApi();
  const std::string port = std::to_string(address.endpoint->port);
  const auto status = [this](const std::string& headers) {
    return Ask("GET /healthz HTTP/1.0\r\n" + headers + "\r\n").substr(9, 3);
  };
  EXPECT_EQ(status("Host: localhost\r\n"), "200");
  EXPECT_EQ(status("Host: LocalHost:" + port + "\r\n"), "200");
  EXPECT_EQ(status("Host: 127.0.0.1:" + port + "\r\n"), "200");
  EXPECT_EQ(status("Host: [::1]:8080\r\n"), "200");
  EXPECT_EQ(status("Host: evil.example\r\n"), "403");
  EXPECT_EQ(status("Host: localhost.evil.example\r\n"), "403");
  EXPECT_EQ(status("Host: localhost:80@evil.example\r\n"), "403");
  EXPECT_EQ(status("Host: 127.0.0.1.evil.example:" + port + "\r\n"), "403");
  EXPECT_EQ(status(""), "400");
  EXPECT_EQ(status("Host: localhost\r\nHost: evil.example\r\n"), "400");
}

TEST_F(LocalApiTest, LetsOnlyItsOwnOriginIn) {
  StartApi();
  const auto status = [this](const std::string& origin) {
    return Ask("GET /v1/peers HTTP/1.0\r\nHost: localhost:7076\r\nOrigin: " + origin + "\r\n\r\n").substr(9, 3);
  };
  EXPECT_EQ(status("http://localhost:7076"), "200");
  EXPECT_EQ(status("http://localhost:7077"), "403");
  EXPECT_EQ(status("https://evil.example"), "403");
  EXPECT_EQ(status("null"), "403");
}

// A unix socket that somebody forwards to a port of theirs is within a browser's reach.
TEST(LocalApiGuard, LetsOnlyItsOwnHostAndOriginIn) {
  const auto is_let_in = [](const std::string& host, std::optional<std::string> origin) {
    return !JudgeHead({.hosts = 1, .host = host, .origin = std::move(origin)});
  };
  EXPECT_TRUE(is_let_in("localhost", std::nullopt));
  EXPECT_FALSE(is_let_in("evil.example:7076", std::nullopt)) << "a page whose name was made to point here";
  EXPECT_TRUE(is_let_in("localhost:8080", "http://localhost:8080"));
  EXPECT_FALSE(is_let_in("localhost:8080", "https://evil.example"));
  EXPECT_FALSE(is_let_in("evil.example:8080", "http://evil.example:8080"));
  EXPECT_FALSE(is_let_in("localhost:8080", "null"));
}

TEST_F(LocalApiTest, ServesAPageThatMayRunAndFetchOnlyWhatIsItsOwn) {
  StartApi();
  for (const std::string path : {"/", "/page.css", "/page.js"}) {
    std::string answer = Ask("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'"));
    answer.resize(std::min<std::size_t>(answer.size(), 1000));
    EXPECT_THAT(answer, HasSubstr("SPDX-License-Identifier"));
  }
  EXPECT_THAT(Ask("POST / HTTP/1.0\r\nHost: localhost\r\n\r\n"), StartsWith("HTTP/1.1 405"));
}

TEST_F(LocalApiTest, RefusesBodiesAndDoubtfulLengths) {
  StartApi();
  const auto ask = [this](const std::string& headers, const std::string& body) {
    return Ask("POST /v1/peers HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body).substr(9, 3);
  };
  EXPECT_EQ(ask("Content-Length: 5\r\n", "hello"), "413");
  EXPECT_EQ(ask("Content-Length: 5000000000\r\n", ""), "413");
  EXPECT_EQ(ask("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), "413");
  EXPECT_EQ(ask("Content-Length: 0\r\nContent-Length: 5\r\n", "hello"), "400");
  EXPECT_EQ(ask("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "hello"), "400");
}

TEST_F(LocalApiTest, NeverReadsABodyAsTheNextRequest) {
  StartApi();
  const std::string inner = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string answer =
      Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" +
          inner);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(LocalApiTest, RefusesHeadersThatAreTooLarge) {
  StartApi();
  const std::string answer =
      Ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(LocalApi::kMaxHeaderBytes, 'x') + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431"));
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(LocalApiTest, ServesAUnixSocketForItsOwnerOnly) {
  const std::string dir = MakeScratch();
  const std::string path = dir + "/api.sock";
  StartApi({.address = Unix(path), .address_file = dir + "/api.address"});
  EXPECT_EQ(api->address(), "unix:" + path);
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(ReadApiAddressFile(dir + "/api.address").value(), "unix:" + path);
  OnLoop([this] { api->Stop(); });
  EXPECT_NE(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(ReadApiAddressFile(dir + "/api.address").value(), std::nullopt);
}

TEST_F(LocalApiTest, StartsAgainAfterStopping) {
  const std::string path = MakeScratch() + "/api.sock";
  StartApi({.address = Unix(path)});
  OnLoop([this] { api->Stop(); });
  EXPECT_EQ(Get("/healthz").status, 0);
  OnLoop([this] { EXPECT_TRUE(api->Start().has_value()); });
  EXPECT_EQ(Get("/healthz").status, 200);
}

// The bad starts: each one line that names the address and the remedy. No loop runs.
class LocalApiStart : public ::testing::Test {
 protected:
  std::string StartError(const ApiAddress& address) {
    LocalApi api(io, node, events, {.address = address});
    const auto started = api.Start();
    return started ? "" : started.error();
  }

  asio::io_context io{1};
  FakeNodeView node;
  EventLog events{node.started_at};
};

TEST_F(LocalApiStart, DoesNothingWhenItIsOff) {
  ApiAddress off;
  off.off = true;
  LocalApi api(io, node, events, {.address = off});
  EXPECT_TRUE(api.Start().has_value());
  EXPECT_EQ(api.address(), "off");
}

TEST_F(LocalApiStart, SaysTheWholePathOfASocket) {
  const std::string path = MakeScratch() + "/api.sock";
  LocalApi api(
      io, node, events,
      {.address = Unix(std::filesystem::path(path).lexically_relative(std::filesystem::current_path()).native())});
  ASSERT_TRUE(api.Start().has_value());
  const std::string whole = api.address().substr(5);
  EXPECT_TRUE(whole.starts_with('/')) << whole;
  EXPECT_EQ(std::filesystem::path(whole).lexically_normal(), path);
}

TEST_F(LocalApiStart, TakesOverTheSocketOfADeadNodeOnly) {
  const std::string path = MakeScratch() + "/api.sock";
  {
    // A socket that nobody listens on any more, as a killed node leaves it.
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, path.size());
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    ::close(fd);
  }
  LocalApi first(io, node, events, {.address = Unix(path)});
  ASSERT_TRUE(first.Start().has_value());
  EXPECT_THAT(StartError(Unix(path)), HasSubstr("another process answers there"));
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << "the first one's socket must stay";
}

TEST_F(LocalApiStart, SaysWhatIsWrongWithAPath) {
  const std::string dir = MakeScratch();
  EXPECT_THAT(StartError(Unix(dir + "/" + std::string(120, 'x'))), HasSubstr("may have 107; choose a shorter one"));
  EXPECT_THAT(StartError(Unix(dir + "/missing/api.sock")), HasSubstr("No such file or directory"));
  std::ofstream(dir + "/file") << "precious";
  EXPECT_THAT(StartError(Unix(dir + "/file")), HasSubstr("something that is no socket is there"));
  std::ifstream file(dir + "/file");
  std::string content;
  file >> content;
  EXPECT_EQ(content, "precious");
}

TEST_F(LocalApiStart, SaysWhatIsWrongWithAnEndpoint) {
  LocalApi first(io, node, events, {.address = Tcp("127.0.0.1:0")});
  ASSERT_TRUE(first.Start().has_value());
  const ApiAddress taken = ApiAddress::Parse(first.address()).value();
  EXPECT_THAT(StartError(taken), StartsWith("api " + first.address() + ": the port is in use"));
  EXPECT_THAT(StartError(Tcp("0.0.0.0:0")), HasSubstr("not a loopback address"));
}

TEST_F(LocalApiStart, NeedsAPlaceForTheAddressFile) {
  const std::string file = MakeScratch() + "/missing/api.address";
  LocalApi api(io, node, events, {.address = Tcp("127.0.0.1:0"), .address_file = file});
  const auto started = api.Start();
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error(), HasSubstr(file));
  EXPECT_EQ(api.address(), "off");
}

}  // namespace
}  // namespace hearsay
