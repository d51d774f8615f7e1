// SPDX-License-Identifier: MIT
//
// /v1/events: order, resuming, gaps.
#include "node/io/local_api_events.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A reader of server-sent events, as the standard says they are read.
class EventReader {
 public:
  struct Event {
    std::string name;
    std::string id;
    json data;
  };
  explicit EventReader(HttpClient client) : client_(std::move(client)) {}

  // nullopt: the stream ended, or nothing came in time.
  std::optional<Event> Next(milliseconds patience = kPatience) {
    Event event;
    for (;;) {
      auto line = client_.ReadLine(patience);
      if (!line || line->outcome != HttpClient::Outcome::kLine) return std::nullopt;
      const std::string& text = line->text;
      if (text.starts_with("id: ")) last_id = text.substr(4);
      if (text.starts_with("event: ")) event.name = text.substr(7);
      if (text.starts_with("data: ")) event.data = json::parse(text.substr(6));
      if (!text.empty()) continue;
      if (event.data.is_null()) continue;
      event.id = last_id;
      return event;
    }
  }
  std::string last_id;

 private:
  HttpClient client_;
};

class LocalApiEvents : public ApiFixture {
 protected:
  EventReader Open(std::string_view target) {
    auto client = HttpClient::Connect(address, kPatience);
    EXPECT_TRUE(client.has_value());
    const auto status = client->Open(target, kPatience);
    EXPECT_TRUE(status.has_value() && *status == 200);
    return EventReader(std::move(*client));
  }
  std::string After(std::uint64_t id) { return "/v1/events?after=" + std::to_string(id); }
};

TEST_F(LocalApiEvents, TellsWhatHappensFromNowOn) {
  Append(PeerEventKind::kVerified, 1);
  StartApi();
  EventReader reader = Open("/v1/events");
  // The stream has begun once it has said where it stands.
  EXPECT_EQ(reader.Next(milliseconds{1}), std::nullopt);
  while (reader.last_id.empty()) EXPECT_EQ(reader.Next(milliseconds{50}), std::nullopt);
  EXPECT_EQ(reader.last_id, std::to_string(events.base()));
  OnLoop([this] {
    events.Append(node.now, {.kind = PeerEventKind::kActive,
                             .id = TestId(2),
                             .endpoint = Endpoint::Parse("127.0.0.1:7002").value(),
                             .detail = "first channel",
                             .attributes = {{"service", "http"}}});
  });
  const auto event = reader.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->name, "peer_active");
  EXPECT_EQ(event->id, std::to_string(events.base() + 1));
  EXPECT_EQ(event->data, json({{"id", events.base() + 1},
                               {"time", "2023-11-14T22:15:00.500Z"},
                               {"event", "peer_active"},
                               {"node_id", TestId(2).ToString()},
                               {"endpoint", "127.0.0.1:7002"},
                               {"detail", "first channel"},
                               {"attributes", {{"service", "http"}}}}));
}

TEST_F(LocalApiEvents, BeginsWithAFrameThatIsNoEvent) {
  Append(PeerEventKind::kVerified, 1);
  StartApi();
  auto client = HttpClient::Connect(address, kPatience);
  ASSERT_EQ(client->Open(After(0), kPatience).value(), 200);
  for (const std::string& line : {"id: " + std::to_string(events.base() - 1), std::string(),
                                  "id: " + std::to_string(events.base()), std::string("event: peer_verified")}) {
    EXPECT_EQ(client->ReadLine(kPatience)->text, line);
  }
}

TEST_F(LocalApiEvents, ResumesAfterTheLastIdWithoutLossOrRepeat) {
  StartApi();
  EventReader first = Open(After(0));
  Happen(PeerEventKind::kVerified, 1);
  Happen(PeerEventKind::kActive, 1);
  ASSERT_EQ(first.Next()->name, "peer_verified");
  const std::string seen = first.last_id;
  Happen(PeerEventKind::kStale, 1);
  EventReader second = Open("/v1/events?after=" + seen);
  EXPECT_EQ(second.Next()->name, "peer_active");
  EXPECT_EQ(second.Next()->name, "peer_stale");
  EXPECT_EQ(second.Next(milliseconds{50}), std::nullopt);
}

TEST_F(LocalApiEvents, TakesTheHeaderBeforeTheParameter) {
  Append(PeerEventKind::kVerified, 1);
  Append(PeerEventKind::kActive, 1);
  StartApi();
  const std::string answer = Ask("GET /v1/events?follow=false&after=0 HTTP/1.0\r\nHost: localhost\r\nLast-Event-ID: " +
                                 std::to_string(events.base()) + "\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("peer_active"));
  EXPECT_EQ(answer.find("peer_verified"), std::string::npos);
}

TEST_F(LocalApiEvents, SaysHowManyAreLost) {
  for (std::size_t i = 0; i < EventLog::kMaxEvents + 10; ++i) Append(PeerEventKind::kActive, 1);
  const std::uint64_t held = events.next() - events.first();
  StartApi();
  EventReader reader = Open(After(events.base() + 4));
  const auto gap = reader.Next();
  ASSERT_TRUE(gap.has_value());
  EXPECT_EQ(gap->name, "gap");
  EXPECT_EQ(gap->data.at("lost"), EventLog::kMaxEvents + 10 - held - 5);
  EXPECT_EQ(gap->id, std::to_string(events.first() - 1));
  EXPECT_EQ(reader.Next()->data.at("id"), events.first());
}

TEST_F(LocalApiEvents, SaysThatAnIdIsOfAnotherRun) {
  Append(PeerEventKind::kVerified, 1);
  StartApi();
  for (const std::uint64_t other : {events.base() - 1000, events.next() + 1000}) {
    EventReader reader = Open(After(other));
    const auto gap = reader.Next();
    ASSERT_TRUE(gap.has_value());
    EXPECT_EQ(gap->name, "gap");
    EXPECT_TRUE(gap->data.at("lost").is_null());
    EXPECT_EQ(reader.Next()->name, "peer_verified");
  }
}

TEST_F(LocalApiEvents, GivesWhatIsThereAsAnArray) {
  StartApi();
  EXPECT_EQ(json::parse(Get("/v1/events?follow=false").body), json::array());
  Happen(PeerEventKind::kVerified, 1);
  Happen(PeerEventKind::kActive, 1);
  const json all = json::parse(Get("/v1/events?follow=false").body);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].at("event"), "peer_verified");
  EXPECT_EQ(json::parse(Get(After(all[0].at("id")) + "&follow=false").body), json::array({all[1]}));
  EXPECT_EQ(json::parse(Get("/v1/events?follow=false&after=5").body)[0].at("event"), "gap");
}

TEST_F(LocalApiEvents, RefusesParametersItDoesNotUnderstand) {
  StartApi();
  EXPECT_EQ(Get("/v1/events?after=-1").status, 400);
  EXPECT_EQ(Get("/v1/events?after=1x").status, 400);
  EXPECT_EQ(Get("/v1/events?follow=perhaps").status, 400);
  EXPECT_EQ(Get("/v1/events?since=1").status, 400);
}

TEST_F(LocalApiEvents, GivesABurstWholeAndInOrder) {
  StartApi();
  EventReader reader = Open(After(0));
  OnLoop([this] {
    for (int i = 0; i < 3000; ++i) Append(PeerEventKind::kActive, static_cast<std::uint8_t>(i));
  });
  for (std::uint64_t i = 0; i < 3000; ++i) ASSERT_EQ(reader.Next()->data.at("id"), events.base() + i);
}

TEST_F(LocalApiEvents, SendsAKeepaliveWhereNothingHappens) {
  StartApi({.address = {}, .keepalive = milliseconds{20}});
  auto client = HttpClient::Connect(address, kPatience);
  ASSERT_EQ(client->Open("/v1/events", kPatience).value(), 200);
  int keepalives = 0;
  while (keepalives < 3) {
    const auto line = client->ReadLine(kPatience);
    ASSERT_TRUE(line.has_value() && line->outcome == HttpClient::Outcome::kLine);
    if (line->text == ": keepalive") ++keepalives;
  }
}

}  // namespace
}  // namespace hearsay
