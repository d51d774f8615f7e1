// SPDX-License-Identifier: MIT
// map.graphml and map.dot: their bytes, and what a hostile record can put into them. That NetworkX and Graphviz read
// them is tested with a real crawl (outputs_test.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "crawler/report/clean_text.h"
#include "crawler/report/map_dot.h"
#include "crawler/report/map_graphml.h"
#include "tests/crawler/example_census.h"

namespace hearsay {
namespace {

using test::Example;
using test::Id;
using testing::HasSubstr;
using testing::Not;

const MapHeader kHeader{.software = "hearsay/0.1.0", .network = "te<st>"};

std::string Graphml(const Census& census, const Places& places = {}) {
  std::ostringstream out;
  WriteMapGraphml(census, kHeader, places, out);
  return out.str();
}

std::string Dot(const Census& census, const Places& places = {}) {
  std::ostringstream out;
  WriteMapDot(census, kHeader, places, out);
  return out.str();
}

Census Named(const std::string& name) {
  Census census = Example();
  census.nodes[0].record->name = name;
  return census;
}

TEST(MapGraphml, TypesItsColumnsAndLeavesOutWhatIsUnknown) {
  const std::string xml = Graphml(Example());
  EXPECT_THAT(xml, HasSubstr(R"(<key id="rtt_ms" for="node" attr.name="rtt_ms" attr.type="double"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<key id="suspect" for="node" attr.name="suspect" attr.type="boolean"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<key id="as" for="node" attr.name="as" attr.type="long"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<node id="127.0.0.1:3"><data key="label">127.0.0.1:3</data>)"
                             R"(<data key="endpoints">127.0.0.1:3</data><data key="reachable">false</data>)"
                             R"(<data key="reason">timeout</data><data key="sampled">0</data>)"));
  EXPECT_THAT(xml, HasSubstr("<edge source=\"" + Id(1).ToString() + "\" target=\"" + Id(2).ToString() + "\"/>\n"));
  EXPECT_THAT(xml, HasSubstr("<desc>Network 'te&lt;st&gt;', crawled 2027-01-15T08:00:00.000Z by hearsay/0.1.0</desc>"));
}

TEST(MapGraphml, EscapesWhatStrangersSay) {
  const std::string xml = Graphml(Named("</data><x a=\"1\"> & ]]> \r"));
  EXPECT_THAT(xml, HasSubstr("<data key=\"name\">&lt;/data&gt;&lt;x a=&quot;1&quot;&gt; &amp; ]]&gt; &#13;</data>"));
}

TEST(MapGraphml, HoldsNoCharacterThatXmlForbids) {
  const std::string xml = Graphml(Named(std::string("\0\x01\x1f\x7f\xef\xbf\xbe\xed\xa0\x80\xff", 11)));
  for (const char c : xml) ASSERT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  EXPECT_THAT(xml, Not(HasSubstr("\xef\xbf\xbe")));
  EXPECT_THAT(xml, Not(HasSubstr("\xed\xa0\x80")));
}

TEST(MapDot, EscapesQuotesBackslashesAndEntities) {
  Census census = Named("\"]; x [\\N &lt; \\");
  census.nodes[0].record->software = census.nodes[0].record->name;
  const std::string dot = Dot(census);
  EXPECT_THAT(dot, HasSubstr(R"(label="\"]; x [\\N &amp;lt; \\",)"));
  EXPECT_THAT(dot, HasSubstr(R"(software="\"]; x [\\N &lt; \\",)"));
}

TEST(MapDot, DashesWhatIsNotReachableAndReddensSuspects) {
  const std::string dot = Dot(Example());
  EXPECT_THAT(dot, HasSubstr(R"(named_by="1", suspect="false", excluded="false", style=rounded])"));
  EXPECT_THAT(dot, HasSubstr(R"(suspect="true", excluded="false", style=dashed, color=red])"));
  EXPECT_THAT(dot, HasSubstr("  \"" + Id(1).ToString() + "\" -> \"" + Id(2).ToString() + "\"\n"));
}

TEST(MapGraphs, SayWhereANodeIs) {
  const Place place{.country = "DE", .as = 64500, .as_name = "A&B"};
  const Places places(Example(), [&](const IpAddress&) { return place; });
  EXPECT_THAT(Graphml(Example(), places), HasSubstr("<data key=\"country\">DE</data><data key=\"as\">64500</data>"
                                                    "<data key=\"as_name\">A&amp;B</data>"));
  EXPECT_THAT(Dot(Example(), places), HasSubstr(R"(country="DE", as="64500", as_name="A&B",)"));
}

TEST(MapGraphs, WriteTheSameBytesForTheSameCensus) {
  EXPECT_EQ(Graphml(Example()), Graphml(Example()));
  EXPECT_EQ(Dot(Example()), Dot(Example()));
}

TEST(CleanText, KeepsWellFormedTextAndReplacesTheRest) {
  const std::string fine = "a \t\r\n \xc3\xbc \xe2\x82\xac \xf0\x9f\x8c\x8d \xef\xbf\xbd";
  EXPECT_EQ(CleanText(fine), fine);
  EXPECT_EQ(CleanText("\xc3"), "\xef\xbf\xbd");
  EXPECT_EQ(CleanText("a\xc2\x9b" "b"), "a\xef\xbf\xbd" "b");
  EXPECT_EQ(CleanText(""), "");
}

}  // namespace
}  // namespace hearsay
