// SPDX-License-Identifier: MIT
//
// ReadMap: a map.json (report/map_json.h) read back: its nodes, without its edges.
//
// Total and strict: any bytes give a map or one line that says where and what. Unknown keys are passed over, whatever
// they hold but a number too large for a double; what is needed must be there, once, and of its kind; a schema above
// ours is refused. Read as a stream: the memory is that of the nodes, and of the longest string. Entries without a node
// id are counted only.
// Bound: kMaxMapNodes nodes, each with at most kMaxMapEndpoints endpoints.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/node_id.h"
#include "proto/time.h"

namespace hearsay {

inline constexpr std::size_t kMaxMapNodes = 4'000'000;
inline constexpr std::size_t kMaxMapEndpoints = 4096;

struct MapFile {
  struct Node {
    NodeId id;
    std::vector<Endpoint> endpoints;  // ordered, none twice
    bool reachable = false;
    std::string software;             // empty: unknown
  };
  std::string network;
  Time started_at{};
  Time finished_at{};
  bool complete = false;
  std::vector<Node> nodes;            // ordered by id, none twice
  std::size_t silent = 0;             // entries without a node id
};

// The error has the form "line 7: what" or "nodes[5].node_id: what", without the file's name.
Result<MapFile> ReadMap(std::istream& in);

}  // namespace hearsay
