// SPDX-License-Identifier: MIT
#include "crawler/report/map_graphml.h"

#include <ostream>
#include <string>

#include "crawler/report/clean_text.h"
#include "crawler/report/map_table.h"

namespace hearsay {
namespace {

std::string_view TypeName(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText: return "string";
    case ColumnKind::kFlag: return "boolean";
    case ColumnKind::kCount: return "long";
    case ColumnKind::kNumber: return "double";
  }
  return "string";
}

// Fit for content and for quoted attributes. A carriage return would be read as a line feed unless it is escaped.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

void WriteMapGraphml(const Census& census, const MapHeader& header, const Places& places, std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\""
         "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n"
      << "<desc>" << Escaped(CleanText(MapTitle(census, header))) << "</desc>\n";
  for (const MapColumn& column : MapColumns()) {
    out << "<key id=\"" << column.name << "\" for=\"node\" attr.name=\"" << column.name << "\" attr.type=\""
        << TypeName(column.kind) << "\"/>\n";
  }
  out << "<graph id=\"network\" edgedefault=\"directed\">\n";
  ForEachRow(census, places, [&](const MapRow& row) {
    out << "<node id=\"" << row.Id() << "\">";
    for (const MapColumn& column : MapColumns()) {
      const Cell cell = column.value(row);
      if (std::holds_alternative<std::monostate>(cell)) continue;
      out << "<data key=\"" << column.name << "\">" << Escaped(CellText(cell)) << "</data>";
    }
    out << "</node>\n";
  });
  ForEachEdge(census, [&](const std::string& from, const std::string& to) {
    out << "<edge source=\"" << from << "\" target=\"" << to << "\"/>\n";
  });
  out << "</graph>\n</graphml>\n";
}

}  // namespace hearsay
