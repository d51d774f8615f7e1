// SPDX-License-Identifier: MIT
//
// Clients that are silent, slow, many or gone: they cost a place for a while, and nothing else.
#include <sys/resource.h>

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
    const auto measure = [this] {
      rusage usage{};
      OnLoop([&usage] { ::getrusage(RUSAGE_THREAD, &usage); });
      const auto of = [](const timeval& t) { return seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec}; };
      return std::chrono::duration_cast<milliseconds>(of(usage.ru_utime) + of(usage.ru_stime));
    };
    const milliseconds before = measure();
    EXPECT_THAT(connection.Hear("never said", span), EndsWith("<still open>"));
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

TEST_F(LocalApiLimits, ServesOthersOnceAHundredSilentClientsHaveTimedOut) {
  StartApi({.address = {}, .request_deadline = milliseconds{200}});
  auto silent = Connect(100);
  EXPECT_EQ(Get("/healthz").status, 200);
  for (RawConnection& connection : silent) EXPECT_EQ(connection.Hear(), "");
  EXPECT_EQ(Metric("hearsay_api_timeouts_total"), 100u);
}

TEST_F(LocalApiLimits, HoldsNoMoreConnectionsThanItsLimit) {
  StartApi({.address = {}, .max_connections = 8, .request_deadline = seconds{60}});
  RawConnection first(address);
  EXPECT_EQ(Metric("hearsay_api_connections"), 2u);
  auto silent = Connect(7);  // the metrics' connection is closed: eight in all
  RawConnection ninth(address);
  ninth.Say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(ninth.Hear({}, milliseconds{100}), "<still open>");
  silent.pop_back();
  EXPECT_THAT(ninth.Hear("}\n"), StartsWith("HTTP/1.1 200"));
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
