// SPDX-License-Identifier: MIT
//
// SeedPeers: whom a seed gives away now: its own node; the good of its history (crawler/reliability.h), but for those
// whom its node knows to have failed since the last census; and whom its node has verified and no census has met yet.
#pragma once

#include <vector>

#include "crawler/history/history.h"
#include "crawler/seed/good_peers.h"
#include "node/io/driver.h"
#include "node/io/settings.h"

namespace hearsay {

struct SeedPeers {
  std::vector<GoodPeer> peers;
  std::size_t good = 0;      // nodes of the history, by its rule
  std::size_t doubtful = 0;  // served because there are too few: they answer, not for long enough
  std::size_t gone = 0;      // served because there is nobody else
};

// As many as two answers hold: below that a seed serves the best that it has.
inline constexpr std::size_t kWantedPeers = 32;

// `audience`: how far what is served may reach. Attributes are known of the peers that the node has in its own table.
SeedPeers ChooseSeedPeers(const Driver& driver, const Settings& settings, const History& history, Scope audience);

}  // namespace hearsay
