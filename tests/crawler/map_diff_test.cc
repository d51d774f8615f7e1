// SPDX-License-Identifier: MIT
// map.json read back: what the writer writes, what a hostile or damaged file may hold; and what differs between two.
#include "crawler/report/map_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "crawler/report/map_json.h"
#include "crawler/report/places.h"
#include "proto/rng.h"
#include "proto/text.h"
#include "tests/crawler/census_maker.h"

namespace hearsay {
namespace {

using test::AtMinute;
using test::CensusMaker;
using test::MakeEndpoint;
using test::MakeId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Written(const Census& census) {
  std::ostringstream out;
  WriteMapJson(census, {.software = "hearsay/0.1.0", .network = "test"}, Places(), out);
  return out.str();
}
Result<MapFile> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadMap(in);
}
MapFile ReadOrDie(const std::string& text) {
  auto map = Read(text);
  if (!map) throw std::runtime_error(map.error());
  return std::move(*map);
}
std::string FaultOf(const std::string& text) {
  const auto map = Read(text);
  return map ? "" : map.error();
}
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

Census First() {
  return CensusMaker(AtMinute(0)).Found(1, {1}).Found(2, {2, 22}).Found(3, {3}).Found(4, {4}, "").Silent(9);
}
Census Second() {
  return CensusMaker(AtMinute(15)).Found(1, {1}).Found(2, {2}).Found(3, {3}, "hearsay/2").Found(5, {5});
}

TEST(MapReader, ReadsWhatTheWriterWrites) {
  const MapFile map = ReadOrDie(Written(First()));
  EXPECT_EQ(map.network, "test");
  EXPECT_EQ(map.finished_at, AtMinute(0));
  EXPECT_EQ(map.started_at, AtMinute(0) - std::chrono::seconds{2});
  EXPECT_TRUE(map.complete);
  EXPECT_EQ(map.silent, 1u);
  ASSERT_EQ(map.nodes.size(), 4u);
  EXPECT_EQ(map.nodes[1].id, MakeId(2));
  EXPECT_THAT(map.nodes[1].endpoints, ElementsAre(MakeEndpoint(2), MakeEndpoint(22)));
  EXPECT_TRUE(map.nodes[1].reachable);
  EXPECT_EQ(map.nodes[1].software, "hearsay/1");
  EXPECT_EQ(map.nodes[3].software, "");
}

TEST(MapReader, PassesOverWhatItDoesNotKnow) {
  std::string text = Replaced(Written(First()), "{\"schema\"",
                              "{\"later\":{\"nodes\":[[{\"node_id\":7}]],\"x\":null},\"more\":[[1,{}],2],\"schema\"");
  text = Replaced(text, "{\"node_id\"", "{\"complete\":5,\"deep\":[{\"endpoints\":{}}],\"node_id\"");
  EXPECT_EQ(ReadOrDie(text).nodes.size(), 4u);
}

TEST(MapReader, NamesThePlaceOfWhatIsWrong) {
  const std::string good = Written(First());
  const std::string id = MakeId(2).ToString();
  EXPECT_EQ(FaultOf(Replaced(good, "\"schema\":1", "\"schema\":2")),
            "schema '2' is not 1, the schema that this program reads; use the hearsay that wrote the map");
  EXPECT_EQ(FaultOf(Replaced(good, "\"schema\":1", "\"schema\":\"1\"")), "schema '1' is no number");
  EXPECT_EQ(FaultOf(Replaced(good, "\"schema\":1,", "")), "schema is missing");
  EXPECT_EQ(FaultOf(Replaced(good, "\"complete\":true", "\"complete\":1")), "complete '1' is neither true nor false");
  EXPECT_EQ(FaultOf(Replaced(good, "\"nodes\":[\n", "\"nodes\":7,\"old\":[\n")), "nodes '7' is no array");
  EXPECT_THAT(FaultOf(Replaced(good, "\"finished_at\":\"2", "\"finished_at\":\"x")),
              AllOf(StartsWith("finished_at 'x027-"), HasSubstr("is no RFC 3339 time")));
  EXPECT_EQ(FaultOf(Replaced(good, id, "nonsense")), "nodes[1].node_id 'nonsense' is no node id of 64 hex digits");
  EXPECT_EQ(FaultOf(Replaced(good, id, MakeId(1).ToString())), "nodes has node " + MakeId(1).ToString() + " twice");
  EXPECT_EQ(FaultOf(Replaced(good, "8.0.0.22:7075", "8.0.0.22")),
            "nodes[1].endpoints[1] '8.0.0.22' is no endpoint ADDRESS:PORT");
  EXPECT_EQ(FaultOf(Replaced(good, "\"reachable\":true", "\"reached\":true")), "nodes[0].reachable is missing");
  EXPECT_EQ(FaultOf(Replaced(good, "\"endpoints\":[\"8.0.0.1:7075\"]", "\"endpoints\":{}")),
            "nodes[0].endpoints is of the wrong kind");
  EXPECT_EQ(FaultOf(Replaced(good, "\"complete\":", "\"schema\":1,\"complete\":")), "schema is given twice");
  EXPECT_EQ(FaultOf("[]"), "the document is of the wrong kind");
  EXPECT_EQ(FaultOf("5"), "the document '5' is no object");
}

TEST(MapReader, NamesTheLineWhereAFileIsCutShort) {
  const std::string good = Written(First());
  const std::string end = ": is no JSON from here on: the file is damaged, or was cut short";
  EXPECT_EQ(FaultOf(""), "line 1" + end);
  const std::string cut = good.substr(0, good.find(MakeId(3).ToString()));
  EXPECT_EQ(FaultOf(cut), "line " + std::to_string(1 + std::count(cut.begin(), cut.end(), '\n')) + end);
  // Also where the reader's buffer has been filled several times.
  const std::string large = good.substr(0, good.size() - 2) + ",\"x\":[" + std::string(200'000, '\n') + "?]}";
  EXPECT_EQ(FaultOf(large), "line " + std::to_string(1 + std::count(large.begin(), large.end(), '\n')) + end);
}

TEST(MapReader, CallsANumberTooLargeByItsName) {
  const std::string good = Written(First());
  EXPECT_EQ(FaultOf(Replaced(good, "{\"schema\"", "{\n\"x\":[1e999],\"schema\"")),
            "line 2: the number 1e999 is too large");
  EXPECT_EQ(FaultOf(Replaced(good, "\"schema\":1", "\"schema\":-1" + std::string(400, '0'))),
            "line 1: the number -1" + std::string(38, '0') + " is too large");
  EXPECT_EQ(FaultOf(Replaced(good, "{\"schema\"", "{\"x\":[1e-999,1" + std::string(300, '0') + "],\"schema\"")), "");
}

TEST(MapReader, TakesDepthWithoutEnd) {
  const std::string deep = "{\"x\":" + std::string(1'000'000, '[');
  EXPECT_THAT(FaultOf(deep), StartsWith("line 1: "));
}

TEST(MapReader, GivesAnAnswerForAnyBytes) {
  const std::string good = Written(First());
  Rng rng = Rng::FromNumber(3);
  std::size_t taken = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (std::uint64_t i = 1 + rng.Below(3); i > 0; --i) {
      text[rng.Below(text.size())] = static_cast<char>(rng.Chance(1, 2) ? 32 + rng.Below(95) : rng.Below(256));
    }
    const auto map = Read(text);
    if (map) ++taken;
    EXPECT_TRUE(map || !map.error().empty());
  }
  EXPECT_GT(taken, 100u);
}

TEST(MapDiff, TellsWhoCameWentMovedAndChanged) {
  const MapFile before = ReadOrDie(Written(First()));
  const MapFile after = ReadOrDie(Written(Second()));
  const MapDiff diff = DiffMaps(before, after);
  ASSERT_EQ(diff.came.size(), 1u);
  EXPECT_EQ(diff.came[0]->id, MakeId(5));
  ASSERT_EQ(diff.went.size(), 1u);
  EXPECT_EQ(diff.went[0]->id, MakeId(4));
  ASSERT_EQ(diff.moved.size(), 1u);
  EXPECT_EQ(diff.moved[0].after->id, MakeId(2));
  ASSERT_EQ(diff.changed.size(), 1u);
  EXPECT_EQ(diff.changed[0].before->software, "hearsay/1");
  EXPECT_EQ(diff.changed[0].after->software, "hearsay/2");
  const MapDiff same = DiffMaps(before, before);
  EXPECT_TRUE(same.came.empty() && same.went.empty() && same.moved.empty() && same.changed.empty());
}

TEST(MapDiff, ShowsSomeAndCountsTheRest) {
  CensusMaker many(AtMinute(15));
  for (std::uint32_t id = 10; id < 40; ++id) many.Found(id, {id});
  const MapFile before = ReadOrDie(Written(CensusMaker(AtMinute(0)).Incomplete().Found(10, {10})));
  const MapFile after = ReadOrDie(Written(many));
  const std::string text = DiffText(before, after, DiffMaps(before, after), 5);
  EXPECT_THAT(text, HasSubstr("came 29\n"));
  EXPECT_THAT(text, HasSubstr("and 24 more; --json shows all\n"));
  EXPECT_THAT(text, HasSubstr("the first map is not complete"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 1 + 1 + 5 + 1 + 3);
}

TEST(MapDiff, SaysWhenTheMapsAreTheWrongWayRound) {
  const MapFile older = ReadOrDie(Written(First()));
  const MapFile newer = ReadOrDie(Written(Second()));
  EXPECT_THAT(DiffText(newer, older, DiffMaps(newer, older), 5), HasSubstr("the second map is the older one"));
  EXPECT_THAT(DiffText(older, newer, DiffMaps(older, newer), 5), Not(HasSubstr("older")));
  EXPECT_THAT(DiffText(older, older, DiffMaps(older, older), 5), Not(HasSubstr("older")));
}

TEST(MapDiff, IsWholeAsJson) {
  const MapFile before = ReadOrDie(Written(First()));
  const MapFile after = ReadOrDie(Written(Second()));
  const auto json = nlohmann::json::parse(DiffJson(before, after, DiffMaps(before, after)));
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["before"]["nodes"], 4);
  EXPECT_EQ(json["after"]["complete"], true);
  EXPECT_EQ(json["came"][0]["node_id"], MakeId(5).ToString());
  EXPECT_EQ(json["went"][0]["software"], nullptr);
  EXPECT_EQ(json["moved"][0]["before"], (nlohmann::json{"8.0.0.2:7075", "8.0.0.22:7075"}));
  EXPECT_EQ(json["moved"][0]["after"], (nlohmann::json{"8.0.0.2:7075"}));
  EXPECT_EQ(json["changed"][0]["after"], "hearsay/2");
}

TEST(MapDiff, DrivesNobodysTerminal) {
  const std::string evil = "a\\u001b[2J\\u009b2J\\u202eü";
  const MapFile before = ReadOrDie(Written(First()));
  const MapFile after =
      ReadOrDie(Replaced(Written(Second()), "\"software\":\"hearsay/1\"", "\"software\":\"" + evil + "\""));
  const std::string text = DiffText(before, after, DiffMaps(before, after), 20);
  EXPECT_THAT(text, HasSubstr("-> a?[2J?2J?ü\n"));
  // A program that reads the object gets what the file says; the terminal that shows it does not.
  const std::string json = DiffJson(before, after, DiffMaps(before, after));
  EXPECT_TRUE(IsPrintableAscii(json)) << json;
  EXPECT_EQ(nlohmann::json::parse(json)["changed"][0]["after"], "a\x1b[2J\xc2\x9b" "2J\xe2\x80\xaeü");
  EXPECT_EQ(FaultOf(Replaced(Written(First()), MakeId(2).ToString(), evil)),
            "nodes[1].node_id 'a?[2J?2J?ü' is no node id of 64 hex digits");
}

}  // namespace
}  // namespace hearsay
