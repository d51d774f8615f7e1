// SPDX-License-Identifier: MIT
//
// MapDiff: what is different between two maps of a network.
//
// By node id: in the second one only (came), in the first one only (went), in both with other endpoints (moved: any
// difference of the two sets), in both with another software (changed). A node that a map that is not complete lacks
// may have been there; the text says so, and when the second map is the older one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crawler/report/map_reader.h"

namespace hearsay {

struct MapDiff {
  struct Pair {
    const MapFile::Node* before;
    const MapFile::Node* after;
  };
  std::vector<const MapFile::Node*> came;  // borrowed from the maps; each list by id
  std::vector<const MapFile::Node*> went;
  std::vector<Pair> moved;
  std::vector<Pair> changed;
};
MapDiff DiffMaps(const MapFile& before, const MapFile& after);

// For people: two lines about the maps, then each list with at most `most` of its entries, "and N more".
std::string DiffText(const MapFile& before, const MapFile& after, const MapDiff& diff, std::size_t most);
// For programs, one object on one line: {"schema":1, "before":{...}, "after":{...}, "came":[{"node_id", "endpoints",
// "software"}], "went":[...], "moved":[{"node_id", "before":[endpoints], "after":[...]}], "changed":[{"node_id",
// "before":software|null, "after":...}]}; before and after have finished_at, complete, nodes, reachable, network.
std::string DiffJson(const MapFile& before, const MapFile& after, const MapDiff& diff);

}  // namespace hearsay
