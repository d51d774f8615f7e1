// SPDX-License-Identifier: MIT
#include "crawler/seed/entry_signer.h"

#include <algorithm>

namespace hearsay {
namespace {

constexpr std::int64_t kWhole = 1'000'000;   // millionths in a signature; a microsecond earns kSignaturesPerSecond
constexpr std::int64_t kSecond = 1'000'000;  // in microseconds; longer ones would only overflow

}  // namespace

void EntrySigner::Earn(Time now) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now - earned_at_).count();
  const std::int64_t full = kSignaturesPerSecond * kWhole;
  millionths_ = std::min(full, millionths_ + std::clamp<std::int64_t>(micros, 0, kSecond) * kSignaturesPerSecond);
  earned_at_ = now;
}

const std::string& EntrySigner::SignOne(const std::string& name, const GoodPeer& peer, Time now) {
  if (kept_.size() >= kMaxKept) kept_.clear();
  Kept& kept = kept_[{name, peer.endpoint, peer.id}];
  if (kept.expires < now + kLifetime / 2) {
    kept.expires = FromUnixSeconds(UnixSeconds(now + kLifetime));
    const SeedEntry entry{.endpoint = peer.endpoint, .id = peer.id, .expires = kept.expires};
    kept.text = SignSeedEntry(entry, {.network = network_, .name = name}, *seed_);
    ++signatures_;
    millionths_ = std::max(millionths_ - kWhole, -kSignaturesPerSecond * kWhole);
  }
  return kept.text;
}

const std::vector<EntrySigner::Entry>& EntrySigner::Sign(const std::string& name,
                                                         const std::vector<const GoodPeer*>& drawn,
                                                         const GoodPeers& good, Time now, Rng& rng) {
  Earn(now);
  if (answers_.size() >= kMaxNames && !answers_.contains(name)) answers_.clear();
  Answer& answer = answers_[name];
  const bool young = answer.at <= now && now < answer.at + kRepeatFor;
  if (young && millionths_ < static_cast<std::int64_t>(drawn.size()) * kWhole) {
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
