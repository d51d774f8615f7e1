// SPDX-License-Identifier: MIT
#include "crawler/seed/dns_server.h"

#include <unistd.h>

#include "proto/check.h"

namespace hearsay {
namespace {

const std::string kOption = "--dns";
// Somebody else may have the TCP port of the same number.
constexpr int kPortTries = 16;
constexpr const char* kKindNames[] = {"dns_answers_records", "dns_answers_nodata", "dns_answers_nxdomain",
                                      "dns_answers_error"};

}  // namespace

Result<std::unique_ptr<DnsServer>> DnsServer::Open(asio::io_context& io, const Config& config, Zone& zone,
                                                   const Rng::Seed& seed) {
  HEARSAY_CHECK(!config.listen.empty());
  auto server = std::unique_ptr<DnsServer>(new DnsServer(io, config, zone, Rng(seed)));
  for (const Endpoint& endpoint : config.listen) {
    if (auto listening = server->Listen(endpoint); !listening) return tl::unexpected(listening.error());
  }
  return server;
}

Result<void> DnsServer::Listen(const Endpoint& listen) {
  for (int tries = 1;; ++tries) {
    auto udp = UdpSocket::Open(io_, listen, UdpSocket::Family::kSingle, kOption);
    if (!udp) return tl::unexpected(udp.error());
    const auto tcp = OpenTcpListener((*udp)->local(), kOption);
    if (!tcp && listen.port == 0 && tries < kPortTries) continue;
    if (!tcp) return tl::unexpected(tcp.error());
    const auto answer = [this](BytesView query) { return AnswerTcp(query); };
    UdpSocket& socket = **udp;
    listeners_.push_back({std::move(*udp), std::make_unique<DnsTcp>(io_, *tcp, tcp_limits_, answer)});
    socket.Start([this, &socket](std::span<const Datagram> datagrams) { OnDatagrams(socket, datagrams); });
    return {};
  }
}

std::vector<Endpoint> DnsServer::endpoints() const {
  std::vector<Endpoint> out;
  for (const Listener& listener : listeners_) out.push_back(listener.udp->local());
  return out;
}

void DnsServer::OnDatagrams(UdpSocket& socket, std::span<const Datagram> datagrams) {
  const Time now = clock_.Now();
  wires_.clear();
  outgoing_.clear();
  wires_.reserve(datagrams.size());  // what outgoing_ borrows must not move
  for (const Datagram& query : datagrams) {
    auto answer = AnswerUdp(query, now);
    if (!answer) continue;
    wires_.push_back(std::move(*answer));
    outgoing_.push_back({query.from, query.local.address, wires_.back()});
  }
  socket.Send(outgoing_);
}

std::optional<Bytes> DnsServer::AnswerUdp(const Datagram& query, Time now) {
  ++udp_queries_;
  auto answer = zone_.Answer(query.bytes, DnsTransport::kUdp, SystemClock().Now(), rng_);
  if (!answer || query.from.port == 0) {
    ++unanswered_;
    return std::nullopt;
  }
  const auto verdict = rate_limit_.Judge(query.from.address, answer->kind, now);
  if (verdict == ResponseRateLimit::Verdict::kDrop) {
    ++rate_dropped_;
    return std::nullopt;
  }
  Count(answer->kind);
  if (verdict == ResponseRateLimit::Verdict::kSend) return std::move(answer->wire);
  ++rate_truncated_;
  return TruncateDnsReply(answer->wire);
}

std::optional<Bytes> DnsServer::AnswerTcp(BytesView query) {
  ++tcp_queries_;
  auto answer = zone_.Answer(query, DnsTransport::kTcp, SystemClock().Now(), rng_);
  if (!answer) {
    ++unanswered_;
    return std::nullopt;
  }
  Count(answer->kind);
  return std::move(answer->wire);
}

std::map<std::string, std::uint64_t> DnsServer::counters() const {
  std::map<std::string, std::uint64_t> out{{"dns_udp_queries", udp_queries_},
                                           {"dns_tcp_queries", tcp_queries_},
                                           {"dns_unanswered", unanswered_},
                                           {"dns_rate_dropped", rate_dropped_},
                                           {"dns_rate_truncated", rate_truncated_}};
  for (std::size_t i = 0; i < answers_.size(); ++i) out[kKindNames[i]] = answers_[i];
  for (const Listener& listener : listeners_) {
    const DnsTcp::Counters& tcp = listener.tcp->counters();
    out["dns_tcp_accepted"] += tcp.accepted;
    out["dns_tcp_refused"] += tcp.refused;
    out["dns_tcp_evicted"] += tcp.evicted;
    out["dns_tcp_timed_out"] += tcp.timed_out;
    out["dns_udp_kernel_dropped"] += listener.udp->counters().receive_dropped;
  }
  return out;
}

}  // namespace hearsay
