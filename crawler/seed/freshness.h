// SPDX-License-Identifier: MIT
//
// Freshness: whether what a seed gives away is still news, for its alarm.
//
// A seed is fresh while nine of ten draws name a peer that proved its id within three intervals and a minute
// (History::ProvedSince): a crawl that was missed is no alarm, and one among the dead takes some seconds. Whether
// censuses were complete does not matter: one liar can keep them from being that, and nobody from being met. Pure.
#pragma once

#include <optional>

#include "crawler/census.h"

namespace hearsay {

inline constexpr int kFreshIntervals = 3;
inline constexpr Duration kFreshSlack = std::chrono::minutes{1};

// `proved`: since when nine of ten are proved.
inline bool IsFresh(std::optional<Time> proved, Duration every, Time now) {
  return proved && now < *proved + kFreshIntervals * every + kFreshSlack;
}

// A seed's own node answers also when the seed is cut off from everybody. A census that met nobody else met nobody, and
// then is no evidence against anyone (crawler/history/history.h), nor fresh.
inline void DropOwnEcho(Census& census, const NodeId& own) {
  if (census.nodes.size() == 1 && census.nodes.front().id == own) census.nodes.clear();
}

}  // namespace hearsay
