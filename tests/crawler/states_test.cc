// SPDX-License-Identifier: MIT
// The tables of states are the ones that the README shows, and nothing outside them happens.
#include "crawler/states.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hearsay {
namespace {

std::string Read(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(States, AreThoseThatTheReadmeShows) {
  const std::string begin = "--gtest_filter='States.*' -->\n";
  const std::string end = "<!-- end of states -->";
  const std::string tables = StatesMarkdown();
  if (const char* path = std::getenv("HEARSAY_WRITE_STATES")) {
    std::string text = Read(path);
    const std::size_t from = text.find(begin) + begin.size();
    text.replace(from, text.find(end) - from, tables);
    std::ofstream(path) << text;
    return;
  }
  const std::string text = Read(HEARSAY_SOURCE_DIR "/crawler/README.md");
  EXPECT_NE(text.find(begin + tables + end), std::string::npos) << "write it anew: the command stands above it";
}

TEST(States, AVisitThatIsOverStaysSo) {
  for (const auto event : {VisitEvent::kBegin, VisitEvent::kSettled, VisitEvent::kLeave, VisitEvent::kStop}) {
    EXPECT_DEATH(Next(VisitState::kOver, event), "no such transition");
  }
}

TEST(States, AnEndpointIsDialledInItsTurnOnly) {
  EXPECT_EQ(Next(EndpointState::kWaiting, EndpointEvent::kTurn), EndpointState::kDialling);
  EXPECT_DEATH(Next(EndpointState::kVisiting, EndpointEvent::kTurn), "no such transition");
  EXPECT_DEATH(Next(EndpointState::kDone, EndpointEvent::kTurn), "no such transition");
}

}  // namespace
}  // namespace hearsay
