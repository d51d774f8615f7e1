// SPDX-License-Identifier: MIT
//
// The explanation of a peer over the local API: every key, and whom some digits may mean.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "node/core/speakers.h"
#include "node/io/ban_setting.h"
#include "node/io/node_id_prefix.h"
#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class LocalApiExplain : public ApiFixture {
 protected:
  // Known are 01…01, 02…02 and 02…0203.
  void SetUp() override {
    NodeId like_two = TestId(2);
    like_two.bytes.back() = std::byte{3};
    for (const NodeId& id : {TestId(1), TestId(2), like_two}) {
      PeerExplanation why;
      why.peer = TestPeer(1, PeerState::kActive, {});
      why.peer.id = id;
      node.peers.push_back(why.peer);
      node.explanations.emplace(id, why);
    }
  }
  static std::string Target(const std::string& id) { return "/v1/peers/" + id + "/explain"; }
  void ExpectRefused(const std::string& id, unsigned status, const std::string& said) {
    const HttpResponse response = Get(Target(id));
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_THAT(json::parse(response.body).at("error").get<std::string>(), HasSubstr(said));
  }
};

TEST_F(LocalApiExplain, ServesEveryKey) {
  PeerExplanation& why = node.explanations.at(TestId(1));
  why.peer.heard_from = 0x0123456789abcdef;
  why.teller = TestId(7);
  why.in_table = true;
  why.last_verified = FromUnixSeconds(1'700'000'050);
  why.group = "AS64500";
  why.group_peers = 3;
  why.chosen = true;
  why.slots = {4, 63};
  why.verified_peers = 100;
  why.channel = {.opened_at = FromUnixSeconds(1'700'000'010),
                 .last_heard = FromUnixSeconds(1'700'000'060),
                 .inbound = false,
                 .preconfigured = true,
                 .sessions = 2};
  why.speaker = {
      .proved = 5, .failed = 40, .influence = Influence::kNone, .shunned_until = FromUnixSeconds(1'700'003'600)};
  StartApi();
  const json told = json::parse(Get(Target(TestId(1).ToString())).body);
  EXPECT_EQ(told.at("peer"), json::parse(Get("/v1/peers/" + TestId(1).ToString()).body));
  EXPECT_EQ(told.at("heard_from"), json({{"prefix", "0123456789abcdef"}, {"node_id", TestId(7).ToString()}}));
  EXPECT_EQ(told.at("in_table"), true);
  EXPECT_EQ(told.at("last_verified"), "2023-11-14T22:14:10.000Z");
  EXPECT_EQ(told.at("group"), json({{"name", "AS64500"}, {"table_peers", 3}}));
  EXPECT_EQ(told.at("view"), json({{"chosen", true},
                                   {"slots", {4, 63}},
                                   {"slots_in_all", 64},
                                   {"slots_choose", true},
                                   {"verified_peers", 100}}));
  EXPECT_EQ(told.at("channel"), json({{"opened_at", "2023-11-14T22:13:30.000Z"},
                                      {"last_heard", "2023-11-14T22:14:20.000Z"},
                                      {"inbound", false},
                                      {"preconfigured", true},
                                      {"sessions", 2}}));
  EXPECT_EQ(
      told.at("speaker"),
      json({{"proved", 5}, {"failed", 40}, {"influence", "none"}, {"shunned_until", "2023-11-14T23:13:20.000Z"}}));
}

TEST_F(LocalApiExplain, SaysNullForWhatThereIsNot) {
  StartApi();
  const json told = json::parse(Get(Target(TestId(1).ToString())).body);
  for (const char* key : {"heard_from", "channel", "last_verified"}) EXPECT_TRUE(told.at(key).is_null()) << key;
  EXPECT_EQ(told.at("view").at("slots"), json::array());
  EXPECT_EQ(told.at("view").at("slots_choose"), false);
  EXPECT_EQ(told.at("speaker").at("influence"), "full");
  EXPECT_TRUE(told.at("speaker").at("shunned_until").is_null());
}

TEST_F(LocalApiExplain, TakesTheFirstDigitsWhereTheyMeanOneNode) {
  StartApi();
  const HttpResponse response = Get(Target("01010101"));
  EXPECT_EQ(json::parse(response.body).at("peer").at("node_id"), TestId(1).ToString());
  EXPECT_EQ(Get(Target(TestId(2).ToString())).status, 200) << "a whole id means itself";
  ExpectRefused("02020202", 400, "fits 2 nodes; give more of its digits");
  ExpectRefused("0101010", 400, "give 64 hex digits, or at least the first 8");
  ExpectRefused("0101010x", 400, "give 64 hex digits");
  ExpectRefused(TestId(1).ToString() + "0", 400, "give 64 hex digits");
  EXPECT_EQ(Get(Target("01010101") + "?x=y").status, 400);
  EXPECT_EQ(Get("/v1/peers/explain").status, 400) << "no id at all";
}

TEST_F(LocalApiExplain, SaysWhyThereIsNone) {
  node.bans = {{.subject = TestId(8), .reason = "noisy", .created = node.started_at},
               *ParseBanSetting(TestId(9).ToString() + " until 2199-01-01T00:00:00Z")};
  StartApi();
  OnLoop([this] { api->SetBansSaidIn("node.yaml"); });
  ExpectRefused("deadbeef", 404, "no peer deadbeef is known; `hearsay peers` lists those that are");
  ExpectRefused("ABABABAB", 404, TestId(0xab).ToString() + " is this node itself; `hearsay status`");
  ExpectRefused("08080808", 404, TestId(8).ToString() + " is banned by command, for good (noisy)");
  ExpectRefused("08080808", 404, "`hearsay unban` lifts it");
  ExpectRefused("09090909", 404, "is banned by the settings, in node.yaml, until 2199-01-01T00:00:00.000Z");
}

TEST(NodeIdPrefix, IsHexOfEitherCase) {
  EXPECT_TRUE(NodeIdPrefix::Parse("ABCDEF01")->Matches(*NodeId::Parse("abcdef01" + std::string(56, '0'))));
  EXPECT_FALSE(NodeIdPrefix::Parse("abcdef02")->Matches(*NodeId::Parse("abcdef01" + std::string(56, '0'))));
  EXPECT_TRUE(NodeIdPrefix::Parse(std::string(64, 'f')));
  for (const std::string& wrong :
       {std::string(), std::string("1234567"), std::string(65, '0'), std::string("12345 78")}) {
    EXPECT_FALSE(NodeIdPrefix::Parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hearsay
