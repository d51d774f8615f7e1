// SPDX-License-Identifier: MIT
//
// map.graphml: a census as a directed graph in GraphML 1.0, which Gephi, NetworkX, yEd, igraph and Cytoscape open.
//
// A node's XML id is its `id`, its data are the columns of map_table.h, typed (string, boolean, long, double); a column
// that is absent has no <data>. Gephi shows `label`. What strangers named themselves is escaped, and holds no character
// that XML forbids (clean_text.h).
#pragma once

#include <iosfwd>

#include "crawler/census.h"
#include "crawler/report/map_header.h"
#include "crawler/report/places.h"

namespace hearsay {

void WriteMapGraphml(const Census& census, const MapHeader& header, const Places& places, std::ostream& out);

}  // namespace hearsay
