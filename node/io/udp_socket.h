// SPDX-License-Identifier: MIT
//
// UdpSocket: one bound UDP socket on the Asio loop: batches in, batches out, no allocation per datagram.
//
// In: when readable, recvmmsg reads up to kBatch datagrams, each with the address it was sent to (IP_PKTINFO), and
// hands them over in one call. After kBatchesPerTurn the loop gets its turn: a flood can't starve timers and the API.
// Out: the owner collects a step's datagrams and calls Send once; sendmmsg sends them, kBatch a call. What the kernel
// does not take now waits, copied, in a queue of kMaxQueued datagrams, in order; above that the newest is dropped and
// counted. UDP may lose anything, so nobody is told.
// A flood of hellos is thinned out in the kernel (hello_gate.h), by a socket filter (socket(7), SO_ATTACH_FILTER).
// Errors: what a stranger can cause (ICMP, an unreachable or impossible destination) costs that one datagram.
// A socket on [::] is dual-stack; IPv4 peers appear as mapped addresses, which is how Endpoint holds them anyway.
// Path MTU: nothing we send is above 1,200 bytes, so forged "fragmentation needed" messages are ignored
// (IP_PMTUDISC_OMIT).
// One thread, the loop's.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/seam.h"
#include "node/io/clock.h"
#include "node/io/hello_gate.h"
#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/limits.h"

namespace hearsay {

// A datagram to be sent; the bytes are borrowed for the call.
struct Outgoing {
  Endpoint to;
  // An answer leaves from the address that was asked, whatever the routing table prefers. Absent: the kernel chooses.
  std::optional<IpAddress> source;
  BytesView bytes;
};

struct UdpCounters {
  std::uint64_t receive_errors = 0;
  std::uint64_t send_errors = 0;   // refused by the kernel: unreachable, no route, impossible address
  std::uint64_t send_queued = 0;   // had to wait for the kernel
  std::uint64_t send_dropped = 0;  // the queue was full
  std::uint64_t receive_batches = 0;
  std::uint64_t receive_dropped = 0;  // by the kernel: no room in the socket, or a hello shed
  std::uint64_t hellos_shed = 0;      // thinned out in a flood; an estimate (hello_gate.h)
};

class UdpSocket {
 public:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kBatchesPerTurn = 8;
  static constexpr std::size_t kMaxQueued = 1024;       // 1.2 MB at most, and only while the kernel is behind
  static constexpr int kReceiveBufferBytes = 1 << 20;   // asked for; the kernel grants up to net.core.rmem_max
  using OnDatagrams = std::function<void(std::span<const Datagram>)>;

  enum class Family : std::uint8_t {
    kSingle,     // only the address's own family
    kDualStack,  // [::] takes IPv4 too
  };
  // Binds; port 0 takes any free one. The error names the endpoint and the remedy, which is in the setting `option`.
  static Result<std::unique_ptr<UdpSocket>> Open(asio::io_context& io, const Endpoint& listen, Family family,
                                                 const std::string& option = "--listen");
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  const Endpoint& local() const { return local_; }  // as bound, with the real port
  // How well this socket fits for sending there; 0: not at all.
  int Fitness(const IpAddress& destination) const;
  UdpCounters counters() const;
  bool gated() const { return !hello_gate_.open(); }  // does the kernel drop hellos now?

  // The handler may call Send and Close.
  void Start(OnDatagrams on_datagrams);
  // Hands over what is waiting, without waiting for more; bounded.
  void ReadNow();
  void Send(std::span<const Outgoing> datagrams);
  std::size_t queued() const { return queue_.size(); }
  void Close();  // what is queued is dropped

 private:
  struct Buffers;
  struct Queued {
    Endpoint to;
    std::optional<IpAddress> source;
    Bytes bytes;
  };

  UdpSocket(asio::io_context& io, int fd, int family, const Endpoint& local);
  void WaitReadable();
  void WaitWritable();
  void ReadTurn();
  std::size_t ReceiveBatch();
  void NoteHellos(std::size_t count);
  void WatchGate();
  std::size_t SendBatch(std::span<const Outgoing> datagrams);
  void Enqueue(std::span<const Outgoing> datagrams);
  void DrainQueue();

  asio::posix::stream_descriptor descriptor_;
  const int family_;  // AF_INET or AF_INET6
  Endpoint local_;
  bool dual_stack_ = false;
  bool open_ = true;
  bool waiting_writable_ = false;
  OnDatagrams on_datagrams_;
  UdpCounters counters_;
  SystemClock clock_;
  HelloGate hello_gate_;
  asio::steady_timer gate_timer_;  // runs while the gate is not open
  std::deque<Queued> queue_;
  std::unique_ptr<Buffers> buffers_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // queued handlers hold it weakly
};

}  // namespace hearsay
