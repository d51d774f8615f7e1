// SPDX-License-Identifier: MIT
//
// Loopback: what benchmarks over UDP share: a client that keeps one batch in flight, and the server's loop in a thread
// whose CPU time counts.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include "proto/check.h"
#include "proto/codec.h"
#include "proto/endpoint.h"
#include "tools/bench/measure.h"

namespace hearsay::bench {

inline constexpr std::size_t kBatch = 64;
inline constexpr std::size_t kPackets = 64 * 1500;

// A client socket that keeps one batch in flight.
class LoopbackClient {
 public:
  LoopbackClient() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    HEARSAY_CHECK(fd_ >= 0 && ::bind(fd_, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
    timeval patience{.tv_sec = 0, .tv_usec = 200'000};
    HEARSAY_CHECK(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    socklen_t size = sizeof any;
    HEARSAY_CHECK(::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size) == 0);
    endpoint_ = {IpAddress::V4(INADDR_LOOPBACK), ntohs(any.sin_port)};
  }
  ~LoopbackClient() { ::close(fd_); }
  LoopbackClient(const LoopbackClient&) = delete;
  LoopbackClient& operator=(const LoopbackClient&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }

  // Sends kPackets packets made by `make` and returns how many answers came back.
  template <typename Make>
  std::size_t Drive(std::uint16_t server_port, Make make) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(server_port);
    HEARSAY_CHECK(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    std::vector<DatagramBuffer> out(kBatch);
    std::size_t answered = 0;
    for (std::size_t sent = 0; sent < kPackets; sent += kBatch) {
      mmsghdr messages[kBatch] = {};
      iovec parts[kBatch];
      for (std::size_t i = 0; i < kBatch; ++i) {
        make(out[i]);
        parts[i] = {out[i].bytes.data(), out[i].size};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
      }
      HEARSAY_CHECK(::sendmmsg(fd_, messages, kBatch, 0) == static_cast<int>(kBatch));
      ByteArray<kMaxDatagramBytes> in;
      for (std::size_t i = 0; i < kBatch; ++i) {
        if (::recv(fd_, in.data(), in.size(), 0) <= 0) break;
        ++answered;
      }
    }
    return answered;
  }

 private:
  int fd_;
  Endpoint endpoint_;
};

// Runs the loop in a thread of its own until told to stop; returns its CPU seconds.
class LoopThread {
 public:
  explicit LoopThread(asio::io_context& io)
      : io_(io), thread_([this] {
          const double start = ThreadCpuSeconds();
          const auto work = asio::make_work_guard(io_);
          io_.run();
          cpu_ = ThreadCpuSeconds() - start;
        }) {}
  double Stop() {
    io_.stop();
    thread_.join();
    return cpu_;
  }

 private:
  asio::io_context& io_;
  double cpu_ = 0;
  std::thread thread_;
};

}  // namespace hearsay::bench
