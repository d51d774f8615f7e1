// SPDX-License-Identifier: MIT
// Maps with any text in a node's name, software and attributes: CSV reads back as the same fields but for apostrophes,
// GraphML as the same text, and DOT's quotes are balanced.
#include <algorithm>
#include <sstream>

#include "crawler/report/clean_text.h"
#include "crawler/report/map_csv.h"
#include "crawler/report/map_dot.h"
#include "crawler/report/map_graphml.h"
#include "crawler/report/map_table.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

std::string WithoutApostrophes(std::string text) {
  std::erase(text, '\'');
  return text;
}

// The fields of RFC 4180 text, of all lines.
std::vector<std::string> CsvFields(std::string_view text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text.substr(i).starts_with("\"\"")) {
      fields.back() += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[i] == ',' || text[i] == '\n')) {
      fields.emplace_back();
    } else if (quoted || text[i] != '\r') {
      fields.back() += text[i];
    }
  }
  HEARSAY_CHECK(!quoted);
  return fields;
}

// Where a spreadsheet would see a cell begin, there is no formula.
void CheckHarmless(std::string_view field) {
  bool begins = true;
  for (const char c : field) {
    HEARSAY_CHECK(!begins || std::string_view("=+-@").find(c) == std::string_view::npos);
    begins = c == ';' || c == '\t' || c == '\n' || c == '\r' || (begins && c == ' ');
  }
}

std::string Unescaped(std::string_view xml) {
  std::string out;
  while (!xml.empty()) {
    static constexpr std::pair<std::string_view, char> kEscapes[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#13;", '\r'}};
    const auto found = std::find_if(std::begin(kEscapes), std::end(kEscapes),
                                    [&](const auto& escape) { return xml.starts_with(escape.first); });
    HEARSAY_CHECK(xml.front() != '&' || found != std::end(kEscapes));
    out += found == std::end(kEscapes) ? xml.front() : found->second;
    xml.remove_prefix(found == std::end(kEscapes) ? 1 : found->first.size());
  }
  return out;
}

void CheckDot(std::string_view dot) {
  bool quoted = false;
  for (std::size_t i = 0; i < dot.size(); ++i) {
    if (quoted && dot[i] == '\\') ++i;
    else if (dot[i] == '"') quoted = !quoted;
  }
  HEARSAY_CHECK(!quoted && dot.ends_with("}\n"));
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  const std::string text(AsText(fuzz::Input(data, size)));
  const std::string clean = CleanText(text);
  HEARSAY_CHECK(CleanText(clean) == clean);

  Census census;
  NodeRecord record;
  record.name = record.software = text;
  record.attributes = {{"key", text}};
  census.nodes.push_back({.id = {}, .endpoints = {{IpAddress::V4(0x7f000001), 1}}, .verdict = Verdict::kReachable,
                          .record = record, .rtt = {}});
  std::ostringstream csv, graphml, dot;
  WriteNodesCsv(census, {}, csv);
  const auto fields = CsvFields(csv.str());
  const std::size_t columns = MapColumns().size() + 1;
  HEARSAY_CHECK(fields.size() == 2 * columns + 1);
  for (std::size_t i = 0; i < columns; ++i) {
    CheckHarmless(fields[columns + i]);
    if (fields[i] == "name" || fields[i] == "software") {
      HEARSAY_CHECK(WithoutApostrophes(fields[columns + i]) == WithoutApostrophes(clean));
    }
  }
  WriteMapGraphml(census, {}, {}, graphml);
  const std::string xml = graphml.str();
  const std::string opening = "<data key=\"name\">";
  const std::size_t begin = xml.find(opening) + opening.size();
  HEARSAY_CHECK(Unescaped(xml.substr(begin, xml.find('<', begin) - begin)) == clean);
  WriteMapDot(census, {}, {}, dot);
  CheckDot(dot.str());
  return 0;
}
