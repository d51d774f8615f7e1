// SPDX-License-Identifier: MIT
#include "crawler/seed/good_peers.h"

#include <algorithm>
#include <iterator>

#include "crawler/group_share.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;  // RFC 1035 section 2.3.4
constexpr Role kRoles[] = {Role::kDual, Role::kController, Role::kWorker, Role::kSeed, Role::kCrawler};

// Lower case, or empty when it is no label that a resolver would let pass.
std::string AsLabel(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool fine = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fine) return {};
    out += upper ? static_cast<char>(c + 32) : c;
  }
  return out.size() <= kMaxLabelBytes ? out : std::string();
}

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

GoodPeers::GoodPeers(std::vector<GoodPeer> peers) {
  TakeByGroup(std::move(peers));
  std::vector<std::uint32_t> all(peers_.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  AddView("", all);
  for (const Role role : kRoles) {
    std::vector<std::uint32_t> members;
    std::ranges::copy_if(all, std::back_inserter(members), [&](std::uint32_t i) { return Plays(peers_[i], role); });
    AddView(std::string(RoleName(role)), members);
  }
  Members attributes = AttributeMembers();
  std::vector<std::pair<std::size_t, const Members::value_type*>> by_groups;
  for (const auto& view : attributes) by_groups.emplace_back(GroupCount(view.second), &view);
  std::ranges::stable_sort(by_groups, std::ranges::greater{}, [](const auto& view) { return view.first; });
  if (by_groups.size() > kMaxAttributeViews) by_groups.resize(kMaxAttributeViews);
  for (const auto& [groups, view] : by_groups) AddView(view->first, view->second);
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

GoodPeers::Members GoodPeers::AttributeMembers() const {
  Members out;
  const auto add = [&](std::string view, std::uint32_t peer) {
    std::vector<std::uint32_t>& members = out[std::move(view)];
    // Two keys may differ in case only.
    if (members.empty() || members.back() != peer) members.push_back(peer);
  };
  for (std::uint32_t i = 0; i < peers_.size(); ++i) {
    for (const auto& [key, value] : peers_[i].attributes) {
      const std::string key_label = AsLabel(key);
      const std::string value_label = AsLabel(value);
      if (key_label.empty()) continue;
      add("has." + key_label, i);
      if (!value_label.empty()) add("is." + key_label + "." + value_label, i);
    }
  }
  return out;
}

std::size_t GoodPeers::GroupCount(const std::vector<std::uint32_t>& members) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    count += i == 0 || group_of_[members[i]] != group_of_[members[i - 1]] ? 1 : 0;
  }
  return count;
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
