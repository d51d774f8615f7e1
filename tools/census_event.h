// SPDX-License-Identifier: MIT
//
// What a series of crawls says of each census: a line for people, one object (--json) or events (--events).
//
// One JSON object a line. First {"event":"census", ...} with the keys of crawler/history/timeline_json.h,
// "recorded" (false: the disk took nothing of it; it is recorded with the next census) and "known" (nodes in the
// history); as events, then for each node that did so
//   {"event":"came"|"went"|"moved"|"changed","at":"...","node_id":"...","endpoints":["..."],"software":"..."|null}
// and {"event":"forgotten","at":"...","node_id":"..."}.
#pragma once

#include <string>

#include "crawler/history/history_store.h"

namespace hearsay {

// "3 came, 1 went, 0 moved, 0 changed version", or "not recorded": of a single crawl nothing has changed then.
std::string ChangeText(const HistoryStore::Recorded& recorded);
// "2026-11-21T18:20:00.000Z 25 nodes, 25 reachable, about 25 (25 to 27); 3 came, ...; 0.35 s"
std::string CensusLine(const HistoryStore::Recorded& recorded);
std::string CensusEvent(const HistoryStore::Recorded& recorded, const History& history);  // the first object alone
std::string CensusEvents(const HistoryStore::Recorded& recorded, const History& history);

}  // namespace hearsay
