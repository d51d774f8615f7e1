// SPDX-License-Identifier: MIT
//
// A NodeView whose answers the test writes, and peers to put into it.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/io/node_view.h"

namespace hearsay {

inline NodeId TestId(std::uint8_t n) {
  NodeId id;
  id.bytes.fill(static_cast<std::byte>(n));
  return id;
}

inline PeerInfo TestPeer(std::uint8_t n, PeerState state, Attributes attributes) {
  PeerInfo peer;
  peer.id = TestId(n);
  peer.endpoint = {IpAddress::V4(0x7f000001), static_cast<std::uint16_t>(7000 + n)};
  peer.state = state;
  peer.in_view = state == PeerState::kActive;
  peer.attributes = std::move(attributes);
  peer.first_seen = FromUnixSeconds(1'700'000'000);
  peer.last_seen = FromUnixSeconds(1'700'000'060);
  return peer;
}

struct FakeNodeView final : NodeView {
  Time now = FromUnixSeconds(1'700'000'100) + std::chrono::milliseconds{500};
  Time started_at = FromUnixSeconds(1'700'000'000);
  CoreStatus status{.id = TestId(0xab), .boot_epoch = 7, .own_endpoints = {}};
  std::vector<PeerInfo> peers;
  std::map<NodeId, PeerExplanation> explanations;
  Counters counters;
  std::map<std::string, std::uint64_t> io_counters{{"store_batches", 3}};
  bool has_bootstrap = true;

  Time Now() const override { return now; }
  Time StartedAt() const override { return started_at; }
  std::string Network() const override { return "test"; }
  bool Closed() const override { return false; }
  std::vector<Endpoint> Listen() const override { return {{IpAddress::V4(0x7f000001), 7075}}; }
  CoreStatus Status() const override { return status; }
  std::vector<PeerInfo> Peers() const override { return peers; }
  std::optional<PeerInfo> FindPeer(const NodeId& id) const override {
    const auto found = std::ranges::find(peers, id, &PeerInfo::id);
    return found == peers.end() ? std::nullopt : std::optional(*found);
  }
  std::optional<PeerExplanation> Explain(const NodeId& id) const override {
    const auto found = explanations.find(id);
    return found == explanations.end() ? std::nullopt : std::optional(found->second);
  }
  const Counters& CoreCounters() const override { return counters; }
  std::map<std::string, std::uint64_t> IoCounters() const override { return io_counters; }
  bool HasBootstrap() const override { return has_bootstrap; }
  std::vector<BanEntry> Bans() const override { return bans; }
  std::vector<BanEntry> bans;
};

}  // namespace hearsay
