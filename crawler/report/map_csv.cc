// SPDX-License-Identifier: MIT
#include "crawler/report/map_csv.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>

#include "crawler/report/map_table.h"

namespace hearsay {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
// What begins a formula: OWASP's list, with the full-width = + - @ that East Asian spreadsheets accept.
constexpr std::array<std::string_view, 8> kTriggers{"=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b",
                                                    "\xef\xbc\x8d", "\xef\xbc\xa0"};

// With an apostrophe before everything that a spreadsheet would run. White space before it does not stop a spreadsheet.
std::string Harmless(std::string_view text) {
  std::string out;
  bool cell_begins = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const auto begins_rest = [&](std::string_view trigger) { return rest.starts_with(trigger); };
    if (cell_begins && std::any_of(kTriggers.begin(), kTriggers.end(), begins_rest)) out += '\'';
    const char c = rest.front();
    cell_begins = c == ';' || c == '\t' || c == '\r' || c == '\n' || (cell_begins && (c == ' ' || c == '"'));
    out += c;
  }
  return out;
}

std::string Field(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  const std::string plain = text ? Harmless(*text) : CellText(cell);
  if (plain.find_first_of(",;\"\t\r\n") == std::string::npos) return plain;
  std::string out = "\"";
  for (const char c : plain) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

void WriteNodesCsv(const Census& census, const Places& places, std::ostream& out) {
  out << "id";
  for (const MapColumn& column : MapColumns()) out << ',' << column.name;
  out << kLineEnd;
  ForEachRow(census, places, [&](const MapRow& row) {
    out << row.Id();
    for (const MapColumn& column : MapColumns()) out << ',' << Field(column.value(row));
    out << kLineEnd;
  });
}

void WriteEdgesCsv(const Census& census, std::ostream& out) {
  out << "source,target" << kLineEnd;
  ForEachEdge(census, [&](const std::string& from, const std::string& to) { out << from << ',' << to << kLineEnd; });
}

}  // namespace hearsay
