// SPDX-License-Identifier: MIT
#include "crawler/seed/entry_signer.h"

namespace hearsay {

const std::string& EntrySigner::Sign(const std::string& name, const GoodPeer& peer, Time now) {
  if (kept_.size() >= kMaxKept) kept_.clear();
  Kept& kept = kept_[{name, peer.endpoint, peer.id}];
  if (kept.expires < now + kLifetime / 2) {
    kept.expires = FromUnixSeconds(UnixSeconds(now + kLifetime));
    const SeedEntry entry{.endpoint = peer.endpoint, .id = peer.id, .expires = kept.expires};
    kept.text = SignSeedEntry(entry, {.network = network_, .name = name}, *seed_);
  }
  return kept.text;
}

}  // namespace hearsay
