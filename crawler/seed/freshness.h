// SPDX-License-Identifier: MIT
//
// Freshness: whether what a seed gives away is still news, for its alarm.
//
// A seed is fresh while the last census that saw the whole network is younger than three intervals and a minute: one
// that was missed is no alarm, and a crawl among the dead takes some seconds. Pure.
#pragma once

#include <optional>

#include "crawler/census.h"

namespace hearsay {

inline constexpr int kFreshIntervals = 3;
inline constexpr Duration kFreshSlack = std::chrono::minutes{1};

// `last`: when the last complete census ended.
inline bool IsFresh(std::optional<Time> last, Duration every, Time now) {
  return last && now < *last + kFreshIntervals * every + kFreshSlack;
}

// A seed's own node answers also when the seed is cut off from everybody. A census that met nobody else met nobody, and
// then is no evidence against anyone (crawler/history/history.h), nor fresh.
inline void DropOwnEcho(Census& census, const NodeId& own) {
  if (census.nodes.size() == 1 && census.nodes.front().id == own) census.nodes.clear();
}

}  // namespace hearsay
