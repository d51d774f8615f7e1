// SPDX-License-Identifier: MIT
//
// DnsServer over real sockets on loopback: UDP, TCP and their bounds.
#include "crawler/seed/dns_server.h"

#include <gmock/gmock.h>

#include <asio/ip/udp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "node/io/resolver.h"
#include "tests/io/loop.h"
#include "tests/seed/seed_fixture.h"

#include "tests/seed/dns_reader.h"

namespace hearsay {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using asio::ip::tcp;
using asio::ip::udp;

class DnsServerTest : public testing::Test {
 protected:
  DnsServerTest() { zone_.SetPeers(GoodPeers(SpreadPeers(40), SipKey{})); }
  void Open(DnsServer::Config config = {}) {
    config.listen = {*Endpoint::Parse("127.0.0.1:0")};
    auto server = DnsServer::Open(io_, config, zone_, Rng::Seed{});
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
  }
  std::uint16_t port() const { return server_->endpoints()[0].port; }
  std::uint64_t Counter(const std::string& name) const { return server_->counters().at(name); }

  std::optional<SeenReply> AskUdp(BytesView query) {
    udp::socket socket(io_, {asio::ip::address_v4::loopback(), 0});
    socket.send_to(asio::buffer(query.data(), query.size()), {asio::ip::address_v4::loopback(), port()});
    Bytes in(4096);
    std::optional<std::size_t> size;
    socket.async_receive(asio::buffer(in), [&](const asio::error_code& error, std::size_t n) {
      if (!error) size = n;
    });
    EXPECT_TRUE(RunUntil(io_, [&] { return size.has_value(); }));
    return size ? ReadDnsReply(BytesView(in).first(*size)) : std::nullopt;
  }
  // What the server sends until `size` bytes came or it closed.
  struct Stream {
    Bytes bytes;
    bool closed = false;
  };
  tcp::socket Connect() {
    tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), port()});
    return socket;
  }
  Stream ReadStream(tcp::socket& socket, std::size_t size) {
    Stream out;
    out.bytes.resize(size);
    bool done = false;
    asio::async_read(socket, asio::buffer(out.bytes), [&](const asio::error_code& error, std::size_t n) {
      out.bytes.resize(n);
      out.closed = static_cast<bool>(error);
      done = true;
    });
    EXPECT_TRUE(RunUntil(io_, [&] { return done; }));
    return out;
  }
  std::optional<SeenReply> ReadTcpReply(tcp::socket& socket) {
    const Stream length = ReadStream(socket, 2);
    if (length.closed) return std::nullopt;
    return ReadDnsReply(ReadStream(socket, LoadBigEndian<std::uint16_t>(length.bytes.data())).bytes);
  }
  static Bytes Framed(BytesView message) {
    Bytes out(2);
    StoreBigEndian(static_cast<std::uint16_t>(message.size()), out.data());
    out.insert(out.end(), message.begin(), message.end());
    return out;
  }
  static void Write(tcp::socket& socket, BytesView bytes) {
    asio::write(socket, asio::buffer(bytes.data(), bytes.size()));
  }

  asio::io_context io_;
  const Identity seed_{ByteArray<32>{}};
  Zone zone_ = *Zone::Make(MakeZoneConfig(), seed_);
  std::unique_ptr<DnsServer> server_;
};

const Bytes kQuery = MakeQuery("seed.example.net", DnsType::kA);

TEST_F(DnsServerTest, AnswersByUdpAndByTcpOnOnePort) {
  Open();
  const auto by_udp = AskUdp(kQuery);
  ASSERT_TRUE(by_udp);
  EXPECT_THAT(by_udp->answer, SizeIs(16));
  tcp::socket socket = Connect();
  Write(socket, Framed(MakeQuery("seed.example.net", DnsType::kTxt)));
  const auto by_tcp = ReadTcpReply(socket);
  ASSERT_TRUE(by_tcp);
  EXPECT_THAT(by_tcp->answer, SizeIs(16));
  EXPECT_EQ(Counter("dns_udp_queries"), 1u);
  EXPECT_EQ(Counter("dns_tcp_queries"), 1u);
  EXPECT_EQ(Counter("dns_answers_records"), 2u);
}

TEST_F(DnsServerTest, PipelinedQueriesAreAnsweredInOrderHoweverTheyAreCut) {
  Open();
  Bytes stream;
  constexpr std::uint16_t kCount = 300;  // more than the buffers hold
  for (std::uint16_t id = 0; id < kCount; ++id) {
    const Bytes framed = Framed(MakeQuery("seed.example.net", DnsType::kTxt, {.id = id}));
    stream.insert(stream.end(), framed.begin(), framed.end());
  }
  tcp::socket socket = Connect();
  bool sent = false;
  asio::async_write(socket, asio::buffer(stream), [&](const asio::error_code& error, std::size_t) { sent = !error; });
  for (std::uint16_t id = 0; id < kCount; ++id) {
    const auto reply = ReadTcpReply(socket);
    ASSERT_TRUE(reply) << id;
    EXPECT_EQ(reply->id, id);
  }
  EXPECT_TRUE(sent);
  // Byte by byte.
  for (const std::byte b : Framed(kQuery)) {
    Write(socket, {&b, 1});
    io_.poll();
  }
  EXPECT_TRUE(ReadTcpReply(socket));
}

TEST_F(DnsServerTest, AMessageThatIsNoQueryEndsTheConnection) {
  Open();
  Bytes response = kQuery;
  response[2] |= std::byte{0x80};
  for (const Bytes& wrong : {Framed(Bytes(513)), Framed(Bytes(11)), Framed(Bytes{}), Framed(response)}) {
    tcp::socket socket = Connect();
    Write(socket, wrong);
    EXPECT_TRUE(ReadStream(socket, 1).closed);
  }
}

TEST_F(DnsServerTest, AConnectionEndsWhenItIsIdleOrOld) {
  Open({.tcp = {.idle = std::chrono::milliseconds{50}, .total = std::chrono::seconds{60}}});
  tcp::socket silent = Connect();
  EXPECT_TRUE(ReadStream(silent, 1).closed);
  EXPECT_EQ(Counter("dns_tcp_timed_out"), 1u);
  server_.reset();
  Open({.tcp = {.idle = std::chrono::seconds{60}, .total = std::chrono::milliseconds{50}}});
  tcp::socket busy = Connect();
  Write(busy, Framed(kQuery));
  EXPECT_TRUE(ReadTcpReply(busy));
  EXPECT_TRUE(ReadStream(busy, 1).closed);
}

TEST_F(DnsServerTest, OneNetworkHasSoManyConnectionsAndNoMore) {
  Open();
  std::vector<tcp::socket> sockets;
  for (std::size_t i = 0; i < DnsTcp::kMaxOfOneNetwork; ++i) {
    sockets.push_back(Connect());
    Write(sockets.back(), Framed(kQuery));
    EXPECT_TRUE(ReadTcpReply(sockets.back())) << i;
  }
  tcp::socket refused = Connect();
  EXPECT_TRUE(ReadStream(refused, 1).closed);
  EXPECT_EQ(Counter("dns_tcp_refused"), 1u);
  sockets.pop_back();
  // Until the server has seen that one go.
  ASSERT_TRUE(RunUntil(io_, [&] {
    tcp::socket again = Connect();
    Write(again, Framed(kQuery));
    return ReadTcpReply(again).has_value();
  }));
}

TEST_F(DnsServerTest, WhenAllPlacesAreTakenTheOldestConnectionGivesWay) {
  Open();
  std::vector<tcp::socket> sockets;
  for (std::size_t i = 0; i <= DnsTcp::kMaxConnections; ++i) {
    const auto network = static_cast<std::uint32_t>(i / DnsTcp::kMaxOfOneNetwork);
    tcp::socket socket(io_, tcp::v4());
    socket.bind({asio::ip::address_v4(0x7f000001 + (network << 8)), 0});
    socket.connect({asio::ip::address_v4::loopback(), port()});
    sockets.push_back(std::move(socket));
    io_.poll();  // the backlog is shorter than this
  }
  EXPECT_TRUE(ReadStream(sockets.front(), 1).closed);
  EXPECT_EQ(Counter("dns_tcp_evicted"), 1u);
  Write(sockets.back(), Framed(kQuery));
  EXPECT_TRUE(ReadTcpReply(sockets.back()));
}

TEST_F(DnsServerTest, WhoAsksAndNeverReadsIsEnded) {
  Open({.tcp = {.idle = std::chrono::milliseconds{200}, .total = std::chrono::seconds{60}}});
  Bytes stream;
  const Bytes framed = Framed(MakeQuery("seed.example.net", DnsType::kTxt));
  // 30 MB of answers: more than the kernel takes for somebody who does not read.
  for (int i = 0; i < 10'000; ++i) stream.insert(stream.end(), framed.begin(), framed.end());
  tcp::socket socket = Connect();
  asio::async_write(socket, asio::buffer(stream), [](const asio::error_code&, std::size_t) {});
  EXPECT_TRUE(RunUntil(io_, [&] { return Counter("dns_tcp_timed_out") == 1; }));
  EXPECT_LT(Counter("dns_tcp_queries"), 10'000u);
}

TEST_F(DnsServerTest, AFloodInAVictimsNameIsThinnedOutAndSentToTcp) {
  Open({.rate_limit = {.rate = 3, .slip = 1}});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(AskUdp(kQuery)->truncated);
  int truncated = 0;
  for (int i = 0; i < 5; ++i) truncated += AskUdp(kQuery)->truncated ? 1 : 0;
  EXPECT_GE(truncated, 4);
  EXPECT_GE(Counter("dns_rate_truncated"), 4u);
  tcp::socket socket = Connect();
  Write(socket, Framed(kQuery));
  EXPECT_THAT(ReadTcpReply(socket)->answer, SizeIs(16)) << "TCP is never limited";
}

TEST_F(DnsServerTest, APortInUseIsNamedWithItsRemedy) {
  Open();
  const auto second = DnsServer::Open(io_, {.listen = server_->endpoints()}, zone_, Rng::Seed{});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr(server_->endpoints()[0].ToString()));
  EXPECT_THAT(second.error(), HasSubstr("--dns"));
}

// What a node does with a seed's name.
class NodeOfASeed : public DnsServerTest {
 protected:
  Result<Resolver::Contacts> Lookup(const std::string& text) {
    Resolver resolver(io_, {.network = "test", .list_dir = {}, .ca_file = {},
                            .dns_servers = server_->endpoints()[0].ToString(), .on_notice = {}});
    std::optional<Result<Resolver::Contacts>> result;
    resolver.Lookup(text, [&](Result<Resolver::Contacts> contacts) { result = std::move(contacts); });
    EXPECT_TRUE(RunUntil(io_, [&] { return result.has_value(); }));
    return result.value_or(tl::unexpected<std::string>("no answer"));
  }
};

TEST_F(NodeOfASeed, FindsPeersByTheZonesName) {
  Open();
  const auto contacts = Lookup("dns:seed.example.net");
  ASSERT_TRUE(contacts) << contacts.error();
  EXPECT_THAT(*contacts, SizeIs(16));
}

TEST_F(NodeOfASeed, FindsSignedEntriesByTcpWhenItHasTheSeedsKey) {
  Open();
  const auto contacts = Lookup("dns:Seed.example.NET#key=" + seed_.id().ToString());
  ASSERT_TRUE(contacts) << contacts.error();
  EXPECT_THAT(*contacts, SizeIs(16));
  for (const auto& contact : *contacts) EXPECT_TRUE(contact.pin);
  EXPECT_EQ(Counter("dns_tcp_queries"), 1u);
  const auto wrong = Lookup("dns:seed.example.net#key=" + std::string(64, 'a'));
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error(), HasSubstr("not signed by the pinned key"));
}

}  // namespace
}  // namespace hearsay
