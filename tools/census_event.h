// SPDX-License-Identifier: MIT
//
// What a series of crawls says of each census: a line for people, one object (--json) or events (--events).
//
// One JSON object a line. First {"event":"census", ...} with the keys of crawler/history/timeline_json.h and
// "known" (nodes in the history); as events, then for each node that did so
//   {"event":"came"|"went"|"moved"|"changed","at":"...","node_id":"...","endpoints":["..."],"software":"..."|null}
// and {"event":"forgotten","at":"...","node_id":"..."}.
#pragma once

#include <string>

#include "crawler/history/history.h"

namespace hearsay {

// "3 came, 1 went, 0 moved, 0 changed version"
std::string ChangeText(const HistoryChange& change);
// "2026-11-21T18:20:00.000Z 25 nodes, 25 reachable, about 25 (25 to 27); 3 came, ...; 0.35 s"
std::string CensusLine(const HistoryChange& change);
std::string CensusEvent(const HistoryChange& change, const History& history);  // the first object alone
std::string CensusEvents(const HistoryChange& change, const History& history);

}  // namespace hearsay
