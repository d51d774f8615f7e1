// SPDX-License-Identifier: MIT
//
// Sealed keepalives answered a second on one core, over loopback UDP: batches in, the node, batches out. The limit is
// the same number of packets of the same sizes through recvmmsg, open, seal and sendmmsg and nothing else. Both serve
// the same client; the server thread's CPU time counts.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include <asio/io_context.hpp>

#include "node/core/node.h"
#include "node/io/udp_socket.h"
#include "proto/check.h"
#include "proto/codec.h"
#include "proto/handshake.h"
#include "tools/bench/loopback.h"
#include "tools/bench/measure.h"

namespace hearsay::bench {
namespace {

std::unique_ptr<UdpSocket> OpenSocket(asio::io_context& io) {
  auto socket = UdpSocket::Open(io, {IpAddress::V4(INADDR_LOOPBACK), 0}, UdpSocket::Family::kSingle);
  HEARSAY_CHECK(socket.has_value());
  return std::move(*socket);
}

// A session with the node, made in memory before the sockets are used.
std::unique_ptr<Session> Join(Node& node, const Endpoint& server, const Endpoint& client, Time now) {
  const NetworkKey network = NetworkKey::Open("bench");
  Rng rng = Rng::FromNumber(4);
  const Identity identity(rng.Array<32>());
  Codec codec;
  DatagramBuffer buffer;
  Effects effects;
  Initiator initiator({.endpoint = server, .boot_epoch = 1, .dial_sequence = 1, .session_id = 7}, rng);
  const auto exchange = [&] {
    effects.Clear();
    node.Receive({client, server, buffer.view()}, now, effects);
    auto packet = codec.Decode(effects.View(std::get<Send>(effects.list.back())), network);
    HEARSAY_CHECK(packet.has_value());
    return *packet;
  };
  codec.Encode(initiator.Hello(), network, buffer);
  const auto query = std::get<HandshakeQuery>(exchange());
  codec.Encode(*initiator.OnQuery(query, identity, network), network, buffer);
  const auto done = initiator.OnResponse(std::get<HandshakeResponse>(exchange()), network);
  HEARSAY_CHECK(done.has_value());
  return std::make_unique<Session>(done->keys);
}

void MakePing(Codec& codec, Session& session, std::uint64_t held, DatagramBuffer& out) {
  thread_local Keepalive ping;
  thread_local DatagramBuffer plain;
  ping.Clear();
  ping.ping = 1;
  ping.record_sequence = 1;
  ping.record_held = held;
  out.size = *session.Seal(codec.EncodeKeepalive(ping, plain), out.bytes);
}

double Answered() {
  asio::io_context io{1};
  const auto socket = OpenSocket(io);
  LoopbackClient client;
  Rng rng = Rng::FromNumber(5);
  Time now = FromUnixSeconds(1'800'000'000);
  CoreConfig config;
  config.listen_port = socket->local().port;
  Node node(std::move(config), Identity(rng.Array<32>()), NetworkKey::Open("bench"), {}, rng.Array<32>(), now);
  const auto session = Join(node, socket->local(), client.endpoint(), now);
  Effects effects;
  std::vector<Outgoing> outgoing;
  socket->Start([&](std::span<const Datagram> datagrams) {
    effects.Clear();
    for (const Datagram& d : datagrams) {
      // Virtual time: the limit of answers a channel may ask for is not what is measured here.
      now += std::chrono::milliseconds{25};
      node.Receive(d, now, effects);
    }
    outgoing.clear();
    for (const Effect& e : effects.list) {
      if (const auto* send = std::get_if<Send>(&e)) outgoing.push_back({send->to, {}, effects.View(*send)});
    }
    socket->Send(outgoing);
  });
  LoopThread loop(io);
  Codec codec;
  const std::size_t answered = client.Drive(
      socket->local().port, [&](DatagramBuffer& out) { MakePing(codec, *session, UINT64_MAX, out); });
  const double cpu = loop.Stop();
  return static_cast<double>(answered) / cpu;
}

double EchoAlone() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  HEARSAY_CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
  socklen_t size = sizeof any;
  HEARSAY_CHECK(::getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size) == 0);
  timeval patience{.tv_sec = 0, .tv_usec = 20'000};
  HEARSAY_CHECK(::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);

  // All zero, so the same in both directions.
  std::atomic<bool> stop{false};
  double cpu = 0;
  std::thread server([&] {
    const double start = ThreadCpuSeconds();
    Session session(SessionKeys{});
    std::vector<DatagramBuffer> in(kBatch);
    std::vector<DatagramBuffer> out(kBatch);
    DatagramBuffer plain;
    while (!stop) {
      mmsghdr messages[kBatch] = {};
      iovec parts[kBatch];
      sockaddr_in from[kBatch];
      for (std::size_t i = 0; i < kBatch; ++i) {
        parts[i] = {in[i].bytes.data(), in[i].bytes.size()};
        messages[i].msg_hdr = {&from[i], sizeof from[i], &parts[i], 1, nullptr, 0, 0};
      }
      const int n = ::recvmmsg(fd, messages, kBatch, MSG_WAITFORONE, nullptr);
      if (n <= 0) continue;
      for (int i = 0; i < n; ++i) {
        const auto opened = session.Open(BytesView(in[i].bytes).first(messages[i].msg_len), plain.bytes);
        HEARSAY_CHECK(opened.has_value());
        parts[i] = {out[i].bytes.data(), *session.Seal(*opened, out[i].bytes)};
      }
      ::sendmmsg(fd, messages, static_cast<unsigned>(n), 0);
    }
    cpu = ThreadCpuSeconds() - start;
  });
  LoopbackClient client;
  Session session(SessionKeys{});
  Codec codec;
  const std::size_t answered = client.Drive(ntohs(any.sin_port), [&](DatagramBuffer& out) {
    MakePing(codec, session, 1'800'000'000, out);
  });
  stop = true;
  server.join();
  ::close(fd);
  return static_cast<double>(answered) / cpu;
}

}  // namespace

Figure BenchKeepalive(int repetitions) {
  Figure f{.name = "keepalive",
           .unit = "sealed keepalives answered a CPU second, over loopback",
           .limit_name = "recvmmsg + open + seal + sendmmsg, the same packets",
           .target_ratio = 0.6};
  Compare(f, repetitions, Answered, EchoAlone);
  return f;
}

}  // namespace hearsay::bench
