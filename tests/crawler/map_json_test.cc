// SPDX-License-Identifier: MIT
// map.json: every field of the documented schema, and what a hostile record can put into it.
#include "crawler/report/map_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/crawler/example_census.h"

namespace hearsay {
namespace {

using test::Example;
using test::Id;
using nlohmann::json;
using testing::UnorderedElementsAre;

std::string Written(const Census& census, const Places& places = {}) {
  std::ostringstream out;
  WriteMapJson(census, {.software = "hearsay/0.1.0", .network = "test"}, places, out);
  return out.str();
}

std::vector<std::string> KeysOf(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(MapJson, HoldsWhatTheSchemaSays) {
  const json map = json::parse(Written(Example()));
  EXPECT_THAT(KeysOf(map), UnorderedElementsAre("schema", "software", "network", "started_at", "finished_at",
                                                "complete", "summary", "nodes", "hidden", "edges"));
  EXPECT_EQ(map["schema"], 1);
  EXPECT_EQ(map["software"], "hearsay/0.1.0");
  EXPECT_EQ(map["network"], "test");
  EXPECT_EQ(map["started_at"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(map["finished_at"], "2027-01-15T08:00:02.500Z");
  EXPECT_EQ(map["complete"], true);
  EXPECT_EQ(map["edges"], json::array({json::array({Id(1).ToString(), Id(2).ToString()}),
                                       json::array({Id(2).ToString(), Id(1).ToString()})}));
}

TEST(MapJson, SummarizesTheCensus) {
  const json summary = json::parse(Written(Example()))["summary"];
  EXPECT_THAT(KeysOf(summary),
              UnorderedElementsAre("nodes", "reachable", "unreachable", "reasons", "versions", "roles", "countries",
                                   "as", "rtt_ms", "edges", "hidden", "excluded", "suspects", "distrusted",
                                   "several_endpoints", "shared_addresses", "estimate", "mapped",
                                   "second_look", "duration_seconds", "packets_sent", "bytes_sent", "packets_received",
                                   "bytes_received"));
  EXPECT_EQ(summary["nodes"], 2);
  EXPECT_EQ(summary["reachable"], 1);
  EXPECT_EQ(summary["unreachable"], 2);
  EXPECT_EQ(summary["reasons"], (json{{"timeout", 1}, {"unconfirmed", 1}}));
  EXPECT_EQ(summary["versions"], (json{{"hearsay/0.1.0", 1}, {"unknown", 1}}));
  EXPECT_EQ(summary["roles"], (json{{"worker", 1}, {"unknown", 1}}));
  EXPECT_EQ(summary["rtt_ms"], (json{{"min", 1.25}, {"p50", 1.25}, {"p90", 1.25}, {"p99", 1.25}, {"max", 1.25}}));
  EXPECT_EQ(summary["edges"], 2);
  EXPECT_EQ(summary["suspects"], 1);
  EXPECT_EQ(summary["distrusted"], 3);
  EXPECT_EQ(summary["several_endpoints"], 1);
  EXPECT_EQ(summary["shared_addresses"], 1);
  EXPECT_EQ(summary["estimate"],
            (json{{"nodes", 1.25}, {"low", 1.0}, {"high", 3.0}, {"at", "2027-01-15T08:00:01.250Z"}}));
  const double stay = 4.5 / (1.5 * std::log(2));  // half of them are gone (LongerThanHalf)
  EXPECT_NEAR(summary["second_look"]["stay_seconds"].get<double>(), stay, 1e-6);
  EXPECT_EQ(summary["second_look"], (json{{"nodes", 4}, {"gone", 2}, {"node_seconds", 9.0},
                                          {"stay_seconds", summary["second_look"]["stay_seconds"]}}));
  EXPECT_EQ(summary["mapped"], 0.8);
  EXPECT_EQ(summary["duration_seconds"], 2.5);
  EXPECT_EQ(summary["packets_sent"], 10);
  EXPECT_EQ(summary["bytes_received"], 800);
  EXPECT_EQ(json::parse(SummaryJson(Example(), {})), summary);
}

TEST(MapJson, GivesEveryNodeTheSameKeys) {
  const json nodes = json::parse(Written(Example()))["nodes"];
  ASSERT_EQ(nodes.size(), 3u);
  for (const json& node : nodes) {
    EXPECT_THAT(KeysOf(node), UnorderedElementsAre("node_id", "endpoints", "unconfirmed", "reachable", "reason",
                                                   "software", "name", "role", "attributes", "rtt_ms", "sampled",
                                                   "sampled_verified", "named_by", "suspect", "excluded", "country",
                                                   "as", "as_name"));
  }
  EXPECT_EQ(nodes[0]["node_id"], Id(1).ToString());
  EXPECT_EQ(nodes[0]["endpoints"], (json{"127.0.0.1:1", "[::1]:1"}));
  EXPECT_EQ(nodes[0]["unconfirmed"], json::array());
  EXPECT_EQ(nodes[0]["reachable"], true);
  EXPECT_EQ(nodes[0]["reason"], nullptr);
  EXPECT_EQ(nodes[0]["software"], "hearsay/0.1.0");
  EXPECT_EQ(nodes[0]["name"], "alpha");
  EXPECT_EQ(nodes[0]["role"], "worker");
  EXPECT_EQ(nodes[0]["attributes"], (json{{"port", "8080"}}));
  EXPECT_EQ(nodes[0]["rtt_ms"], 1.25);
  EXPECT_EQ(nodes[0]["sampled"], 3);
  EXPECT_EQ(nodes[0]["sampled_verified"], 2);
  EXPECT_EQ(nodes[0]["named_by"], 1);
  EXPECT_EQ(nodes[0]["suspect"], false);
  EXPECT_EQ(nodes[1]["suspect"], true);
  EXPECT_EQ(nodes[1]["reachable"], false);
  EXPECT_EQ(nodes[1]["reason"], "unconfirmed");
  EXPECT_EQ(nodes[1]["attributes"], nullptr);
  EXPECT_EQ(nodes[2]["node_id"], nullptr);
  EXPECT_EQ(nodes[2]["endpoints"], (json{"127.0.0.1:3"}));
  EXPECT_EQ(nodes[2]["reachable"], false);
  EXPECT_EQ(nodes[2]["reason"], "timeout");
  EXPECT_EQ(nodes[2]["rtt_ms"], nullptr);
  EXPECT_EQ(nodes[2]["named_by"], 2);
}

TEST(MapJson, SaysWhereANodeIsWhenThereIsADatabase) {
  const json without = json::parse(Written(Example()));
  EXPECT_EQ(without["nodes"][0]["country"], nullptr);
  EXPECT_EQ(without["summary"]["countries"], nullptr);
  EXPECT_EQ(without["summary"]["as"], nullptr);

  const Places places(Example(), [](const IpAddress& address) {
    if (!address.IsV4()) return Place{.country = "DE", .as = {}, .as_name = {}};
    return Place{.country = {}, .as = 64500, .as_name = "Example"};
  });
  const json map = json::parse(Written(Example(), places));
  EXPECT_EQ(map["nodes"][0]["country"], "DE");  // its second endpoint's
  EXPECT_EQ(map["nodes"][0]["as"], 64500);
  EXPECT_EQ(map["nodes"][0]["as_name"], "Example");
  EXPECT_EQ(map["nodes"][1]["country"], nullptr);
  EXPECT_EQ(map["nodes"][2]["as"], 64500);
  EXPECT_EQ(map["summary"]["countries"], (json{{"DE", 1}, {"unknown", 1}}));
  EXPECT_EQ(map["summary"]["as"], (json{{"AS64500", 2}}));
}

TEST(MapJson, StaysValidWhateverANodeSaysOfItself) {
  Census census = Example();
  census.nodes[0].record->name = "quote \" back \\ line\n bell \x07 broken \xff\xc3";
  census.nodes[0].record->attributes["tag"] = "</script>\xf0\x28";
  const json map = json::parse(Written(census));
  EXPECT_THAT(map["nodes"][0]["name"].get<std::string>(), testing::StartsWith("quote \" back \\ line\n bell"));
}

TEST(MapJson, IsValidForACensusOfNothing) {
  const json map = json::parse(Written(Census{}));
  EXPECT_EQ(map["nodes"], json::array());
  EXPECT_EQ(map["edges"], json::array());
  EXPECT_EQ(map["summary"]["rtt_ms"], nullptr);
}

TEST(MapJson, WritesTheSameBytesForTheSameCensus) { EXPECT_EQ(Written(Example()), Written(Example())); }

TEST(Census, TakesQuantilesFromObservedValues) {
  std::vector<Duration> values;
  for (int i = 1; i <= 10; ++i) values.push_back(std::chrono::milliseconds{i});
  EXPECT_EQ(NearestRank(values, 0), std::chrono::milliseconds{1});
  EXPECT_EQ(NearestRank(values, 50), std::chrono::milliseconds{5});
  EXPECT_EQ(NearestRank(values, 90), std::chrono::milliseconds{9});
  EXPECT_EQ(NearestRank(values, 99), std::chrono::milliseconds{10});
  EXPECT_EQ(NearestRank(values, 100), std::chrono::milliseconds{10});
}

}  // namespace
}  // namespace hearsay
