// SPDX-License-Identifier: MIT
//
// map.dot: a census as a directed graph in Graphviz's DOT language. `sfdp -Tsvg map.dot` draws some thousands of nodes;
// `dot` suits some dozens.
//
// A node's name is its `id`; the columns of map_table.h are attributes of the same names, so that `gvpr` and pydot can
// read them, but for `name`, which is the label and would hide the node's own name in Graphviz's JSON. An endpoint or
// a node that is not reachable is dashed, a suspect is red. Everything is a quoted string: quotes and backslashes of
// strangers' texts are escaped with a backslash, and `&` in labels, where Graphviz would read an entity.
#pragma once

#include <iosfwd>

#include "crawler/census.h"
#include "crawler/report/map_header.h"
#include "crawler/report/places.h"

namespace hearsay {

void WriteMapDot(const Census& census, const MapHeader& header, const Places& places, std::ostream& out);

}  // namespace hearsay
