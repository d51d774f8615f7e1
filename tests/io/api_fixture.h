// SPDX-License-Identifier: MIT
//
// A local API on a loop of its own, over a NodeView whose answers the test writes, and a raw connection to say anything
// that a well-behaved client would not.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "node/io/http_client.h"
#include "node/io/local_api.h"
#include "node/io/udp_address.h"
#include "proto/endpoint.h"
#include "tests/io/fake_node_view.h"

namespace hearsay {

using std::chrono::milliseconds;
using std::chrono::seconds;
inline constexpr milliseconds kPatience = seconds{10};

inline ApiAddress Tcp(std::string_view endpoint) {
  ApiAddress address;
  address.endpoint = Endpoint::Parse(endpoint);
  return address;
}
inline ApiAddress Unix(const std::string& path) {
  ApiAddress address;
  address.unix_path = path;
  return address;
}

inline std::string MakeScratch() {
  std::string path = ::testing::TempDir() + "hearsay-api-XXXXXX";
  EXPECT_NE(::mkdtemp(path.data()), nullptr);
  return path;
}

class RawConnection {
 public:
  explicit RawConnection(const ApiAddress& address) {
    sockaddr_storage name{};
    const std::optional<socklen_t> size = ToSocketAddress(address.endpoint.value(), AF_INET, name);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&name), size.value()), 0);
  }
  RawConnection(RawConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~RawConnection() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool Say(std::string_view text) { return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) >= 0; }
  // All that comes until the other side closes, or until `enough` is in it.
  std::string Hear(std::string_view enough = {}, milliseconds patience = kPatience) {
    std::string heard;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (enough.empty() || heard.find(enough) == std::string::npos) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
      pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
      if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) <= 0) return heard + "<still open>";
      char chunk[4096];
      const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
      if (n <= 0) break;
      heard.append(chunk, static_cast<std::size_t>(n));
    }
    return heard;
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// The loop's thread runs from StartApi to the end of the test; between the two, touch node, events and api by OnLoop.
class ApiFixture : public ::testing::Test {
 protected:
  void StartApi(ApiConfig config = {}) {
    if (!config.address.endpoint && config.address.unix_path.empty()) config.address = Tcp("127.0.0.1:0");
    config.software = "hearsay/test";
    api = std::make_unique<LocalApi>(io, node, events, config);
    const auto started = api->Start();
    ASSERT_TRUE(started.has_value()) << started.error();
    address = ApiAddress::Parse(api->address()).value();
    thread_ = std::thread([this] { io.run(); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    OnLoop([this] { api.reset(); });
    work_.reset();
    thread_.join();
  }
  void OnLoop(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(io, [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }
  void Happen(PeerEventKind kind, std::uint8_t peer, const std::string& detail = {}) {
    OnLoop([&] { Append(kind, peer, detail); });
  }
  void Append(PeerEventKind kind, std::uint8_t peer, const std::string& detail = {}) {
    events.Append(node.now, {.kind = kind, .id = TestId(peer), .endpoint = {}, .detail = detail, .attributes = {}});
  }
  HttpResponse Get(std::string_view target) {
    auto client = HttpClient::Connect(address, kPatience);
    if (!client) return {.status = 0, .body = client.error()};
    auto response = client->Get(target, kPatience);
    if (!response) return {.status = 0, .body = response.error()};
    return *response;
  }
  // What comes back for these bytes, until the connection closes.
  std::string Ask(std::string_view request) {
    RawConnection connection(address);
    connection.Say(request);
    return connection.Hear();
  }

  asio::io_context io{1};
  FakeNodeView node;
  EventLog events{node.started_at};
  std::unique_ptr<LocalApi> api;
  ApiAddress address;

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io);
  std::thread thread_;
};

}  // namespace hearsay
