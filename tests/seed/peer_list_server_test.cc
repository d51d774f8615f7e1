// SPDX-License-Identifier: MIT
//
// PeerListServer over real sockets, and a node that fetches from it with a pinned key.
#include "crawler/seed/peer_list_server.h"

#include <gmock/gmock.h>

#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "crawler/seed/peer_list_writer.h"
#include "node/io/list_fetcher.h"
#include "tests/io/loop.h"
#include "tests/io/temporary_folder.h"
#include "tests/seed/seed_fixture.h"

namespace hearsay {
namespace {

using asio::ip::tcp;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class PeerListServerTest : public testing::Test {
 protected:
  PeerListServerTest() { Open(PeerListServer::kTotal); }
  void Open(std::chrono::milliseconds total) {
    server_.reset();
    server_ = std::move(*PeerListServer::Open(io_, {.listen = *Endpoint::Parse("127.0.0.1:0"), .total = total}));
  }
  tcp::socket Connect(std::uint32_t from = 0x7f000001) {
    tcp::socket socket(io_, tcp::v4());
    socket.bind({asio::ip::address_v4(from), 0});
    socket.connect({asio::ip::address_v4::loopback(), server_->endpoint().port});
    return socket;
  }
  // Until the server closes.
  std::string ReadAll(tcp::socket& socket) {
    std::string out;
    bool done = false;
    asio::async_read(socket, asio::dynamic_buffer(out), [&](const asio::error_code&, std::size_t) { done = true; });
    EXPECT_TRUE(RunUntil(io_, [&] { return done; }));
    return out;
  }
  std::string Ask(const std::string& head, std::uint32_t from = 0x7f000001) {
    tcp::socket socket = Connect(from);
    asio::write(socket, asio::buffer(head + "\r\nHost: x\r\nConnection: close\r\n\r\n"));
    return ReadAll(socket);
  }

  asio::io_context io_;
  std::unique_ptr<PeerListServer> server_;
};

TEST_F(PeerListServerTest, GivesTheListToGetAndItsHeadToHead) {
  server_->SetList("{\"a\":1}\n");
  const std::string got = Ask("GET /peers.json HTTP/1.1");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(got, HasSubstr("Cache-Control: public, max-age=60\r\n"));
  EXPECT_THAT(got, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_TRUE(got.ends_with("\r\n\r\n{\"a\":1}\n"));
  const std::string head = Ask("HEAD /peers.json HTTP/1.1");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(PeerListServerTest, AListThatTheClientHasIsNotSentAgain) {
  server_->SetList("one");
  const std::string got = Ask("GET /peers.json HTTP/1.1");
  const auto at = got.find("ETag: ") + 6;
  const std::string etag = got.substr(at, got.find("\r\n", at) - at);
  const std::string again = "GET /peers.json HTTP/1.1\r\nIf-None-Match: " + etag;
  EXPECT_THAT(Ask(again), StartsWith("HTTP/1.1 304 "));
  server_->SetList("two");
  EXPECT_TRUE(Ask(again).ends_with("two"));
  EXPECT_EQ(server_->counters().at("http_lists_sent"), 2u);
}

TEST_F(PeerListServerTest, RefusesEverythingElse) {
  EXPECT_THAT(Ask("GET /peers.json HTTP/1.1"), StartsWith("HTTP/1.1 503 "));
  server_->SetList("list");
  EXPECT_THAT(Ask("GET / HTTP/1.1"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("GET /peers.json/../etc/passwd HTTP/1.1"), StartsWith("HTTP/1.1 404 "));
  const std::string deleted = Ask("DELETE /peers.json HTTP/1.1");
  EXPECT_THAT(deleted, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(deleted, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(Ask("POST /peers.json HTTP/1.1\r\nContent-Length: 5"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Ask("GET /peers.json HTTP/1.1\r\nTransfer-Encoding: chunked"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Ask("GET /peers.json HTTP/1.1\r\nX: " + std::string(20'000, 'a')), Not(HasSubstr("list")));
}

TEST_F(PeerListServerTest, ASlowClientHasItsTimeAndNoMore) {
  Open(std::chrono::milliseconds{100});
  server_->SetList("list");
  tcp::socket silent = Connect();
  EXPECT_EQ(ReadAll(silent), "");
  tcp::socket dripping = Connect();
  asio::write(dripping, asio::buffer(std::string("GET /peers.json HTTP/1.1\r\nHost: x\r\n")));
  EXPECT_EQ(ReadAll(dripping), "");
  EXPECT_EQ(server_->counters().at("http_timeouts"), 2u);
}

TEST_F(PeerListServerTest, AHeadHasItsTimeAndAnAnswerMore) {
  server_.reset();
  server_ = std::move(*PeerListServer::Open(
      io_, {.listen = *Endpoint::Parse("127.0.0.1:0"), .head = std::chrono::milliseconds{100}}));
  server_->SetList("list");
  tcp::socket half = Connect();
  asio::write(half, asio::buffer(std::string("GET /peers.json HTTP/1.1\r\nHost: x\r\n")));
  EXPECT_EQ(ReadAll(half), "");
  tcp::socket idle = Connect();  // one whole request, then nothing
  asio::write(idle, asio::buffer(std::string("GET /peers.json HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_THAT(ReadAll(idle), testing::EndsWith("list"));
  EXPECT_EQ(server_->counters().at("http_timeouts"), 2u);
}

TEST_F(PeerListServerTest, OneNetworkHasSoManyConnectionsAndNoMore) {
  server_->SetList("list");
  std::vector<tcp::socket> sockets;
  for (std::uint32_t i = 0; i < PeerListServer::kMaxOfOneNetwork; ++i) sockets.push_back(Connect(0x7f000001 + i));
  tcp::socket refused = Connect(0x7f0000c8);
  EXPECT_EQ(ReadAll(refused), "");
  EXPECT_THAT(Ask("GET /peers.json HTTP/1.1", 0x7f000101), testing::EndsWith("list")) << "the next network is another";
}

// Before, 16 addresses with 16 connections each kept everybody out for 30 s, and again.
TEST_F(PeerListServerTest, WhoHoldsAllPlacesKeepsNobodyOut) {
  server_->SetList("list");
  std::uint32_t from = 0x7f010101;
  for (const std::string request : {"GET /peers.json HTTP/1.1\r\nHost: x\r\n",        // a head that never ends
                                    "GET /peers.json HTTP/1.1\r\nHost: x\r\n\r\n"}) {  // answered, and then idle
    std::vector<tcp::socket> sockets;
    for (std::uint32_t i = 0; i < PeerListServer::kMaxConnections; ++i) {
      sockets.push_back(Connect(from + (i / PeerListServer::kMaxOfOneNetwork << 8)));
      asio::write(sockets.back(), asio::buffer(request));
    }
    const std::uint64_t evicted = server_->counters().at("http_evicted");
    EXPECT_THAT(Ask("GET /peers.json HTTP/1.1", 0x7f000001), testing::EndsWith("list"));
    EXPECT_THAT(Ask("GET /peers.json HTTP/1.1", 0x7f000101), testing::EndsWith("list"));
    EXPECT_GT(server_->counters().at("http_evicted"), evicted);
    from += 1 << 16;
  }
}

TEST_F(PeerListServerTest, ANodeWithTheSeedsKeyTakesItsListsOneAfterTheOther) {
  const Identity seed(ByteArray<32>{});
  PeerListWriter writer("test", seed);
  Rng rng = Rng::FromNumber(3);
  const GoodPeers peers(SpreadPeers(300), SipKey{});
  TemporaryFolder dir;
  ListFetcher fetcher(io_, {.network = "test", .list_dir = dir.path() + "/lists", .ca_file = {}});
  const UrlPeer source{"http://" + server_->endpoint().ToString() + "/peers.json", seed.id()};
  const auto fetch = [&] {
    std::optional<Result<ListFetcher::List>> result;
    fetcher.Fetch(source, [&](Result<ListFetcher::List> list) { result = std::move(list); });
    EXPECT_TRUE(RunUntil(io_, [&] { return result.has_value(); }));
    return result.value_or(tl::unexpected<std::string>("no answer"));
  };
  const Time now = SystemClock{}.Now();
  const std::string first = writer.Write(peers, now, rng);
  server_->SetList(first);
  const auto list = fetch();
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->error, "");
  EXPECT_THAT(list->entries, SizeIs(PeerListWriter::kMaxListed));
  server_->SetList(writer.Write(peers, now, rng));  // in the same second
  EXPECT_EQ(fetch()->error, "");
  server_->SetList(first);
  EXPECT_THAT(fetch()->error, HasSubstr("played again"));
}

}  // namespace
}  // namespace hearsay
