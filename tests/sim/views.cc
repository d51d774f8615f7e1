// SPDX-License-Identifier: MIT
#include "tests/sim/views.h"

#include <algorithm>
#include <vector>

namespace hearsay::sim {
namespace {

bool ShouldKnow(const SimNetwork& network, HostId host, HostId other) {
  if (other == host || !network.IsNode(other) || !network.IsRunning(other)) return false;
  const Resident& resident = network.resident(other);
  return resident.network == network.resident(host).network && resident.reachability == Reachability::kYes;
}

}  // namespace

ViewState StateOfView(const SimNetwork& network, HostId host) {
  ViewState state;
  std::vector<bool> held(network.hosts());
  std::size_t live = 0;
  for (const PeerInfo& peer : network.node(host).Peers()) {
    const std::optional<HostId> other = network.roster().Find(peer.id);
    if (!peer.in_view || !other) continue;
    held[*other] = true;
    if (network.IsRunning(*other)) {
      ++live;
    } else {
      ++state.dead;
      state.example = *other;
    }
  }
  state.wanted = network.ReachableOthers(host);
  if (state.wanted > kViewSlots) {
    state.wanted = kViewSlots / 2;
    state.missing = state.wanted - std::min(state.wanted, live);
    return state;
  }
  for (HostId other = 0; other < network.hosts(); ++other) {
    if (held[other] || !ShouldKnow(network, host, other)) continue;
    ++state.missing;
    state.example = other;
  }
  return state;
}

std::optional<std::string> WhoLacksAView(const SimNetwork& network) {
  for (HostId host = 0; host < network.hosts(); ++host) {
    if (!network.IsNode(host) || !network.IsRunning(host)) continue;
    const ViewState state = StateOfView(network, host);
    if (state.full()) continue;
    std::string text = "node " + std::to_string(host) + " misses " + std::to_string(state.missing) + " of " +
                       std::to_string(state.wanted) + " peers and holds " + std::to_string(state.dead) + " dead ones";
    if (state.example != kNoHost) text += ", such as node " + std::to_string(state.example);
    const CoreStatus status = network.node(host).Status();
    return text + " (" + std::to_string(status.channels) + " channels, " + std::to_string(status.table) +
           " in the table, " + std::to_string(status.heard) + " heard of, " + std::to_string(status.dialling) +
           " being dialled)";
  }
  return std::nullopt;
}

std::size_t ViewsThatHold(const SimNetwork& network, std::span<const HostId> hosts) {
  std::size_t holders = 0;
  for (HostId host = 0; host < network.hosts(); ++host) {
    if (!network.IsNode(host) || !network.IsRunning(host)) continue;
    for (const HostId other : hosts) {
      if (other == host) continue;
      const std::optional<PeerInfo> peer = network.node(host).FindPeer(network.resident(other).id);
      if (!peer || !peer->in_view) continue;
      ++holders;
      break;
    }
  }
  return holders;
}

std::size_t PercentInView(const SimNetwork& network) {
  std::size_t wanted = 0;
  std::size_t missing = 0;
  for (HostId host = 0; host < network.hosts(); ++host) {
    if (!network.IsNode(host) || !network.IsRunning(host)) continue;
    const ViewState state = StateOfView(network, host);
    wanted += state.wanted;
    missing += state.missing;
  }
  return wanted == 0 ? 100 : (wanted - missing) * 100 / wanted;
}

}  // namespace hearsay::sim
