// SPDX-License-Identifier: MIT
//
// What a known peer costs on the heap of a node: a node's core in this process, without sockets or store, is told of
// peers as a starting node is, and the allocator says how much more is in use afterwards. Each peer stands at a random
// public address, so that almost every one has an address group of its own, and waits for its dial: the dearest case
// of a peer without a channel.
#include "tools/bench/memory.h"

#include <algorithm>
#include <vector>

#include "node/core/node.h"
#include "proto/check.h"
#include "tests/sim/heap.h"

namespace hearsay::bench {
namespace {

constexpr double kTargetBytes = 200;
constexpr std::size_t kPage = 1000;  // as many as the driver brings at a time
const Time kStart = FromUnixSeconds(1'800'000'000);

KnownPeer MakePeer(Rng& rng) {
  KnownPeer peer;
  peer.id.bytes = rng.Array<NodeId::kSize>();
  do {
    peer.endpoint = {IpAddress::V4(static_cast<std::uint32_t>(rng.Next64())), kDefaultPort};
  } while (peer.endpoint.scope() != Scope::kGlobal);
  peer.first_seen = peer.last_seen = peer.last_verified = kStart - std::chrono::hours{1};
  return peer;
}

}  // namespace

nlohmann::ordered_json MeasureMemory(const MemoryOptions& options) {
  Rng rng = Rng::FromNumber(7);
  CoreConfig config;
  config.software = "bench/1";
  Node node(config, Identity(ByteArray<32>{}), NetworkKey::Open("bench"), {}, rng.Array<32>(), kStart);
  Effects effects;
  std::vector<KnownPeer> page;
  page.reserve(kPage);
  const std::size_t before = sim::HeapInUse();
  for (std::size_t told = 0; told < options.peers; told += page.size()) {
    page.clear();
    while (page.size() < std::min(kPage, options.peers - told)) page.push_back(MakePeer(rng));
    node.Remember(page, kStart, effects);
  }
  const auto more = static_cast<double>(sim::HeapInUse() - before);
  return {{"bench", "memory"},
          {"peers", node.Peers().size()},
          {"heap_bytes_a_peer", more / static_cast<double>(options.peers)},
          {"target_bytes", kTargetBytes},
          {"bytes_of_the_peer_itself", sizeof(Peer)}};
}

}  // namespace hearsay::bench
