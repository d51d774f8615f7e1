// SPDX-License-Identifier: MIT
//
// nodes.csv and edges.csv: a census as tables for spreadsheets, databases and data frames. RFC 4180: a header line,
// fields with commas, quotes or line breaks in quotes, quotes doubled, CR LF at the end of a line. UTF-8, no mark.
// nodes.csv has `id` and then the columns of map_table.h; edges.csv has `source` and `target`, ids of nodes.csv.
//
// Names, attributes and software are strangers' texts, and a spreadsheet runs a cell that begins with = + - or @ as a
// formula ("CSV injection", OWASP). Such a text gets an apostrophe in front, which spreadsheets take as "this is text".
// So does one behind a semicolon, a tab or a line break inside a text, because a spreadsheet may take those for the end
// of a cell. White space before the sign and its full-width form change nothing. A reader who is no spreadsheet finds
// the apostrophe there; map.json has the texts as they were.
#pragma once

#include <iosfwd>

#include "crawler/census.h"
#include "crawler/report/places.h"

namespace hearsay {

void WriteNodesCsv(const Census& census, const Places& places, std::ostream& out);
void WriteEdgesCsv(const Census& census, std::ostream& out);

}  // namespace hearsay
