// SPDX-License-Identifier: MIT
//
// Views: how far a network is from what it should be, seen from outside.
//
// Full view: while at most 64 peers can be had, each of them is in view; above that, slots decide,
// and half as many distinct live peers as there are slots is asked for.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "tests/sim/sim_network.h"

namespace hearsay::sim {

struct ViewState {
  std::size_t wanted = 0;   // live peers that should be in view
  std::size_t missing = 0;  // of them, not there
  std::size_t dead = 0;     // in view, but not running
  HostId example = kNoHost; // one that is missing or dead
  bool full() const { return missing == 0 && dead == 0; }
};
ViewState StateOfView(const SimNetwork& network, HostId host);

// Nothing when every running node has a full view and no dead peer in it; else the first that has not, described.
std::optional<std::string> WhoLacksAView(const SimNetwork& network);
// How many views hold any of these.
std::size_t ViewsThatHold(const SimNetwork& network, std::span<const HostId> hosts);
// Shares of wanted peers that are in view, over all running nodes, in percent.
std::size_t PercentInView(const SimNetwork& network);

}  // namespace hearsay::sim
