// SPDX-License-Identifier: MIT
//
// DnsTcp: DNS over TCP (RFC 7766): each message after its length in two bytes, several on a connection, answered in
// their order.
//
// Bounds, so that nobody takes the place of others for long: kMaxConnections at a time, above that the oldest ends;
// kMaxOfOneNetwork of one client network (/24, /56), above that the new one ends; kIdle without a byte in or out,
// kTotal in all; queries of 12 to 512 bytes, anything else ends the connection; kMaxUnsent bytes of answers that the
// client has not taken before more of its queries are read.
// One thread, the loop's. What the answerer gives nothing for ends the connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "crawler/seed/response_rate_limit.h"
#include "crawler/seed/tcp_listener.h"
#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

class DnsTcp {
 public:
  static constexpr std::size_t kMaxConnections = 256;
  static constexpr std::size_t kMaxOfOneNetwork = 16;
  static constexpr std::size_t kMaxUnsent = 1 << 16;

  struct Limits {
    std::chrono::milliseconds idle = std::chrono::seconds{10};
    std::chrono::milliseconds total = std::chrono::seconds{60};
  };
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;   // too many of one network
    std::uint64_t evicted = 0;   // the oldest, for a new one
    std::uint64_t timed_out = 0;
  };
  // nullopt: end the connection.
  using Answerer = std::function<std::optional<Bytes>(BytesView query)>;

  // Takes the listener's descriptor.
  DnsTcp(asio::io_context& io, const TcpListener& listener, const Limits& limits, Answerer answerer);
  ~DnsTcp();
  DnsTcp(const DnsTcp&) = delete;
  DnsTcp& operator=(const DnsTcp&) = delete;

  const Counters& counters() const { return counters_; }

 private:
  struct Connection;
  using Handle = std::shared_ptr<Connection>;

  void Accept();
  void OnAccepted(asio::ip::tcp::socket socket);
  void RetryAccept();
  void Read(const Handle& connection);
  // Answers what is whole, sends it, then goes on with the rest or reads more.
  void Process(const Handle& connection);
  void Write(const Handle& connection);
  void ArmTimer(const Handle& connection);
  void End(const Handle& connection);

  const Limits limits_;
  const Answerer answerer_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::list<Handle> connections_;  // the oldest first
  std::map<ClientNetwork, std::size_t> of_network_;
  Counters counters_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // queued handlers hold it weakly
};

}  // namespace hearsay
