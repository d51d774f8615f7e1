// SPDX-License-Identifier: MIT
//
// Log: what reaches standard error, and what must not.
#include "node/io/log.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "node/io/peer_event_log.h"

namespace hearsay {
namespace {

using testing::HasSubstr;

// Log writes to standard error; gtest can catch that.
std::string Written(LogLevel level, LogFormat format, std::string_view event, std::initializer_list<LogField> fields) {
  testing::internal::CaptureStderr();
  Log log(LogLevel::kInfo, format);
  log.Write(level, event, fields);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, TextIsOneLineWithTimeLevelAndEvent) {
  const std::string line =
      Written(LogLevel::kWarn, LogFormat::kText, "something_odd", {{"endpoint", "192.0.2.1:7"}, {"empty", ""}});
  EXPECT_THAT(line, testing::MatchesRegex(
                        "....-..-..T..:..:..\\....Z warn something_odd endpoint=192.0.2.1:7\n"));
}

TEST(Log, JsonIsOneObjectALine) {
  const std::string line = Written(LogLevel::kError, LogFormat::kJson, "something_odd", {{"reason", "a \"quote\"\n"}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["level"], "error");
  EXPECT_EQ(json["event"], "something_odd");
  EXPECT_EQ(json["reason"], "a \"quote\"\n");
  EXPECT_THAT(json["time"].get<std::string>(), HasSubstr("Z"));
}

TEST(Log, NoPeerWritesToTheOperatorsTerminal) {
  const std::string evil = "\x1b[2Jgone\r\nforged_event level=info \xff\x9b";
  const std::string text = RenderLogText("event", {{"name", evil}});
  for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << text;
  EXPECT_THAT(text, testing::Not(HasSubstr("\x1b")));
  EXPECT_TRUE(nlohmann::json::accept("{" + RenderLogJsonMembers("event", {{"name", evil}}) + "}"));
}

TEST(Log, CutsLongValues) {
  const std::string text = RenderLogText("event", {{"name", std::string(100'000, 'x')}});
  EXPECT_LT(text.size(), Log::kMaxValueBytes + 20);
}

TEST(Log, ItsLevelMayChangeWhileItRuns) {
  testing::internal::CaptureStderr();
  Log log(LogLevel::kError, LogFormat::kText);
  log.Write(LogLevel::kInfo, "unheard");
  log.SetLevel(LogLevel::kDebug);
  log.Write(LogLevel::kDebug, "heard");
  log.SetLevel(LogLevel::kOff);
  log.Write(LogLevel::kError, "silenced");
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_THAT(out, HasSubstr("heard\n"));
  EXPECT_THAT(out, testing::Not(HasSubstr("unheard")));
  EXPECT_THAT(out, testing::Not(HasSubstr("silenced")));
}

TEST(PeerEventLog, PeersThatComeAndGoDoNotFillTheDisk) {
  testing::internal::CaptureStderr();
  Log log(LogLevel::kInfo, LogFormat::kText);
  PeerEventLog events(log);
  Time now = FromUnixSeconds(1'800'000'000);
  PeerEvent left;
  left.kind = PeerEventKind::kLeft;
  for (int i = 0; i < 10'000; ++i) events.Write(left, now);
  PeerEvent warning;
  warning.kind = PeerEventKind::kDuplicateIdentity;
  events.Write(warning, now);
  now += std::chrono::seconds{1};
  events.Write(left, now);
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(out, '\n'), PeerEventLog::kRate.burst + 2);
  EXPECT_THAT(out, HasSubstr("duplicate_identity"));
  EXPECT_THAT(out, HasSubstr("left_out=9500"));
}

}  // namespace
}  // namespace hearsay
