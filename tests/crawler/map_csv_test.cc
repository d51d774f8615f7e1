// SPDX-License-Identifier: MIT
// nodes.csv and edges.csv: RFC 4180, and no text of a stranger that a spreadsheet would run.
#include "crawler/report/map_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "crawler/report/map_json.h"
#include "tests/crawler/example_census.h"

namespace hearsay {
namespace {

using test::Example;
using test::Id;
using testing::ElementsAre;
using Row = std::vector<std::string>;

// A reader of RFC 4180 that knows nothing of the writer.
std::vector<Row> Parse(const std::string& text) {
  std::vector<Row> rows(1, Row(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& field = rows.back().back();
    if (quoted && text[i] == '"' && text.substr(i + 1, 1) == "\"") {
      field += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      rows.back().emplace_back();
    } else if (!quoted && text.compare(i, 2, "\r\n") == 0) {
      rows.emplace_back(1);
      ++i;
    } else {
      field += text[i];
    }
  }
  EXPECT_EQ(rows.back(), Row(1)) << "no line end at the end";
  rows.pop_back();
  return rows;
}

std::string Nodes(const Census& census, const Places& places = {}) {
  std::ostringstream out;
  WriteNodesCsv(census, places, out);
  return out.str();
}

// The fields of data line `line` by column.
std::map<std::string, std::string> Fields(const std::string& text, std::size_t line) {
  const auto rows = Parse(text);
  std::map<std::string, std::string> out;
  EXPECT_EQ(rows.at(line + 1).size(), rows[0].size());
  for (std::size_t i = 0; i < rows[0].size(); ++i) out[rows[0][i]] = rows.at(line + 1).at(i);
  return out;
}

std::string NameInCsv(const std::string& name) {
  Census census = Example();
  census.nodes[0].record->name = name;
  return Fields(Nodes(census), 0).at("name");
}

TEST(MapCsv, HoldsTheColumnsOfTheMap) {
  const auto rows = Parse(Nodes(Example()));
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows[0], ElementsAre("id", "label", "endpoints", "reachable", "reason", "software", "name", "role",
                                   "attributes", "rtt_ms", "sampled", "sampled_verified", "named_by", "suspect",
                                   "excluded", "country", "as", "as_name", "unconfirmed"));
  EXPECT_THAT(rows[1],
              ElementsAre(Id(1).ToString(), "alpha", "127.0.0.1:1 [::1]:1", "true", "", "hearsay/0.1.0", "alpha",
                          "worker", R"({"port":"8080"})", "1.25", "3", "2", "1", "false", "false", "", "",
                          "", ""));
  EXPECT_THAT(rows[2], ElementsAre(Id(2).ToString(), "00000000", "127.0.0.1:2", "false", "unconfirmed", "", "", "", "",
                                   "", "0", "0", "1", "true", "false", "", "", "", ""));
  EXPECT_THAT(rows[3], ElementsAre("127.0.0.1:3", "127.0.0.1:3", "127.0.0.1:3", "false", "timeout", "", "", "", "", "",
                                   "0", "0", "2", "false", "false", "", "", "", ""));
}

TEST(MapCsv, HasAColumnForEveryKeyThatANodeHasInTheMap) {
  std::ostringstream map;
  WriteMapJson(Example(), {}, {}, map);
  const auto columns = Fields(Nodes(Example()), 0);
  const auto json = nlohmann::json::parse(map.str());
  for (const auto& [key, value] : json.at("nodes").at(0).items()) {
    EXPECT_TRUE(columns.contains(key == "node_id" ? "id" : key)) << key;
  }
  Census census = Example();
  census.nodes[0].unconfirmed = {*Endpoint::Parse("127.0.0.9:1"), *Endpoint::Parse("[::1]:9")};
  EXPECT_EQ(Fields(Nodes(census), 0).at("unconfirmed"), "127.0.0.9:1 [::1]:9");
}

TEST(MapCsv, NamesTheEdgesByTheIdsOfTheNodes) {
  std::ostringstream out;
  WriteEdgesCsv(Example(), out);
  EXPECT_THAT(Parse(out.str()), ElementsAre(Row{"source", "target"}, Row{Id(1).ToString(), Id(2).ToString()},
                                            Row{Id(2).ToString(), Id(1).ToString()}));
}

TEST(MapCsv, SaysWhereANodeIs) {
  const Places places(Example(), [](const IpAddress&) {
    return Place{.country = "DE", .as = 64500, .as_name = "=HYPERLINK(\"http://x\")"};
  });
  const auto fields = Fields(Nodes(Example(), places), 2);
  EXPECT_EQ(fields.at("country"), "DE");
  EXPECT_EQ(fields.at("as"), "64500");
  EXPECT_EQ(fields.at("as_name"), "'=HYPERLINK(\"http://x\")");
}

TEST(MapCsv, KeepsSeparatorsQuotesAndLineBreaksInsideTheirField) {
  for (const std::string name : {"a,b", "say \"hi\"", "two\r\nlines", "\"", "\"\"", ",", "plain", "umlaut \xc3\xbc"}) {
    EXPECT_EQ(NameInCsv(name), name);
  }
}

TEST(MapCsv, LetsNoTextBeginAFormula) {
  EXPECT_EQ(NameInCsv("=1+1"), "'=1+1");
  EXPECT_EQ(NameInCsv("+1"), "'+1");
  EXPECT_EQ(NameInCsv("-1"), "'-1");
  EXPECT_EQ(NameInCsv("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(NameInCsv("  =1+1"), "  '=1+1");
  EXPECT_EQ(NameInCsv("\t=1"), "\t'=1");
  EXPECT_EQ(NameInCsv("\xef\xbc\x9d" "1+1"), "'\xef\xbc\x9d" "1+1");
  EXPECT_EQ(NameInCsv("a=1 + 2 - 3 @ 4"), "a=1 + 2 - 3 @ 4");
}

TEST(MapCsv, LetsNoTextBeginAFormulaWhereASpreadsheetSplitsAtSemicolonsOrTabs) {
  EXPECT_EQ(NameInCsv("a;=cmd|' /C calc'!A0"), "a;'=cmd|' /C calc'!A0");
  EXPECT_EQ(NameInCsv("a; \"=1"), "a; \"'=1");
  EXPECT_EQ(NameInCsv("a\t=1"), "a\t'=1");
  EXPECT_EQ(NameInCsv("a\n=1"), "a\n'=1");
}

TEST(MapCsv, IsUtf8WhateverANodeSaysOfItself) {
  EXPECT_EQ(NameInCsv("bell \x07 broken \xff\xc3"), "bell \xef\xbf\xbd broken \xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(NameInCsv(std::string("nul\0.", 5)), "nul\xef\xbf\xbd.");
}

TEST(MapCsv, WritesTheSameBytesForTheSameCensus) { EXPECT_EQ(Nodes(Example()), Nodes(Example())); }

}  // namespace
}  // namespace hearsay
