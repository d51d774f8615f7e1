// SPDX-License-Identifier: MIT
//
// PeerListWriter: a seed's signed peer lists, one after the other (signed_peer_list.h).
//
// Each list is a fresh draw of at most kMaxListed good peers, one an address group, and good for kLifetime. Its
// sequence is max(last + 1, unix seconds), so that of a seed that was started anew is above those before, as long as
// its clock is not set back. Pure.
#pragma once

#include <string>

#include "crawler/seed/good_peers.h"
#include "node/io/signed_peer_list.h"

namespace hearsay {

class PeerListWriter {
 public:
  static constexpr std::size_t kMaxListed = 256;                    // about 30 kB
  static constexpr Duration kLifetime = std::chrono::hours{24};     // a web host that stands still is missed in a day

  // `seed` outlives it.
  PeerListWriter(std::string network, const Identity& seed) : network_(std::move(network)), seed_(&seed) {}
  std::string Write(const GoodPeers& peers, Time now, Rng& rng);

 private:
  std::string network_;
  const Identity* seed_;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace hearsay
