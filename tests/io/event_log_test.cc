// SPDX-License-Identifier: MIT
//
// What the event log keeps, forgets and tells.
#include "node/io/event_log.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace hearsay {
namespace {

using ::testing::ElementsAre;

const Time kStart = FromUnixSeconds(1'700'000'000);

PeerEvent WithDetail(std::string detail) {
  return {.kind = PeerEventKind::kActive, .id = {}, .endpoint = {}, .detail = std::move(detail), .attributes = {}};
}

TEST(EventLog, CountsUpFromTheMicrosecondOfTheStart) {
  EventLog log(kStart);
  EXPECT_EQ(log.first(), log.next());
  log.Append(kStart, WithDetail("a"));
  log.Append(kStart, WithDetail("b"));
  EXPECT_EQ(log.base(), 1'700'000'000'000'000u);
  EXPECT_EQ(log.At(log.base() + 1).id, log.base() + 1);
  EXPECT_EQ(log.next(), log.base() + 2);
}

TEST(EventLog, ForgetsTheOldestAboveItsNumber) {
  EventLog log(kStart);
  for (std::size_t i = 0; i < EventLog::kMaxEvents + 3; ++i) log.Append(kStart, WithDetail(""));
  EXPECT_LE(log.next() - log.first(), EventLog::kMaxEvents);
  EXPECT_EQ(log.next() - log.base(), EventLog::kMaxEvents + 3);
  EXPECT_EQ(log.At(log.first()).id, log.first());
}

TEST(EventLog, HoldsNoMoreTextThanItsBound) {
  EventLog log(kStart);
  PeerEvent worst = WithDetail(std::string(100'000, '\x01'));  // six bytes each in JSON
  worst.attributes = {{"a", std::string(250, '"')}};
  for (int i = 0; i < 5000; ++i) log.Append(kStart, worst);
  std::size_t bytes = 0;
  for (std::uint64_t id = log.first(); id < log.next(); ++id) {
    EXPECT_LE(log.At(id).json.size(), EventLog::kMaxEventBytes);
    bytes += log.At(id).json.size();
  }
  EXPECT_LE(bytes, EventLog::kMaxBytes);
  EXPECT_GT(bytes, EventLog::kMaxBytes / 2);
}

TEST(EventLog, WritesNullWhereThereIsNoPeer) {
  EventLog log(kStart);
  log.Append(kStart,
             {.kind = PeerEventKind::kBootstrapFailed, .id = {}, .endpoint = {}, .detail = "x", .attributes = {}});
  const auto event = nlohmann::json::parse(log.At(log.base()).json);
  EXPECT_EQ(event.at("event"), "bootstrap_failed");
  EXPECT_TRUE(event.at("node_id").is_null());
  EXPECT_TRUE(event.at("endpoint").is_null());
}

TEST(EventLog, TellsListenersUntilTheyUnsubscribe) {
  EventLog log(kStart);
  std::vector<std::uint64_t> heard;
  const auto subscription = log.Subscribe([&heard](const EventLog::Entry& entry) { heard.push_back(entry.id); });
  log.Append(kStart, WithDetail(""));
  log.Append(kStart, WithDetail(""));
  log.Unsubscribe(subscription);
  log.Append(kStart, WithDetail(""));
  EXPECT_THAT(heard, ElementsAre(log.base(), log.base() + 1));
}

}  // namespace
}  // namespace hearsay
