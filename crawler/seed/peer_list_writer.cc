// SPDX-License-Identifier: MIT
#include "crawler/seed/peer_list_writer.h"

#include <algorithm>

namespace hearsay {

std::string PeerListWriter::Write(const GoodPeers& peers, Time now, Rng& rng) {
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, UnixSeconds(now)));
  last_sequence_ = std::max(last_sequence_ + 1, seconds);
  SignedPeerList list{.network = network_, .sequence = last_sequence_, .issued_at = now, .expires_at = now + kLifetime};
  for (const GoodPeer* peer : peers.Draw("", PeerKind::kAny, kMaxListed, rng)) {
    list.peers.push_back({peer->endpoint, peer->id});
  }
  return WriteSignedPeerList(list, *seed_);
}

}  // namespace hearsay
