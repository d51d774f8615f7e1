// SPDX-License-Identifier: MIT
//
// NodeView: what the local API may see of a running node. Reads only, on the loop thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/core/counters.h"
#include "node/core/seam.h"

namespace hearsay {

class NodeView {
 public:
  virtual ~NodeView() = default;
  virtual Time Now() const = 0;
  virtual Time StartedAt() const = 0;
  virtual std::string Network() const = 0;
  virtual bool Closed() const = 0;                     // the network has a pre-shared key
  virtual std::vector<Endpoint> Listen() const = 0;    // bound, with the real ports
  virtual CoreStatus Status() const = 0;
  virtual std::vector<PeerInfo> Peers() const = 0;
  virtual std::optional<PeerInfo> FindPeer(const NodeId& id) const = 0;
  // nullopt when it is not known.
  virtual std::optional<PeerExplanation> Explain(const NodeId& id) const = 0;
  virtual const Counters& CoreCounters() const = 0;
  virtual std::vector<BanEntry> Bans() const = 0;      // by subject
  // Counters of the machine itself: "store_batches", "store_write_errors", "socket_send_errors", ... name -> value.
  virtual std::map<std::string, std::uint64_t> IoCounters() const = 0;
  virtual bool HasBootstrap() const = 0;               // any preconfigured peer
};

}  // namespace hearsay
