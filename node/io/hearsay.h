// SPDX-License-Identifier: MIT
//
// Hearsay as a library: a node inside your process, on a thread of its own. The whole embedding interface.
//
//   hearsay::Settings settings;
//   settings.network = "orders";
//   settings.peers = {"seed.example.net"};
//   settings.attributes = {{"port", "8080"}};
//   settings.data_dir = "/var/lib/orders/hearsay";  // empty: nothing is kept, a new identity each time
//   auto node = hearsay::EmbeddedNode::Start(settings);
//   if (!node) return Report(node.error());         // one line that says what is wrong and what to do
//   (*node)->WaitForPeers(3, std::chrono::seconds{10});
//   for (const hearsay::PeerInfo& peer : (*node)->Peers()) ...
//
// Every function may be called from any thread; they ask the node's thread and wait for its answer, some microseconds.
// There is no local API unless settings.api says where; log lines go to stderr (settings.log_level = "off": none).
// examples/embed is a whole program.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/core/seam.h"
#include "node/io/settings.h"

namespace hearsay {

class EmbeddedNode {
 public:
  // Called on the node's thread, in order; hand over what takes long. It may read the node, not destroy it.
  using OnEvent = std::function<void(const PeerEvent&)>;

  static Result<std::unique_ptr<EmbeddedNode>> Start(const Settings& settings, OnEvent on_event = {});
  // Leaves gracefully: the peers are told, what was learned is stored.
  ~EmbeddedNode();
  EmbeddedNode(const EmbeddedNode&) = delete;
  EmbeddedNode& operator=(const EmbeddedNode&) = delete;

  const NodeId& id() const;
  std::vector<Endpoint> Listen() const;  // as bound, with the real ports
  CoreStatus Status() const;
  // Peers with a channel, in the table, or waiting for a retry; ordered by node id.
  std::vector<PeerInfo> Peers() const;
  // A random verified peer, spread over networks rather than over processes: for placing work. nullopt: none yet.
  std::optional<PeerInfo> SamplePeer() const;
  // True once the view holds `count` peers; false when that takes longer than `timeout`. Not on the node's thread.
  bool WaitForPeers(std::size_t count, std::chrono::milliseconds timeout) const;
  // Replaces what this node says of itself; peers hear of it with the next keepalives. The error says what is wrong.
  Result<void> SetAttributes(const Attributes& attributes);

 private:
  class Impl;
  explicit EmbeddedNode(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearsay
