// SPDX-License-Identifier: MIT
#include "node/io/http_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "node/io/udp_address.h"

namespace hearsay {
namespace {

struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::optional<SocketName> NameOf(const ApiAddress& address) {
  SocketName name;
  if (!address.endpoint) {
    auto& un = reinterpret_cast<sockaddr_un&>(name.storage);
    if (address.unix_path.empty() || address.unix_path.size() >= sizeof un.sun_path) return std::nullopt;
    un.sun_family = AF_UNIX;
    std::copy(address.unix_path.begin(), address.unix_path.end(), un.sun_path);
    name.size = sizeof un;
  } else {
    const int family = address.endpoint->address.IsV4() ? AF_INET : AF_INET6;
    const std::optional<socklen_t> size = ToSocketAddress(*address.endpoint, family, name.storage);
    if (!size) return std::nullopt;
    name.size = *size;
  }
  return name;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "HTTP/1.x NNN ...".
std::optional<int> StatusOf(std::string_view head) {
  if (!head.starts_with("HTTP/1.") || head.size() < 12) return std::nullopt;
  return ParseNumber<int>(head.substr(9, 3));
}

std::optional<std::size_t> LengthOf(const std::string& head) {
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::string_view kName = "\r\ncontent-length:";
  const std::size_t at = lower.find(kName);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = lower.find_first_not_of(' ', at + kName.size());
  return ParseNumber<std::size_t>(std::string_view(lower).substr(begin, lower.find('\r', begin) - begin));
}

std::string MillisecondsText(HttpClient::Timeout timeout) { return std::to_string(timeout.count()) + " ms"; }

}  // namespace

HttpClient::HttpClient(HttpClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      address_(std::move(other.address_)),
      buffer_(std::move(other.buffer_)),
      length_(other.length_) {}

HttpClient& HttpClient::operator=(HttpClient&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(address_, other.address_);
  std::swap(buffer_, other.buffer_);
  std::swap(length_, other.length_);
  return *this;
}

HttpClient::~HttpClient() {
  if (fd_ >= 0) ::close(fd_);
}

tl::unexpected<std::string> HttpClient::Fault(std::string_view what) const {
  return tl::unexpected(address_ + ": " + std::string(what));
}

Result<HttpClient> HttpClient::Connect(const ApiAddress& address, Timeout timeout) {
  const std::optional<SocketName> name = NameOf(address);
  HttpClient client(-1, address.ToString());
  if (!name) return client.Fault("no address to connect to");
  client.fd_ = ::socket(name->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client.fd_ < 0) return client.Fault(std::strerror(errno));
  // Bounds connect() and send(); both wait only for a node that accepts nothing.
  const timeval limit{.tv_sec = timeout.count() / 1000, .tv_usec = timeout.count() % 1000 * 1000};
  ::setsockopt(client.fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(client.fd_, reinterpret_cast<const sockaddr*>(&name->storage), name->size) != 0) {
    const bool late = errno == EAGAIN || errno == EINPROGRESS;
    return client.Fault(late ? "no answer within " + MillisecondsText(timeout) : std::string(std::strerror(errno)));
  }
  return client;
}

Result<void> HttpClient::SendRequest(const HttpRequest& asked) {
  std::string request = std::string(asked.method) + " " + std::string(asked.target);
  request += " HTTP/1.0\r\nHost: localhost\r\n";
  if (asked.method != "GET") request += "Content-Length: 0\r\n";
  if (!asked.token.empty()) request += "Authorization: Bearer " + std::string(asked.token) + "\r\n";
  request += "\r\n";
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t n = ::send(fd_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fault(std::strerror(errno));
    sent += static_cast<std::size_t>(n);
  }
  return {};
}

Result<HttpClient::Received> HttpClient::Receive(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&readable, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
  // A signal counts as a timeout: whoever wants to end looks at its flag, the others call again.
  if (ready == 0 || (ready < 0 && errno == EINTR)) return Received::kTimeout;
  if (ready < 0) return Fault(std::strerror(errno));
  char chunk[64 * 1024];
  const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
  if (n < 0) return Fault(std::strerror(errno));
  if (n == 0) return Received::kEnd;
  buffer_.append(chunk, static_cast<std::size_t>(n));
  return Received::kSome;
}

Result<std::string> HttpClient::ReadHead(Clock::time_point deadline) {
  for (;;) {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string head = buffer_.substr(0, end + 2);
      buffer_.erase(0, end + 4);
      return head;
    }
    if (buffer_.size() > kMaxHeadBytes) return Fault("what answers there is no hearsay node");
    auto received = Receive(deadline);
    if (!received) return tl::unexpected(std::move(received.error()));
    if (*received == Received::kEnd) return Fault("closed the connection without an answer");
    if (*received == Received::kTimeout && Clock::now() >= deadline) return Fault("no answer in time");
  }
}

Result<int> HttpClient::Open(std::string_view target, Timeout timeout) { return Begin({.target = target}, timeout); }

Result<int> HttpClient::Begin(const HttpRequest& request, Timeout timeout) {
  if (auto sent = SendRequest(request); !sent) return tl::unexpected(std::move(sent.error()));
  auto head = ReadHead(Clock::now() + timeout);
  if (!head) return tl::unexpected(std::move(head.error()));
  const std::optional<int> status = StatusOf(*head);
  if (!status) return Fault("what answers there is no hearsay node");
  length_ = LengthOf(*head);
  return *status;
}

Result<HttpResponse> HttpClient::Ask(const HttpRequest& request, Timeout timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  auto status = Begin(request, timeout);
  if (!status) return tl::unexpected(std::move(status.error()));
  while (!length_ || buffer_.size() < *length_) {
    if (buffer_.size() > kMaxBodyBytes) return Fault("the answer is larger than any node's");
    auto received = Receive(deadline);
    if (!received) return tl::unexpected(std::move(received.error()));
    if (*received == Received::kTimeout && Clock::now() >= deadline) return Fault("no whole answer in time");
    if (*received != Received::kEnd) continue;
    if (length_) return Fault("the answer was cut short");
    break;
  }
  return HttpResponse{.status = *status, .body = std::exchange(buffer_, {})};
}

Result<HttpClient::Line> HttpClient::ReadLine(Timeout timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      Line line{.outcome = Outcome::kLine, .text = buffer_.substr(0, end)};
      buffer_.erase(0, end + 1);
      return line;
    }
    if (buffer_.size() > kMaxLineBytes) return Fault("a line is longer than any node's");
    auto received = Receive(deadline);
    if (!received) return tl::unexpected(std::move(received.error()));
    if (*received == Received::kTimeout) return Line{.outcome = Outcome::kTimeout, .text = {}};
    if (*received == Received::kEnd) return Line{.outcome = Outcome::kEnd, .text = {}};
  }
}

std::string EncodeQuery(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

}  // namespace hearsay
