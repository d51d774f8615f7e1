// SPDX-License-Identifier: MIT
#include "crawler/report/map_dot.h"

#include <ostream>
#include <string>

#include "crawler/report/clean_text.h"
#include "crawler/report/map_table.h"

namespace hearsay {
namespace {

// Graphviz's own escapes (\N, \G, \l) begin with a backslash too, so that one is doubled. Labels undo that; in other
// attributes it stays, because the language cannot say a backslash before a quote otherwise.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// Graphviz draws "&lt;" as "<", and would stop at an entity that it does not know.
std::string QuotedLabel(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : std::string(1, c);
  return Quoted(out);
}

}  // namespace

void WriteMapDot(const Census& census, const MapHeader& header, const Places& places, std::ostream& out) {
  out << "digraph network {\n  label=" << QuotedLabel(CleanText(MapTitle(census, header)))
      << "\n  overlap=false\n  node [shape=box, style=rounded]\n  edge [color=gray, arrowsize=0.5]\n";
  ForEachRow(census, places, [&](const MapRow& row) {
    out << "  \"" << row.Id() << "\" [";
    for (const MapColumn& column : MapColumns()) {
      if (column.name == "name") continue;
      const Cell cell = column.value(row);
      if (std::holds_alternative<std::monostate>(cell)) continue;
      const bool is_label = column.name == "label";
      out << column.name << '=' << (is_label ? QuotedLabel(CellText(cell)) : Quoted(CellText(cell))) << ", ";
    }
    out << "style=" << (row.reachable() ? "rounded" : "dashed") << (row.suspect() ? ", color=red" : "") << "]\n";
  });
  ForEachEdge(census, [&](const std::string& from, const std::string& to) {
    out << "  \"" << from << "\" -> \"" << to << "\"\n";
  });
  out << "}\n";
}

}  // namespace hearsay
