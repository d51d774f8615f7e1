// SPDX-License-Identifier: MIT
#include "node/io/driver_feed.h"

#include <algorithm>

namespace hearsay {

Result<std::vector<KnownPeer>> StoreFeed::First(const std::vector<NodeId>& view) {
  auto peers = store_.FindPeers(view);
  if (!peers) return peers;
  fed_ += peers->size();
  auto page = Next();
  if (!page) return page;
  peers->insert(peers->end(), page->begin(), page->end());
  return peers;
}

Result<std::vector<KnownPeer>> StoreFeed::Next() {
  while (!done_) {
    auto page = store_.LoadPeers(at_, std::min(kPage, kMaxFed - fed_));
    if (!page) {
      done_ = true;
      return tl::unexpected(page.error());
    }
    skipped_ += page->skipped;
    at_ = page->next;
    if (wrapped_) {
      const auto past = std::ranges::find_if(page->peers, [&](const KnownPeer& peer) { return peer.id >= begin_; });
      done_ = past != page->peers.end() || !at_;
      page->peers.erase(past, page->peers.end());
    } else if (!at_) {
      wrapped_ = true;  // LoadPeers without a place begins at the smallest id
      done_ = begin_ == NodeId{};
    }
    fed_ += page->peers.size();
    if (fed_ >= kMaxFed) done_ = true;
    if (!page->peers.empty()) return std::move(page->peers);
  }
  return std::vector<KnownPeer>{};
}

}  // namespace hearsay
