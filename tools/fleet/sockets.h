// SPDX-License-Identifier: MIT
//
// Sockets: the UDP sockets of a whole fleet, one an address, in one epoll set with one set of buffers.
//
// What UdpSocket (node/io/udp_socket.h) keeps for each socket, 80 kB of it, is here once: the nodes of one thread are
// served one after the other. In: Poll() reads every socket that has something, kBatch datagrams at a time
// (recvmmsg). Out: Send() hands a step's datagrams to the kernel at once (sendmmsg); what it does not take is dropped
// and counted, as UDP may.
// IPv4 only: 127.0.0.0/8 is sixteen million addresses, ::1 is one.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "node/core/seam.h"
#include "proto/endpoint.h"
#include "proto/error.h"

namespace hearsay::fleet {

struct Traffic {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;  // by the kernel: no room, or no way from a loopback address to there
};

class Sockets {
 public:
  static constexpr std::size_t kBatch = 32;    // datagrams of one socket
  static constexpr std::size_t kReady = 256;   // sockets of one Poll
  using OnDatagrams = std::function<void(std::size_t resident, std::span<const Datagram>)>;

  Sockets();
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  // The endpoint as bound; port 0 takes any free one. The error names the endpoint and the remedy.
  Result<Endpoint> Open(std::size_t resident, const Endpoint& listen);
  void Close(std::size_t resident);
  // Readable while a socket is.
  int epoll_descriptor() const { return epoll_; }
  // Does not wait. Returns how many sockets had something: kReady may mean that there are more. Datagram::local is the
  // bound endpoint. The handler may close sockets.
  std::size_t Poll(const OnDatagrams& on_datagrams);
  // From `resident`'s socket.
  void Send(std::size_t resident, std::span<const hearsay::Send> sends, const Effects& effects);
  const Traffic& traffic() const { return traffic_; }

 private:
  struct Buffers;
  struct Socket {
    int descriptor = -1;
    Endpoint local;
  };
  void Read(std::size_t resident, const OnDatagrams& on_datagrams);

  int epoll_;
  std::vector<Socket> sockets_;  // by resident
  std::vector<epoll_event> ready_;
  std::unique_ptr<Buffers> buffers_;
  Traffic traffic_;
};

}  // namespace hearsay::fleet
