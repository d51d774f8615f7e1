// SPDX-License-Identifier: MIT
//
// DNS queries of type A answered a second on one core, over loopback UDP: batches in, the zone with a thousand address
// groups, sixteen addresses out. The limit is the same bytes through recvmmsg and sendmmsg and nothing else. Both serve
// the same client; the server thread's CPU time counts.
#include <atomic>
#include <memory>
#include <thread>

#include "crawler/seed/dns_server.h"
#include "node/io/udp_socket.h"
#include "tools/bench/loopback.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kGroups = 1000;
constexpr char kZone[] = "seed.example.net";

// id 0, RD, one question, one OPT of 1,232 bytes.
Bytes MakeQuery() {
  constexpr std::string_view kHeader("\0\0\1\0\0\1\0\0\0\0\0\1", kDnsHeaderBytes);
  constexpr std::string_view kTypeAndOpt("\0\1\0\1\0\0\x29\x04\xd0\0\0\0\0\0\0", 15);
  const DnsName name = *DnsName::FromText(kZone);
  Bytes out;
  for (const BytesView part : {AsBytes(kHeader), name.wire(), AsBytes(kTypeAndOpt)}) {
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

void CopyQuery(const Bytes& query, DatagramBuffer& out) {
  std::copy(query.begin(), query.end(), out.bytes.begin());
  out.size = query.size();
}

Zone MakeZone(const Identity& seed) {
  auto zone = Zone::Make({.zone = kZone, .network = "bench", .name_servers = {{"ns.example.org", {}}}}, seed);
  HEARSAY_CHECK(zone.has_value());
  std::vector<GoodPeer> peers;
  for (std::uint32_t i = 0; i < kGroups; ++i) {
    peers.push_back({.endpoint = {IpAddress::V4(0x0b000001 + (i << 16)), kDefaultPort}});
  }
  zone->SetPeers(GoodPeers(std::move(peers), SipKey{}));
  return std::move(*zone);
}

double Answered() {
  asio::io_context io{1};
  const Identity seed(ByteArray<32>{});
  Zone zone = MakeZone(seed);
  const auto server = DnsServer::Open(
      io, {.listen = {{IpAddress::V4(INADDR_LOOPBACK), 0}}, .rate_limit = {.rate = 0}}, zone, Rng::Seed{});
  HEARSAY_CHECK(server.has_value());
  LoopThread loop(io);
  LoopbackClient client;
  const Bytes query = MakeQuery();
  const std::size_t answered =
      client.Drive((*server)->endpoints()[0].port, [&](DatagramBuffer& out) { CopyQuery(query, out); });
  return static_cast<double>(answered) / loop.Stop();
}

double EchoAlone() {
  asio::io_context io{1};
  const Identity seed(ByteArray<32>{});
  Zone zone = MakeZone(seed);
  Rng rng = Rng::FromNumber(1);
  const Bytes query = MakeQuery();
  const auto answer = zone.Answer(query, DnsTransport::kUdp, FromUnixSeconds(1'800'000'000), rng);
  HEARSAY_CHECK(answer.has_value() && answer->wire.size() > 16 * 16);
  auto opened = UdpSocket::Open(io, {IpAddress::V4(INADDR_LOOPBACK), 0}, UdpSocket::Family::kSingle);
  HEARSAY_CHECK(opened.has_value());
  UdpSocket& socket = **opened;
  std::vector<Outgoing> outgoing;
  socket.Start([&](std::span<const Datagram> datagrams) {
    outgoing.clear();
    for (const Datagram& d : datagrams) outgoing.push_back({d.from, d.local.address, answer->wire});
    socket.Send(outgoing);
  });
  LoopThread loop(io);
  LoopbackClient client;
  const std::size_t answered =
      client.Drive(socket.local().port, [&](DatagramBuffer& out) { CopyQuery(query, out); });
  return static_cast<double>(answered) / loop.Stop();
}

}  // namespace

Figure BenchDns(int repetitions) {
  Figure f{.name = "dns",
           .unit = "answers of 16 addresses a CPU second, over loopback",
           .limit_name = "recvmmsg + sendmmsg, the same bytes",
           .target_ratio = 0.15};
  Compare(f, repetitions, Answered, EchoAlone);
  return f;
}

}  // namespace hearsay::bench
