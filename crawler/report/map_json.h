// SPDX-License-Identifier: MIT
//
// map.json: a census as a JSON document. Its schema is documented in crawler/README.md, "map.json".
//
// Written piece by piece, one node and one edge a line, so that memory does not grow with the map and two maps can be
// compared with diff. The same census gives the same bytes. What other nodes say of themselves is escaped, and what is
// not UTF-8 becomes U+FFFD, so the document is valid whatever they say.
#pragma once

#include <iosfwd>
#include <string>

#include "crawler/census.h"
#include "crawler/report/map_header.h"
#include "crawler/report/places.h"

namespace hearsay {

inline constexpr int kMapSchema = 1;

// `places` are Places{} without databases.
void WriteMapJson(const Census& census, const MapHeader& header, const Places& places, std::ostream& out);
// The "summary" object by itself, on one line.
std::string SummaryJson(const Census& census, const Places& places);

}  // namespace hearsay
