// SPDX-License-Identifier: MIT
//
// DnsServer: a zone on the network: UDP in batches, TCP beside it on the same port, response rate limiting on UDP.
//
// Decides nothing but whether an answer is sent: queries in, the zone, answers out, to where they came from and from
// the address that was asked. What cannot be answered is counted and dropped. One thread, the loop's; `zone` and `io`
// outlive it. A flood by UDP costs processor time, kept in turns by UdpSocket; memory and connections are bounded.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "crawler/seed/dns_tcp.h"
#include "crawler/seed/response_rate_limit.h"
#include "crawler/seed/zone.h"
#include "node/io/clock.h"
#include "node/io/udp_socket.h"

namespace hearsay {

class DnsServer {
 public:
  struct Config {
    std::vector<Endpoint> listen;  // at least one; port 0: any that is free for UDP and TCP
    ResponseRateLimit::Config rate_limit;
    DnsTcp::Limits tcp;
  };

  // Binds everything, and answers as soon as `io` runs. The error names the endpoint and the remedy.
  static Result<std::unique_ptr<DnsServer>> Open(asio::io_context& io, const Config& config, Zone& zone,
                                                 const Rng::Seed& seed);
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::vector<Endpoint> endpoints() const;  // with the real ports
  // For metrics, by name: "dns_udp_queries", "dns_answers_nxdomain", ...
  std::map<std::string, std::uint64_t> counters() const;

 private:
  struct Listener {
    std::unique_ptr<UdpSocket> udp;
    std::unique_ptr<DnsTcp> tcp;
  };

  DnsServer(asio::io_context& io, const Config& config, Zone& zone, Rng rng)
      : io_(io), zone_(zone), tcp_limits_(config.tcp), rng_(std::move(rng)), rate_limit_(config.rate_limit, rng_) {}
  Result<void> Listen(const Endpoint& listen);
  void OnDatagrams(UdpSocket& socket, std::span<const Datagram> datagrams);
  std::optional<Bytes> AnswerUdp(const Datagram& query, Time now);
  std::optional<Bytes> AnswerTcp(BytesView query);
  void Count(AnswerKind kind) { ++answers_[static_cast<std::size_t>(kind)]; }

  asio::io_context& io_;
  Zone& zone_;
  const DnsTcp::Limits tcp_limits_;
  Rng rng_;
  ResponseRateLimit rate_limit_;
  SystemClock clock_;
  std::vector<Listener> listeners_;
  std::vector<Bytes> wires_;         // of the batch under way
  std::vector<Outgoing> outgoing_;
  std::array<std::uint64_t, static_cast<std::size_t>(AnswerKind::kCount)> answers_{};
  std::uint64_t udp_queries_ = 0;
  std::uint64_t tcp_queries_ = 0;
  std::uint64_t unanswered_ = 0;     // no query, or too long
  std::uint64_t rate_dropped_ = 0;
  std::uint64_t rate_truncated_ = 0;
};

}  // namespace hearsay
