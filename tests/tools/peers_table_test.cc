// SPDX-License-Identifier: MIT
//
// The table of `hearsay peers`: what it shows where there are fewer rows or columns than it would take.
#include "tools/peers_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hearsay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// The lines of a table of so many peers.
std::vector<std::string> Lines(std::size_t count, const TableSize& size) {
  nlohmann::json peers = nlohmann::json::array();
  for (std::size_t i = 0; i < count; ++i) {
    peers.push_back({{"node_id", std::to_string(i) + "-id"}, {"state", "active"}, {"in_view", true},
                     {"endpoint", "10.0.0.1:7075"}, {"rtt_ms", 0.5}, {"last_seen", nullptr}, {"last_error", nullptr},
                     {"name", "peer"}, {"attributes", {{"k", "v"}}}});
  }
  std::vector<std::string> lines;
  std::string rest = PeersTable(peers, size, Time{}, "|");
  for (std::size_t end = rest.find('|'); end != std::string::npos; end = rest.find('|')) {
    lines.push_back(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  EXPECT_EQ(rest, "");
  return lines;
}

TEST(PeersTable, ShowsAllThatThereIsRoomFor) {
  EXPECT_THAT(Lines(2, {}), ElementsAre(StartsWith("NODE ID"), StartsWith("0-id"), HasSubstr("peer k=v"), "2 peers"));
  EXPECT_THAT(Lines(300, {}), SizeIs(302));
  EXPECT_THAT(Lines(1, {.columns = 80, .rows = 3}), ElementsAre(StartsWith("NODE ID"), StartsWith("0-id"), "1 peer"));
  EXPECT_THAT(Lines(0, {.columns = 80, .rows = 1}), ElementsAre(StartsWith("NODE ID"), "0 peers"));
}

TEST(PeersTable, SaysHowManyFindNoRoom) {
  EXPECT_THAT(Lines(20, {.columns = 80, .rows = 6}),
              ElementsAre(StartsWith("NODE ID"), StartsWith("0-id"), StartsWith("1-id"), StartsWith("2-id"),
                          "… and 17 more", "20 peers"));
  EXPECT_THAT(Lines(2, {.columns = 80, .rows = 3}), ElementsAre(StartsWith("NODE ID"), "… and 2 more", "2 peers"));
  for (std::size_t rows = 3; rows < 30; ++rows) {
    EXPECT_THAT(Lines(20, {.columns = 80, .rows = rows}), SizeIs(std::min<std::size_t>(rows, 22))) << rows;
  }
}

TEST(PeersTable, IsNoWiderThanItMayBe) {
  for (const std::string& line : Lines(3, {.columns = 20, .rows = 4})) EXPECT_LE(line.size(), 20u) << line;
}

}  // namespace
}  // namespace hearsay
