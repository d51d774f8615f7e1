// SPDX-License-Identifier: MIT
//
// GoodPeers: the peers that a seed gives away, by address group, and the draw from them.
//
// A draw takes groups uniformly, then one peer of each, uniformly. So what a peer's owner gains by more addresses is
// what it pays for in address groups: a thousand peers in one group are named as often as one peer in another. There is
// no score, hence nothing to be the best at.
// A view is a part of the peers: everybody "", a role "worker" (a dual peer is a worker and a controller too), an
// attribute "has.KEY", or its value "is.KEY.VALUE". Of attributes, only keys and values that fit one DNS label are
// views, in lower case; at most kMaxAttributeViews, those of the most groups, so that nobody's few addresses displace
// another's.
// Immutable; who learns something new makes another. Pure. At most kMaxPeers: of more, every group keeps the same
// number (crawler/group_share.h), so that a flood of ids in one group leaves the others as they are.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/endpoint.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/rng.h"
#include "proto/siphash.h"

namespace hearsay {

struct GoodPeer {
  Endpoint endpoint;  // dialable
  NodeId id;
  Role role = Role::kDual;
  Attributes attributes;
};

// What a record type can carry: an address alone means the default port.
enum class PeerKind : std::uint8_t { kV4OnDefaultPort, kV6OnDefaultPort, kAny, kCount };

class GoodPeers {
 public:
  static constexpr std::size_t kMaxPeers = 1 << 14;  // a thousand answers without naming anybody twice
  static constexpr std::size_t kMaxInAnswer = 16;  // of one DNS answer; zone.h
  static constexpr std::size_t kMaxAttributeViews = 1024;

  GoodPeers() = default;
  // `key`: any, that strangers do not know.
  GoodPeers(std::vector<GoodPeer> peers, const SipKey& key);

  std::size_t size() const { return peers_.size(); }
  std::size_t groups() const;  // of all peers
  bool HasView(std::string_view view) const { return views_.contains(view); }
  // Is there any view below "is", "is.KEY" or "has"?
  bool HasViewBelow(std::string_view view) const;
  bool HasAddress(const IpAddress& address) const {
    return std::binary_search(addresses_.begin(), addresses_.end(), address);
  }
  // At most `count`, of as many groups, in no order. Pointers live as long as this object.
  std::vector<const GoodPeer*> Draw(std::string_view view, PeerKind kind, std::size_t count, Rng& rng) const;

 private:
  // Indices into peers_, those of one group side by side; group g is [begins[g], begins[g + 1]).
  struct Grouped {
    std::vector<std::uint32_t> members;
    std::vector<std::uint32_t> begins;
    std::size_t groups() const { return begins.empty() ? 0 : begins.size() - 1; }
  };
  using View = std::array<Grouped, static_cast<std::size_t>(PeerKind::kCount)>;

  void TakeByGroup(std::vector<GoodPeer> peers);
  void AddView(std::string name, const std::vector<std::uint32_t>& members);

  std::vector<GoodPeer> peers_;           // by group, one an endpoint
  std::vector<std::uint32_t> group_of_;   // of peers_: rising, equal for one group
  std::vector<IpAddress> addresses_;      // in order
  std::map<std::string, View, std::less<>> views_;
};

}  // namespace hearsay
