// SPDX-License-Identifier: MIT
//
// Clients that are silent, slow, many or gone: they cost a place for a while, and nothing else.
#include <arpa/inet.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kOpenStream = "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kOpened = "\nid: ";  // the greeting of a stream

class LocalApiLimits : public ApiFixture {
 protected:
  std::vector<RawConnection> Connect(std::size_t count) {
    std::vector<RawConnection> connections;
    for (std::size_t i = 0; i < count; ++i) connections.emplace_back(address);
    return connections;
  }
  std::size_t Metric(const std::string& name) {
    const std::string page = Get("/metrics").body;
    const std::size_t at = page.find("\n" + name + " ");
    EXPECT_NE(at, std::string::npos) << name;
    return at == std::string::npos ? 0 : std::stoul(page.substr(at + name.size() + 2));
  }
  // CPU of the loop's thread while `connection` stays silent.
  milliseconds LoopTimeDuring(RawConnection& connection, milliseconds span) {
    return LoopTimeOf([&] { EXPECT_THAT(connection.Hear("never said", span), EndsWith("<still open>")); });
  }
  milliseconds LoopTimeOf(const std::function<void()>& what) {
    const auto measure = [this] {
      rusage usage{};
      OnLoop([&usage] { ::getrusage(RUSAGE_THREAD, &usage); });
      const auto of = [](const timeval& t) { return seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec}; };
      return std::chrono::duration_cast<milliseconds>(of(usage.ru_utime) + of(usage.ru_stime));
    };
    const milliseconds before = measure();
    what();
    return measure() - before;
  }
};

TEST_F(LocalApiLimits, ClosesASilentClientAtItsDeadline) {
  StartApi({.address = {}, .request_deadline = milliseconds{100}});
  RawConnection connection(address);
  EXPECT_EQ(connection.Hear(), "");
  EXPECT_EQ(Metric("hearsay_api_timeouts_total"), 1u);
}

TEST_F(LocalApiLimits, ClosesAClientThatDripsItsHeader) {
  StartApi({.address = {}, .request_deadline = milliseconds{200}});
  RawConnection connection(address);
  connection.Say("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ");
  const auto begin = Clock::now();
  std::string heard = "<still open>";
  while (heard == "<still open>" && Clock::now() - begin < kPatience) {
    connection.Say("x");
    heard = connection.Hear({}, milliseconds{10});
  }
  EXPECT_EQ(heard, "");
  EXPECT_GE(Clock::now() - begin, milliseconds{150});
  EXPECT_LT(Clock::now() - begin, kPatience / 2);
}

TEST_F(LocalApiLimits, GivesAKeptConnectionOneDeadlineForEachRequest) {
  StartApi({.address = {}, .request_deadline = seconds{1}});
  RawConnection connection(address);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(connection.Hear("x", milliseconds{300}), "<still open>");
    connection.Say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(connection.Hear("}\n"), HasSubstr("\"status\":\"ok\""));
  }
  EXPECT_EQ(connection.Hear(), "");
}

TEST_F(LocalApiLimits, ServesOthersWhileHundredsAreSilent) {
  StartApi({.address = {}, .request_deadline = seconds{60}});
  auto silent = Connect(300);
  for (RawConnection& connection : silent) connection.Say("GET /healthz HTTP/1.1\r\nHo");
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(silent.front().Hear(), "") << "the oldest gave way";
  EXPECT_EQ(silent.back().Hear({}, milliseconds{1}), "<still open>");
  EXPECT_GE(Metric("hearsay_api_evicted_total"), 300u + 1u - 64u);
  EXPECT_EQ(Metric("hearsay_api_timeouts_total"), 0u);
}

TEST_F(LocalApiLimits, HoldsNoMoreConnectionsThanItsLimitAndNoStreamGivesWay) {
  StartApi({.address = {}, .max_connections = 8, .max_event_streams = 4, .request_deadline = seconds{60}});
  auto streams = Connect(4);
  for (RawConnection& stream : streams) {
    stream.Say(kOpenStream);
    EXPECT_THAT(stream.Hear(kOpened), StartsWith("HTTP/1.1 200"));
  }
  auto silent = Connect(20);
  EXPECT_EQ(silent.front().Hear(), "");
  const auto begin = Clock::now();  // who was closed is counted until it is gone
  while (Metric("hearsay_api_connections") != 8 && Clock::now() - begin < kPatience) std::this_thread::yield();
  EXPECT_EQ(Metric("hearsay_api_connections"), 8u);
  EXPECT_EQ(Metric("hearsay_api_event_streams"), 4u);
  for (RawConnection& stream : streams) EXPECT_EQ(stream.Hear("never said", milliseconds{1}), "<still open>");
}

TEST_F(LocalApiLimits, SpendsNoTimeOnSilentClientsAndStreams) {
  StartApi({.address = {}, .request_deadline = seconds{60}});
  auto silent = Connect(30);
  auto half_open = Connect(10);
  for (RawConnection& connection : half_open) connection.Say("GET /healthz HTTP/1.1\r\nHo");
  auto streams = Connect(8);
  for (RawConnection& stream : streams) {
    stream.Say(kOpenStream);
    EXPECT_THAT(stream.Hear(kOpened), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_LT(LoopTimeDuring(silent.front(), milliseconds{500}), milliseconds{25});
}

TEST_F(LocalApiLimits, SpendsNoTimeOnAClientThatDoesNotReadItsAnswer) {
  for (int i = 0; i < 20'000; ++i) {
    node.peers.push_back(TestPeer(1, PeerState::kActive, {{"filling", std::string(200, 'x')}}));
  }
  StartApi({.address = {}, .request_deadline = seconds{2}});
  RawConnection silent(address);
  RawConnection reader(address);
  reader.Say("GET /v1/peers HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_THAT(reader.Hear("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_LT(LoopTimeDuring(silent, milliseconds{300}), milliseconds{25});
  EXPECT_EQ(Get("/healthz").status, 200);
  // At the deadline the rest of the answer is given up.
  EXPECT_EQ(silent.Hear(), "");
  EXPECT_THAT(reader.Hear(), Not(EndsWith("]}\n")));
}

TEST_F(LocalApiLimits, OpensSoManyStreamsAndNoMore) {
  StartApi({.address = {}, .max_event_streams = 4});
  auto streams = Connect(4);
  for (RawConnection& stream : streams) {
    stream.Say(kOpenStream);
    EXPECT_THAT(stream.Hear(kOpened), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_EQ(Get("/v1/events").status, 503);
  // The place of one that left is free at once, although no event has found out.
  streams.pop_back();
  RawConnection next(address);
  next.Say(kOpenStream);
  EXPECT_THAT(next.Hear(kOpened), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(Metric("hearsay_api_event_streams"), 4u);
}

TEST_F(LocalApiLimits, FindsOutAtAKeepaliveThatAStreamHasLeft) {
  StartApi({.address = {}, .keepalive = milliseconds{20}});
  {
    RawConnection stream(address);
    stream.Say(kOpenStream);
    EXPECT_THAT(stream.Hear(": keepalive\n\n"), StartsWith("HTTP/1.1 200"));
  }
  const auto begin = Clock::now();
  while (Metric("hearsay_api_event_streams") != 0 && Clock::now() - begin < kPatience) std::this_thread::yield();
  EXPECT_EQ(Metric("hearsay_api_event_streams"), 0u);
}

TEST_F(LocalApiLimits, DropsAStreamThatDoesNotKeepUp) {
  StartApi();
  RawConnection slow(address);
  slow.Say(kOpenStream);
  slow.Hear(kOpened);
  RawConnection quick(address);
  quick.Say(kOpenStream);
  quick.Hear(kOpened);
  // Fifty logs' worth, more than the buffers of two sockets hold; the quick one reads as it comes.
  for (int round = 0; round < 200; ++round) {
    OnLoop([this] {
      for (int i = 0; i < 1000; ++i) Append(PeerEventKind::kActive, 1, std::string(200, 'x'));
      Append(PeerEventKind::kStale, 1, "end of a round");
    });
    if (Metric("hearsay_api_event_streams") == 1) break;
    EXPECT_THAT(quick.Hear("end of a round"), Not(HasSubstr("<still open>")));
  }
  EXPECT_EQ(Metric("hearsay_api_event_streams"), 1u) << "the slow stream should have been dropped";
  EXPECT_THAT(slow.Hear(), Not(HasSubstr("<still open>")));
}

// Every descriptor of this process taken, and given back at the end.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int probe = ::dup(0);
    rlimit tight = before_;
    tight.rlim_cur = static_cast<rlim_t>(probe) + 1;
    ::setrlimit(RLIMIT_NOFILE, &tight);
    for (int fd = probe; fd >= 0; fd = ::dup(0)) taken_.push_back(fd);
  }
  ~NoDescriptors() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
    for (const int fd : taken_) ::close(fd);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

void ConnectTo(const ApiAddress& address, int client) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(address.endpoint->port);
  ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
}

TEST_F(LocalApiLimits, SpendsNoTimeOnWhomItHasNoDescriptorFor) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "UBSan looks at an object's type through a pipe, for which there is no descriptor";
#endif
  StartApi();
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  {
    const NoDescriptors none;
    ConnectTo(address, client);
    EXPECT_LT(LoopTimeOf([] { std::this_thread::sleep_for(milliseconds{300}); }), milliseconds{25});
  }
  EXPECT_EQ(Get("/healthz").status, 200) << "it goes on once there are some";
  ::close(client);
}

// libmicrohttpd accepts nobody more then, until one of those it has ends; streams have no end.
TEST_F(LocalApiLimits, AStreamGivesWayToWhomThereWasNoDescriptorFor) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "UBSan looks at an object's type through a pipe, for which there is no descriptor";
#endif
  StartApi({.address = {}, .request_deadline = milliseconds{500}, .keepalive = milliseconds{50}});
  RawConnection stream(address);
  stream.Say(kOpenStream);
  ASSERT_THAT(stream.Hear(kOpened), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(stream.Hear({}, milliseconds{300}), EndsWith("<still open>")) << "nobody waits";
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  {
    const NoDescriptors none;
    ConnectTo(address, client);
    EXPECT_THAT(stream.Hear(), Not(HasSubstr("<still open>")));
  }
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Metric("hearsay_api_evicted_total"), 1u);
  ::close(client);
}

TEST_F(LocalApiLimits, StopsWithStreamsAndHalfRequestsOpen) {
  StartApi();
  RawConnection half_open(address);
  half_open.Say("GET /healthz HTTP/1.1\r\n");
  RawConnection stream(address);
  stream.Say(kOpenStream);
  stream.Hear(kOpened);
  OnLoop([this] { api->Stop(); });
  EXPECT_EQ(half_open.Hear(), "");
  // The chunk that ends the answer: the reader knows that nothing was cut.
  EXPECT_THAT(stream.Hear(), EndsWith("0\r\n\r\n"));
}

}  // namespace
}  // namespace hearsay
