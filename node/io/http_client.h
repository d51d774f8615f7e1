// SPDX-License-Identifier: MIT
//
// HttpClient: what the command line needs to ask a node on this machine: one request without a body, blocking, over
// loopback or a unix socket.
//
// It speaks HTTP/1.0 on purpose: one request a connection, no chunks, the answer ends with the connection. An answer
// with a Content-Length that is cut short is an error, never half an object. Not for servers of strangers (peer lists
// have their own client).
// Bounds: kMaxHeadBytes, kMaxBodyBytes, kMaxLineBytes, and a time limit for each call.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "node/io/settings.h"
#include "proto/error.h"

namespace hearsay {

struct HttpResponse {
  int status = 0;
  std::string body;
};

struct HttpRequest {
  std::string_view method = "GET";
  std::string_view target;    // path and query, encoded
  std::string_view token{};   // for "Authorization: Bearer"; empty: none
};

class HttpClient {
 public:
  static constexpr std::size_t kMaxHeadBytes = 16 * 1024;
  static constexpr std::size_t kMaxBodyBytes = 256 * 1024 * 1024;
  static constexpr std::size_t kMaxLineBytes = 64 * 1024;
  using Timeout = std::chrono::milliseconds;

  // The error is one line without a remedy: the caller knows how it came by the address.
  static Result<HttpClient> Connect(const ApiAddress& address, Timeout timeout);
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&& other) noexcept;
  ~HttpClient();

  // One call of one of the three on each connection. `target` is the path and query, encoded.
  // The whole answer, whatever its status.
  Result<HttpResponse> Get(std::string_view target, Timeout timeout) { return Ask({.target = target}, timeout); }
  Result<HttpResponse> Ask(const HttpRequest& request, Timeout timeout);
  // The head only: the status. Lines are then read one by one; with another status than 200, read the body at once.
  Result<int> Open(std::string_view target, Timeout timeout);

  enum class Outcome { kLine, kTimeout, kEnd };
  struct Line {
    Outcome outcome{};
    std::string text;  // without its end
  };
  // The next line of an opened answer; kTimeout when none came in time, with nothing lost.
  Result<Line> ReadLine(Timeout timeout);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Received { kSome, kTimeout, kEnd };

  HttpClient(int fd, std::string address) : fd_(fd), address_(std::move(address)) {}
  Result<void> SendRequest(const HttpRequest& request);
  // The head only.
  Result<int> Begin(const HttpRequest& request, Timeout timeout);
  // Adds what the socket has to buffer_.
  Result<Received> Receive(Clock::time_point deadline);
  Result<std::string> ReadHead(Clock::time_point deadline);
  tl::unexpected<std::string> Fault(std::string_view what) const;

  int fd_ = -1;
  std::string address_;
  std::string buffer_;                 // received, not consumed
  std::optional<std::size_t> length_;  // Content-Length
};

// Percent-encodes everything but unreserved characters: RFC 3986 section 2.3.
std::string EncodeQuery(std::string_view text);

}  // namespace hearsay
