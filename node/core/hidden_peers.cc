// SPDX-License-Identifier: MIT
#include "node/core/hidden_peers.h"

#include <algorithm>

#include "proto/limits.h"
#include "proto/siphash.h"

namespace hearsay {

void FillHidden(const PeerBook& book, const NodeId& asker, std::uint64_t seed, Time now, Rng& rng,
                std::vector<IdPrefix>& out) {
  const SipKey key = SipKeyFromSeed(seed != 0 ? seed : rng.Next64());
  std::vector<std::pair<std::uint64_t, IdPrefix>> ranked;
  for (const Peer* peer : book.channels()) {
    const Channel& channel = *peer->channel;
    if (peer->in_table || peer->id == asker || now < channel.opened_at + kHiddenAfter) continue;
    if (channel.record && channel.record->role == Role::kCrawler) continue;
    ByteArray<8> prefix;
    StoreBigEndian(PrefixOf(peer->id), prefix.data());
    ranked.emplace_back(SipHash(key, prefix), PrefixOf(peer->id));
  }
  const std::size_t n = std::min(ranked.size(), kMaxHidden);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(n), ranked.end());
  for (std::size_t i = 0; i < n; ++i) out.push_back(ranked[i].second);
}

}  // namespace hearsay
