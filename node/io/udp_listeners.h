// SPDX-License-Identifier: MIT
//
// UdpListeners: all sockets of a node as one: what to bind, which of them a datagram leaves by, one flush a step.
//
// An answer leaves by the socket, and from the address, that its question came to: a node with several addresses signs
// the dialled one, and must be seen to answer from it. Anything else leaves by the socket that fits best; of several,
// by that on the address from which the machine's routes lead there.
// One thread, the loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <asio/io_context.hpp>

#include "node/io/udp_socket.h"
#include "proto/endpoint.h"
#include "proto/error.h"

namespace hearsay {

class UdpListeners {
 public:
  static constexpr std::size_t kMaxListeners = 16;
  using OnDatagrams = std::function<void(std::size_t listener, std::span<const Datagram>)>;

  // No endpoints: every address of the machine, IPv4 and (where there is any) IPv6, on the default port. Endpoints with
  // port 0 get `preferred_port` when it is free (0: none), else any; several of them get the same port where possible.
  // [::] takes IPv4 too, unless an IPv4 endpoint is given beside it.
  static Result<std::unique_ptr<UdpListeners>> Open(asio::io_context& io, std::vector<Endpoint> listen,
                                                    std::uint16_t preferred_port);

  std::vector<Endpoint> endpoints() const;  // as bound
  std::uint16_t port() const { return sockets_.front()->local().port; }
  UdpCounters counters() const;             // sums
  std::uint64_t unroutable() const { return unroutable_; }

  void Start(OnDatagrams on_datagrams);
  void ReadNow();  // what is waiting on each socket

  struct Question {
    std::size_t listener = 0;
    const Datagram& datagram;
  };
  // Notes a datagram; `question` when this may be the answer to it. Its bytes are `size` bytes from `offset` of what
  // Flush is given.
  void Add(const Endpoint& to, std::size_t offset, std::size_t size, const Question* question);
  void Flush(BytesView bytes);
  void Close();

 private:
  struct Pending {
    Endpoint to;
    std::optional<IpAddress> source;
    std::size_t offset = 0;
    std::size_t size = 0;
  };
  struct Best {
    std::size_t listener = 0;
    int fitness = 0;
  };
  Best FindBest(const IpAddress& destination) const;

  std::vector<std::unique_ptr<UdpSocket>> sockets_;  // at least one
  std::vector<std::vector<Pending>> pending_;        // by socket
  std::vector<Outgoing> outgoing_;                   // reused
  std::uint64_t unroutable_ = 0;                     // no socket reaches that address
};

}  // namespace hearsay
