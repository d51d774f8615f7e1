// SPDX-License-Identifier: MIT
#include "crawler/seed/entry_signer.h"

#include <algorithm>

namespace hearsay {
namespace {

// Neither old, nor of a clock that was ahead.
bool IsGood(Time expires, Time now) {
  return expires >= now + EntrySigner::kLifetime / 2 && expires <= now + EntrySigner::kLifetime;
}

}  // namespace

bool EntrySigner::IsKept(const std::string& name, const GoodPeer& peer, Time now) const {
  const auto kept = kept_.find({name, peer.endpoint, peer.id});
  return kept != kept_.end() && IsGood(kept->second.expires, now);
}

const std::string& EntrySigner::SignOne(const std::string& name, const GoodPeer& peer, Time now) {
  if (kept_.size() >= kMaxKept) kept_.clear();
  Kept& kept = kept_[{name, peer.endpoint, peer.id}];
  if (!IsGood(kept.expires, now)) {
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
  if (now < asked_at_) budget_ = TokenBucket(kRate);  // the clock was set back
  asked_at_ = now;
  const bool affordable = budget_.Take(kRate, now, static_cast<std::size_t>(needed));
  if (answers_.size() >= kMaxNames && !answers_.contains(name)) answers_.clear();
  Answer& kept = answers_[name];
  const bool young = kept.at <= now && now < kept.at + kRepeatFor;
  if (!young) kept = {.at = now, .entries = {}};
  if (affordable) {
    made_.clear();
    for (const GoodPeer* peer : drawn) made_.push_back({peer->endpoint.address, SignOne(name, *peer, now)});
    if (!young) kept.entries = made_;
    return made_;
  }
  std::erase_if(kept.entries, [&](const Entry& entry) { return !good.HasAddress(entry.address); });
  const std::size_t fewest = std::min(kFewest, drawn.size());
  for (const GoodPeer* peer : drawn) {
    if (kept.entries.size() >= fewest) break;
    const IpAddress& address = peer->endpoint.address;
    const auto is_it = [&](const Entry& entry) { return entry.address == address; };
    if (std::any_of(kept.entries.begin(), kept.entries.end(), is_it)) continue;
    kept.entries.push_back({address, SignOne(name, *peer, now)});
  }
  rng.PartialShuffle(kept.entries, kept.entries.size());
  return kept.entries;
}

}  // namespace hearsay
