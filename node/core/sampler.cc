// SPDX-License-Identifier: MIT
#include "node/core/sampler.h"

#include <algorithm>
#include <utility>

#include "node/core/rhythm.h"
#include "node/core/view.h"

namespace hearsay {
namespace {

bool IsFresh(const Peer& peer, Time now) { return peer.IsVerified() && peer.last_verified + kFresh > now; }

}  // namespace

void Sampler::Gather(const PeerBook& book, Time now) {
  const std::span<Peer* const> table = book.table();
  if (table.size() > kSmallTable && now < gathered_at_ + kGatherWait) return;
  gathered_at_ = now;
  fresh_.clear();
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    if (IsFresh(*table[i], now)) fresh_.push_back(i);
  }
}

// The table may have changed since it was searched.
const Peer* Sampler::Fitting(const PeerBook& book, std::uint32_t place, const Asker& asker, Time now) {
  if (place >= book.table().size()) return nullptr;
  const Peer& peer = *book.table()[place];
  const bool fits = IsFresh(peer, now) && peer.id != asker.id && MayTravel(peer.endpoint.scope(), asker.scope);
  return fits ? &peer : nullptr;
}

void Sampler::Fill(const PeerBook& book, const AddressGroups& groups, const Asker& asker, Time now, Rng& rng,
                   std::vector<Endpoint>& out) {
  Gather(book, now);
  if (asker.seed != 0) return FillBySeed(book, asker, now, out);
  std::vector<AddressGroup> named;
  std::vector<Endpoint> crowd;
  const std::size_t draws = std::min(fresh_.size(), kDraws);
  for (std::size_t i = 0; i < draws && out.size() < kMaxSampleEndpoints; ++i) {
    std::swap(fresh_[i], fresh_[i + rng.Below(fresh_.size() - i)]);
    const Peer* peer = Fitting(book, fresh_[i], asker, now);
    if (peer == nullptr) continue;
    const AddressGroup group = groups.Of(peer->endpoint);
    const bool crowded =
        peer->endpoint.scope() == Scope::kGlobal && std::count(named.begin(), named.end(), group) >= kOfGroup;
    (crowded ? crowd : out).push_back(peer->endpoint);
    named.push_back(group);
  }
  for (std::size_t i = 0; i < crowd.size() && out.size() < kMaxSampleEndpoints; ++i) out.push_back(crowd[i]);
}

void Sampler::FillBySeed(const PeerBook& book, const Asker& asker, Time now, std::vector<Endpoint>& out) const {
  const SipKey key = SipKeyFromSeed(asker.seed);
  std::vector<std::pair<std::uint64_t, const Peer*>> ranked;
  for (const std::uint32_t place : fresh_) {
    if (const Peer* peer = Fitting(book, place, asker, now)) {
      ranked.emplace_back(SipHash(key, peer->endpoint.ToBytes()), peer);
    }
  }
  const std::size_t n = std::min(ranked.size(), kMaxSampleEndpoints);
  std::partial_sort(
      ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(n), ranked.end(),
      [](const auto& a, const auto& b) { return std::pair(a.first, a.second->id) < std::pair(b.first, b.second->id); });
  for (std::size_t i = 0; i < n; ++i) out.push_back(ranked[i].second->endpoint);
}

const Peer* DrawPeer(const PeerBook& book, const AddressGroups& groups, Rng& rng) {
  const std::uint64_t seed = rng.Next64();
  const Peer* best = nullptr;
  View::Rank best_rank;
  for (const Peer* peer : book.table()) {
    if (!peer->IsVerified()) continue;
    const auto rank = View::RankBelow(best_rank, seed, groups.Of(peer->endpoint), peer->endpoint);
    if (!rank) continue;
    best = peer;
    best_rank = *rank;
  }
  return best;
}

}  // namespace hearsay
