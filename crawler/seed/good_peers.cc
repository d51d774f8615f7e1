// SPDX-License-Identifier: MIT
#include "crawler/seed/good_peers.h"

#include <algorithm>
#include <iterator>

#include "crawler/group_share.h"
#include "crawler/seed/attribute_views.h"

namespace hearsay {
namespace {

constexpr Role kRoles[] = {Role::kDual, Role::kController, Role::kWorker, Role::kSeed, Role::kCrawler};

bool Plays(const GoodPeer& peer, Role role) {
  const bool both = role == Role::kController || role == Role::kWorker;
  return peer.role == role || (both && peer.role == Role::kDual);
}

bool Is(const GoodPeer& peer, PeerKind kind) {
  if (kind == PeerKind::kAny) return true;
  return peer.endpoint.port == kDefaultPort &&
         peer.endpoint.address.IsV4() == (kind == PeerKind::kV4OnDefaultPort);
}

// `count` different numbers below `bound`, in random order. Floyd's algorithm (Bentley, "Programming Pearls", CACM
// 30(9), 1987): as many steps as numbers, however large the bound.
std::vector<std::uint32_t> DrawDistinct(std::size_t count, std::size_t bound, Rng& rng) {
  std::vector<std::uint32_t> out;
  for (std::size_t last = bound - count; last < bound; ++last) {
    const auto chosen = static_cast<std::uint32_t>(rng.Below(last + 1));
    const bool taken = std::ranges::find(out, chosen) != out.end();
    out.push_back(taken ? static_cast<std::uint32_t>(last) : chosen);
  }
  rng.PartialShuffle(out, out.size());
  return out;
}

}  // namespace

GoodPeers::GoodPeers(std::vector<GoodPeer> peers, const SipKey& key) {
  TakeByGroup(std::move(peers));
  std::vector<std::uint32_t> all(peers_.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  AddView("", all);
  for (const Role role : kRoles) {
    std::vector<std::uint32_t> members;
    std::ranges::copy_if(all, std::back_inserter(members), [&](std::uint32_t i) { return Plays(peers_[i], role); });
    AddView(std::string(RoleName(role)), members);
  }
  for (AttributeView& view : WidestAttributeViews(peers_, group_of_, kMaxAttributeViews, key)) {
    AddView(std::move(view.name), view.members);
  }
}

void GoodPeers::TakeByGroup(std::vector<GoodPeer> peers) {
  struct Place {
    AddressGroup group;
    Endpoint endpoint;
    std::size_t index = 0;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places;
  for (std::size_t i = 0; i < peers.size(); ++i) {
    if (peers[i].endpoint.IsDialable()) places.push_back({peers[i].endpoint.group(), peers[i].endpoint, i});
  }
  std::ranges::sort(places);
  // Not std::ranges': clang 14 cannot compile libstdc++ 12's subrange.
  places.erase(std::unique(places.begin(), places.end(),
                           [](const Place& a, const Place& b) { return a.endpoint == b.endpoint; }),
               places.end());
  std::vector<AddressGroup> groups;
  for (const Place& place : places) groups.push_back(place.group);
  for (const std::uint32_t taken : ShareByGroup(groups, kMaxPeers)) {
    const Place& place = places[taken];
    const bool same_group = !group_of_.empty() && place.group == peers_.back().endpoint.group();
    const std::uint32_t last = group_of_.empty() ? 0 : group_of_.back();
    group_of_.push_back(same_group ? last : last + 1);
    addresses_.push_back(place.endpoint.address);
    peers_.push_back(std::move(peers[place.index]));
  }
  std::ranges::sort(addresses_);
}

void GoodPeers::AddView(std::string name, const std::vector<std::uint32_t>& members) {
  View view;
  for (std::size_t kind = 0; kind < view.size(); ++kind) {
    Grouped& grouped = view[kind];
    for (const std::uint32_t i : members) {
      if (!Is(peers_[i], static_cast<PeerKind>(kind))) continue;
      const bool first = grouped.members.empty() || group_of_[grouped.members.back()] != group_of_[i];
      if (first) grouped.begins.push_back(static_cast<std::uint32_t>(grouped.members.size()));
      grouped.members.push_back(i);
    }
    if (!grouped.members.empty()) grouped.begins.push_back(static_cast<std::uint32_t>(grouped.members.size()));
  }
  views_.emplace(std::move(name), std::move(view));
}

std::size_t GoodPeers::groups() const {
  const auto all = views_.find("");
  return all == views_.end() ? 0 : all->second[static_cast<std::size_t>(PeerKind::kAny)].groups();
}

bool GoodPeers::HasViewBelow(std::string_view view) const {
  const std::string prefix = std::string(view) + ".";
  const auto next = views_.lower_bound(prefix);
  return next != views_.end() && next->first.starts_with(prefix);
}

std::vector<const GoodPeer*> GoodPeers::Draw(std::string_view view, PeerKind kind, std::size_t count, Rng& rng) const {
  std::vector<const GoodPeer*> out;
  const auto found = views_.find(view);
  if (found == views_.end()) return out;
  const Grouped& grouped = found->second[static_cast<std::size_t>(kind)];
  const std::size_t groups = grouped.groups();
  for (const std::uint32_t group : DrawDistinct(std::min(count, groups), groups, rng)) {
    const std::uint32_t begin = grouped.begins[group];
    const std::uint64_t place = begin + rng.Below(grouped.begins[group + 1] - begin);
    out.push_back(&peers_[grouped.members[place]]);
  }
  return out;
}

}  // namespace hearsay
