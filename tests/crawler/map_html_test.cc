// SPDX-License-Identifier: MIT
// map.html: what goes into the page, and that no node can put anything else into it. What the page then shows is judged
// in a browser by map_html_test.py.
#include "crawler/report/map_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "crawler/report/page_data.h"

namespace hearsay {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string Page(std::string_view map, std::string_view history = "null") {
  std::ostringstream out;
  WriteMapHtml(map, history, out);
  return out.str();
}

json Node(const json& id) { return {{"node_id", id}, {"name", "n"}, {"country", "DE"}}; }

json Named(const std::string& name) { return {{"node_id", "a"}, {"name", name}}; }

// "nodes" before "edges", as in map.json.
std::string MapOf(const std::vector<json>& nodes, const std::string& edges = "[]") {
  return R"({"schema":1,"nodes":)" + json(nodes).dump() + R"(,"edges":)" + edges + "}";
}

std::size_t CountOf(std::string_view what, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(MapHtml, IsRefusedForMapsThatNoBrowserHolds) {
  Census census;
  census.silent.resize(kMostPageEntries - 1);
  census.nodes.resize(1);
  EXPECT_EQ(WhyNoMapHtml(census), "");
  census.nodes.resize(2);
  EXPECT_THAT(WhyNoMapHtml(census), AllOf(HasSubstr("100001 entries"), HasSubstr("--formats json")));
  census.nodes.resize(1);
  census.edges.resize(kMostPageEdges);
  EXPECT_EQ(WhyNoMapHtml(census), "");
  census.edges.resize(kMostPageEdges + 1);
  EXPECT_THAT(WhyNoMapHtml(census), HasSubstr("2000001 edges"));
}

TEST(PageData, WritesEdgesAsPlaces) {
  const std::vector<json> nodes = {Node("a"), Node("b"), Node("c"), Node(nullptr)};
  const json data = json::parse(PageDataOfMap(MapOf(nodes, R"([["a","c"],["a","b"],["c","a"]])")));
  EXPECT_EQ(data["edges"], json::parse("[[1,2],[],[0],[]]"));
  EXPECT_EQ(data["nodes"], json(nodes));
  EXPECT_EQ(data["schema"], 1);
}

TEST(PageData, TakesEdgesFromTheMapItselfOnly) {
  const std::string text =
      R"({"summary":{"edges":[[1,2]]},"nodes":[{"node_id":"a","edges":[["a"]]}],"edges":[["a","a"]]})";
  const json data = json::parse(PageDataOfMap(text));
  EXPECT_EQ(data["summary"]["edges"], json::parse("[[1,2]]"));
  EXPECT_EQ(data["nodes"][0]["edges"], json::parse(R"([["a"]])"));
  EXPECT_EQ(data["edges"], json::parse("[[0]]"));
}

TEST(PageData, LeavesOutEdgesWhoseEndsAreNotOnTheMap) {
  const std::string text = R"({"nodes":[{"node_id":"a"},{"node_id":7},5],"edges":[["a","x"],["a"],[1,"a"],["a","a"]]})";
  EXPECT_EQ(json::parse(PageDataOfMap(text))["edges"], json::parse("[[0],[],[]]"));
}

TEST(PageData, IsNullForWhatIsNoMap) {
  for (const char* text : {"", "{", "null", "[]", "{}", R"({"nodes":5})", R"({"nodes":[],"edges":[)"}) {
    EXPECT_EQ(PageDataOfMap(text), "null") << text;
  }
  EXPECT_EQ(PageData("[1,"), "null");
  EXPECT_EQ(PageData("[1]"), "[1]");
}

TEST(PageData, LeavesOutWhatNestsTooDeep) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_LT(PageData(deep).size(), 100u);
  EXPECT_LT(PageDataOfMap(R"({"nodes":[)" + deep + "]}").size(), 200u);
}

TEST(PageData, IsAsciiThatCannotEndItsElement) {
  const std::string hostile = "</script><script>alert(1)</script><!-- \u2028\u2029 \xf0\x9f\x98\x80 & {{policy}}";
  for (const std::string& text : {PageDataOfMap(MapOf({Named(hostile)})),
                                  PageData(json::array({hostile}).dump())}) {
    EXPECT_THAT(text, Not(HasSubstr("<")));
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
  EXPECT_EQ(json::parse(PageData(json::array({hostile}).dump()))[0], hostile);
}

TEST(MapHtml, HoldsTheMapAndTheHistory) {
  const std::string page = Page(MapOf({Node("a")}), R"([{"at":"2027-01-15T08:00:00Z"}])");
  EXPECT_THAT(page, AllOf(HasSubstr(R"("name":"n")"), HasSubstr(R"([{"at":"2027-01-15T08:00:00Z"}])")));
  EXPECT_THAT(page, testing::StartsWith("<!doctype html>"));
}

TEST(MapHtml, HasNoMoreElementsWhateverANodeIsCalled) {
  const std::string plain = Page(MapOf({Named("x")}));
  const std::string hostile = Page(MapOf({Named("</script><img src=x onerror=alert(1)>")}));
  EXPECT_THAT(hostile, HasSubstr("img src=x"));
  EXPECT_EQ(CountOf("<", plain), CountOf("<", hostile));
}

TEST(MapHtml, DoesNotFillInPlaceholdersThatANodeWrote) {
  EXPECT_THAT(Page(MapOf({Named("{{history}}")}), "[4711]"), HasSubstr(R"("name":"{{history}}")"));
}

TEST(MapHtml, AllowsOnlyItsOwnStyleAndScript) {
  const std::string page = Page(MapOf({Node("a")}));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(page, HasSubstr("; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-")));
  EXPECT_EQ(CountOf("<style", page), 1u);
  EXPECT_EQ(CountOf("<script", page), 3u);  // two of data, one of code
}

TEST(MapHtml, IsTheSameForTheSameMap) { EXPECT_EQ(Page(MapOf({Node("a")})), Page(MapOf({Node("a")}))); }

}  // namespace
}  // namespace hearsay
