// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/battle.h"

#include <cstdio>

#include "proto/check.h"

namespace hearsay::sim {

void Battle::RunRounds(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    stage.network.RunFor(kRound);
    if (const auto& broken = stage.network.violation()) std::fprintf(stderr, "%s\n", broken->what.c_str());
    HEARSAY_CHECK(!stage.network.violation());
    if (!progress_) continue;
    const ViewCensus census = stage.Count(hosts);
    char line[160];
    std::snprintf(line, sizeof line, "round %d: views %.1f %% hostile, tables %.1f %%, %.0f honest known, %zu isolated",
                  ++round_, Percent(census.views), Percent(census.table), census.known, census.isolated);
    progress_(line);
  }
}

}  // namespace hearsay::sim
