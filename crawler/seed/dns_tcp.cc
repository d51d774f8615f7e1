// SPDX-License-Identifier: MIT
#include "crawler/seed/dns_tcp.h"

#include <algorithm>
#include <array>
#include <utility>

#include <asio/write.hpp>

#include "crawler/seed/dns_message.h"

namespace hearsay {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kLengthBytes = 2;
constexpr std::chrono::milliseconds kAcceptPause{100};

IpAddress AddressOf(const asio::ip::address& address) {
  if (address.is_v4()) return IpAddress::V4(address.to_v4().to_uint());
  IpAddress out;
  const auto bytes = address.to_v6().to_bytes();
  std::ranges::transform(bytes, out.bytes.begin(), [](unsigned char b) { return static_cast<std::byte>(b); });
  return out;
}

asio::ip::tcp ProtocolOf(const Endpoint& local) {
  return local.address.IsV4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6();
}

}  // namespace

struct DnsTcp::Connection {
  Connection(asio::ip::tcp::socket s, const ClientNetwork& n, Clock::time_point end)
      : socket(std::move(s)), timer(socket.get_executor()), network(n), last_moment(end) {}
  asio::ip::tcp::socket socket;
  asio::steady_timer timer;
  const ClientNetwork network;
  const Clock::time_point last_moment;
  std::array<std::byte, 2 * (kLengthBytes + kMaxDnsQueryBytes)> buffer;
  std::size_t filled = 0;
  Bytes unsent;
  std::list<Handle>::iterator place;
  bool ended = false;
};

DnsTcp::DnsTcp(asio::io_context& io, const TcpListener& listener, const Limits& limits, Answerer answerer)
    : limits_(limits),
      answerer_(std::move(answerer)),
      acceptor_(io, ProtocolOf(listener.local), listener.fd),
      retry_(io) {
  Accept();
}

DnsTcp::~DnsTcp() {
  while (!connections_.empty()) End(connections_.front());
}

void DnsTcp::Accept() {
  acceptor_.async_accept([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error,
                                                                   asio::ip::tcp::socket socket) {
    if (alive.expired() || error == asio::error::operation_aborted) return;
    if (error) return RetryAccept();
    OnAccepted(std::move(socket));
    Accept();
  });
}

// Most likely out of descriptors: without a pause this would spin.
void DnsTcp::RetryAccept() {
  retry_.expires_after(kAcceptPause);
  retry_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (!error && !alive.expired()) Accept();
  });
}

void DnsTcp::OnAccepted(asio::ip::tcp::socket socket) {
  asio::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const ClientNetwork network = ClientNetwork::Of(AddressOf(remote.address()));
  const auto same = of_network_.find(network);
  if (same != of_network_.end() && same->second >= kMaxOfOneNetwork) {
    ++counters_.refused;
    return;
  }
  if (connections_.size() >= kMaxConnections) {
    End(connections_.front());
    ++counters_.evicted;
  }
  ++counters_.accepted;
  ++of_network_[network];
  auto connection = std::make_shared<Connection>(std::move(socket), network, Clock::now() + limits_.total);
  connection->place = connections_.insert(connections_.end(), connection);
  Read(connection);
}

void DnsTcp::Read(const Handle& connection) {
  ArmTimer(connection);
  Connection& c = *connection;
  const auto room = asio::buffer(c.buffer.data() + c.filled, c.buffer.size() - c.filled);
  c.socket.async_read_some(room, [this, alive = std::weak_ptr<int>(alive_), connection](const asio::error_code& error,
                                                                                       std::size_t size) {
    if (alive.expired() || connection->ended) return;
    if (error) return End(connection);
    connection->filled += size;
    Process(connection);
  });
}

void DnsTcp::Process(const Handle& connection) {
  Connection& c = *connection;
  std::size_t at = 0;
  while (c.filled - at >= kLengthBytes && c.unsent.size() < kMaxUnsent) {
    const std::size_t size = LoadBigEndian<std::uint16_t>(c.buffer.data() + at);
    if (size < kDnsHeaderBytes || size > kMaxDnsQueryBytes) return End(connection);
    if (c.filled - at < kLengthBytes + size) break;
    const auto answer = answerer_(BytesView(c.buffer).subspan(at + kLengthBytes, size));
    if (!answer) return End(connection);
    std::byte length[kLengthBytes];
    StoreBigEndian(static_cast<std::uint16_t>(answer->size()), length);
    c.unsent.insert(c.unsent.end(), length, length + kLengthBytes);
    c.unsent.insert(c.unsent.end(), answer->begin(), answer->end());
    at += kLengthBytes + size;
  }
  std::copy(c.buffer.begin() + static_cast<std::ptrdiff_t>(at),
            c.buffer.begin() + static_cast<std::ptrdiff_t>(c.filled), c.buffer.begin());
  c.filled -= at;
  if (c.unsent.empty()) {
    Read(connection);
  } else {
    Write(connection);
  }
}

void DnsTcp::Write(const Handle& connection) {
  ArmTimer(connection);
  asio::async_write(connection->socket, asio::buffer(connection->unsent),
                    [this, alive = std::weak_ptr<int>(alive_), connection](const asio::error_code& error, std::size_t) {
                      if (alive.expired() || connection->ended) return;
                      if (error) return End(connection);
                      connection->unsent.clear();
                      Process(connection);
                    });
}

void DnsTcp::ArmTimer(const Handle& connection) {
  connection->timer.expires_at(std::min(Clock::now() + limits_.idle, connection->last_moment));
  connection->timer.async_wait(
      [this, alive = std::weak_ptr<int>(alive_), connection](const asio::error_code& error) {
        if (error || alive.expired() || connection->ended) return;
        ++counters_.timed_out;
        End(connection);
      });
}

void DnsTcp::End(const Handle& given) {
  const Handle connection = given;  // `given` may be the element that is erased
  if (std::exchange(connection->ended, true)) return;
  asio::error_code ignored;
  connection->timer.cancel();
  connection->socket.close(ignored);
  const auto same = of_network_.find(connection->network);
  if (--same->second == 0) of_network_.erase(same);
  connections_.erase(connection->place);
}

}  // namespace hearsay
