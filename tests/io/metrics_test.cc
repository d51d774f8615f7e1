// SPDX-License-Identifier: MIT
//
// The page is read back by a strict parser of the text format 0.0.4.
#include "node/io/metrics.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

struct Page {
  std::map<std::string, double> samples;  // "name" or "name{labels}"
  std::map<std::string, std::string> types;
};

// Every sample must follow its own family's HELP and TYPE; no family and no sample twice.
Page ParsePage(const std::string& text) {
  static const std::regex kComment(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
  const std::string label = R"([a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")";
  const std::regex sample(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{)" + label + "(?:," + label + R"()*\})? (\S+))");
  Page page;
  std::string family;
  std::istringstream lines(text);
  EXPECT_TRUE(text.ends_with('\n'));
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kComment)) {
      if (match[1] == "HELP") {
        family = match[2];
        EXPECT_FALSE(page.types.contains(family)) << family;
        continue;
      }
      EXPECT_EQ(match[2], family);
      EXPECT_TRUE(match[3] == "counter" || match[3] == "gauge") << line;
      page.types[family] = match[3];
    } else if (std::regex_match(line, match, sample)) {
      EXPECT_EQ(match[1], family) << line;
      const std::string name = match[1].str() + match[2].str();
      EXPECT_TRUE(page.samples.emplace(name, std::stod(match[3])).second) << name;
    } else {
      ADD_FAILURE() << "no line of the format: " << line;
    }
  }
  return page;
}

TEST(Metrics, ShowEveryCounterAndGauge) {
  FakeNodeView node;
  node.status.view = 4;
  node.io_counters["store_changes_pending"] = 2;
  node.status.online_weight = 1'000'000'000'000;
  node.counters.Add(Counter::kDialsStarted, 9);
  node.counters.Drop(Error::kBadCookie);
  node.counters.DialFailed(Error::kTimeout);
  const Page page = ParsePage(MetricsText(node, {.requests = 3, .connections = 1}, "hearsay/test"));
  EXPECT_EQ(page.samples.at("hearsay_view"), 4);
  EXPECT_EQ(page.samples.at("hearsay_online_weight"), 1e12);
  EXPECT_EQ(page.samples.at("hearsay_dials_started_total"), 9);
  EXPECT_EQ(page.samples.at("hearsay_store_batches_total"), 3);
  EXPECT_EQ(page.samples.at("hearsay_drops_total{reason=\"bad_cookie\"}"), 1);
  EXPECT_EQ(page.samples.at("hearsay_drops_total{reason=\"too_short\"}"), 0);
  EXPECT_EQ(page.samples.at("hearsay_dial_failures_total{reason=\"timeout\"}"), 1);
  EXPECT_EQ(page.samples.at("hearsay_api_requests_total"), 3);
  EXPECT_EQ(page.samples.at("hearsay_uptime_seconds"), 100.5);
  EXPECT_GT(page.samples.at("process_resident_memory_bytes"), 1e5);
  EXPECT_EQ(page.types.at("hearsay_drops_total"), "counter");
  EXPECT_EQ(page.types.at("hearsay_table"), "gauge");
  EXPECT_EQ(page.types.at("hearsay_store_changes_pending"), "gauge");
  for (std::size_t i = 0; i < static_cast<std::size_t>(Counter::kCount); ++i) {
    const std::string name = "hearsay_" + std::string(CounterName(static_cast<Counter>(i))) + "_total";
    EXPECT_TRUE(page.samples.contains(name)) << name;
  }
}

TEST(Metrics, DoNotGrowWithTheNumberOfPeers) {
  FakeNodeView node;
  const std::size_t before = ParsePage(MetricsText(node, {}, "x")).samples.size();
  for (int i = 0; i < 1000; ++i) node.peers.push_back(TestPeer(static_cast<std::uint8_t>(i), PeerState::kActive, {}));
  EXPECT_EQ(ParsePage(MetricsText(node, {}, "x")).samples.size(), before);
}

class MetricsOverHttp : public ApiFixture {};

TEST_F(MetricsOverHttp, HaveTheContentTypeOfTheFormat) {
  StartApi();
  const std::string answer = Ask("GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << answer;
  EXPECT_EQ(ParsePage(answer.substr(answer.find("\r\n\r\n") + 4)).samples.at("hearsay_api_connections"), 1);
}

}  // namespace
}  // namespace hearsay
