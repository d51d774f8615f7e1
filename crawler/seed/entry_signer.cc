// SPDX-License-Identifier: MIT
#include "crawler/seed/entry_signer.h"

#include <algorithm>

namespace hearsay {
bool EntrySigner::IsKept(const std::string& name, const GoodPeer& peer, Time now) const {
  const auto kept = kept_.find({name, peer.endpoint, peer.id});
  return kept != kept_.end() && kept->second.expires >= now + kLifetime / 2;
}

const std::string& EntrySigner::SignOne(const std::string& name, const GoodPeer& peer, Time now) {
  if (kept_.size() >= kMaxKept) kept_.clear();
  Kept& kept = kept_[{name, peer.endpoint, peer.id}];
  if (kept.expires < now + kLifetime / 2) {
    kept.expires = FromUnixSeconds(UnixSeconds(now + kLifetime));
    const SeedEntry entry{.endpoint = peer.endpoint, .id = peer.id, .expires = kept.expires};
    kept.text = SignSeedEntry(entry, {.network = network_, .name = name}, *seed_);
    ++signatures_;
  }
  return kept.text;
}

const std::vector<EntrySigner::Entry>& EntrySigner::Sign(const std::string& name,
                                                         const std::vector<const GoodPeer*>& drawn,
                                                         const GoodPeers& good, Time now, Rng& rng) {
  const auto needed = std::count_if(drawn.begin(), drawn.end(),
                                    [&](const GoodPeer* peer) { return !IsKept(name, *peer, now); });
  const bool affordable = budget_.Take(kRate, now, static_cast<std::size_t>(needed));
  if (answers_.size() >= kMaxNames && !answers_.contains(name)) answers_.clear();
  Answer& answer = answers_[name];
  const bool young = answer.at <= now && now < answer.at + kRepeatFor;
  if (young && !affordable) {
    std::erase_if(answer.entries, [&](const Entry& entry) { return !good.HasAddress(entry.address); });
    rng.PartialShuffle(answer.entries, answer.entries.size());
    if (answer.entries.size() >= drawn.size()) return answer.entries;
  }
  answer.at = now;
  answer.entries.clear();
  for (const GoodPeer* peer : drawn) answer.entries.push_back({peer->endpoint.address, SignOne(name, *peer, now)});
  return answer.entries;
}

}  // namespace hearsay
