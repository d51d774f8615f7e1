// SPDX-License-Identifier: MIT
#include "crawler/frontier.h"

#include <algorithm>
#include <utility>

#include "proto/check.h"

namespace hearsay {
namespace {

// The first address of the group that holds `address`.
IpAddress GroupAddress(IpAddress address) {
  const Scope scope = address.scope();
  if (scope != Scope::kGlobal && scope != Scope::kLoopback) return address;
  const std::size_t kept = address.IsV4() ? 14 : 4;
  std::fill(address.bytes.begin() + static_cast<std::ptrdiff_t>(kept), address.bytes.end(), std::byte{0});
  return address;
}

}  // namespace

std::optional<Frontier::Added> Frontier::Add(const Endpoint& endpoint, std::optional<Index> teller) {
  const auto added = Insert(endpoint, teller ? GlobalGroupOf(*teller).value_or(kNone) : kNone);
  if (added && added->fresh) Push(added->index, Turn::kFirst);
  return added;
}

std::optional<Frontier::Added> Frontier::AddDone(const Endpoint& endpoint) { return Insert(endpoint, kNone); }

std::optional<Frontier::Added> Frontier::Insert(const Endpoint& endpoint, std::uint32_t teller) {
  if (const auto found = Find(endpoint)) return Added{*found, false};
  if (places_.size() >= limits_.endpoints) {
    ++refused_;
    return std::nullopt;
  }
  const bool exhausted = teller != kNone && groups_[teller].unproved >= limits_.unproved_per_teller;
  if (exhausted || !MayHavePort(endpoint, teller)) {
    ++distrusted_;
    return std::nullopt;
  }
  const auto index = static_cast<Index>(places_.size());
  places_.push_back(Place{.endpoint = endpoint, .unproved = teller != kNone, .teller = teller});
  places_[index].group = GroupOf(index);
  index_.Insert(index, [this](std::uint32_t number) { return HashOf(places_[number].endpoint); });
  ++groups_[places_[index].group].places;
  if (teller != kNone) ++groups_[teller].unproved;
  return Added{index, true};
}

std::optional<Frontier::Index> Frontier::Find(const Endpoint& endpoint) const {
  const std::uint32_t found = index_.Find(
      HashOf(endpoint), [&](std::uint32_t number) { return places_[number].endpoint == endpoint; });
  return found == kNone ? std::nullopt : std::optional(found);
}

bool Frontier::MayHavePort(const Endpoint& endpoint, std::uint32_t teller) const {
  const Scope scope = endpoint.scope();
  if (scope == Scope::kLoopback) return true;
  if (scope != Scope::kGlobal) {
    const std::uint32_t address = FindGroup(endpoint);
    return address == kNone || groups_[address].places < limits_.ports_per_private;
  }
  std::uint32_t ports = 0;
  std::uint32_t told = 0;
  index_.Find(HashOf(endpoint), [&](std::uint32_t number) {  // asks about all of them: none is the last
    const Place& place = places_[number];
    if (place.endpoint.address != endpoint.address) return false;
    ++ports;
    if (place.unproved && place.teller == teller) ++told;
    return false;
  });
  return ports < limits_.ports_per_address && told < limits_.ports_per_teller;
}

std::optional<Frontier::Index> Frontier::Take(Turn turn) {
  auto& ready = ready_[static_cast<std::size_t>(turn)];
  while (!ready.empty()) {
    const std::uint32_t number = ready.front();
    ready.pop_front();
    Group& group = groups_[number];
    group.ready[static_cast<std::size_t>(turn)] = false;
    // The other queue may have used up what the cap leaves.
    if (!HasRoom(group, turn)) continue;
    Index& tail = group.tails[static_cast<std::size_t>(turn)];
    const Index index = places_[tail].next;
    const Index second = std::exchange(places_[index].next, kNone);
    (index == tail ? tail : places_[tail].next) = index == tail ? kNone : second;
    places_[index].again = turn == Turn::kAgain;
    ++group.in_turn[static_cast<std::size_t>(turn)];
    ++in_turn_;
    --waiting_;
    MakeReady(number, turn);
    return index;
  }
  return std::nullopt;
}

void Frontier::Release(Index index) {
  const std::uint32_t number = places_[index].group;
  std::uint32_t& in_turn = groups_[number].in_turn[places_[index].again ? 1 : 0];
  HEARSAY_CHECK(in_turn > 0);
  --in_turn;
  --in_turn_;
  MakeReady(number, Turn::kFirst);
  MakeReady(number, Turn::kAgain);
}

void Frontier::Requeue(Index index) {
  Push(index, Turn::kAgain);
  Release(index);
}

void Frontier::NoteTeller(Index index, Index teller) {
  if (places_[index].teller == kNone) places_[index].teller = GlobalGroupOf(teller).value_or(kNone);
}

std::optional<std::uint32_t> Frontier::TellerOf(Index index) const {
  const std::uint32_t teller = places_[index].teller;
  return teller == kNone ? std::nullopt : std::optional(teller);
}

void Frontier::NoteProof(Index index) {
  Place& place = places_[index];
  if (std::exchange(place.unproved, false)) --groups_[place.teller].unproved;
  groups_[places_[index].group].silences = 0;
}

void Frontier::NoteSilence(Index index) {
  Group& group = groups_[places_[index].group];
  if (CapOf(group) != UINT32_MAX && group.silences < UINT16_MAX) ++group.silences;
}

std::optional<std::uint32_t> Frontier::GlobalGroupOf(Index index) const {
  return GroupAt(index).scope == Scope::kGlobal ? std::optional(places_[index].group) : std::nullopt;
}

std::uint32_t Frontier::CapOf(const Group& group) const {
  if (group.scope == Scope::kLoopback) return UINT32_MAX;
  return group.scope == Scope::kGlobal ? limits_.in_flight_per_group : limits_.in_flight_per_private;
}

bool Frontier::HasRoom(const Group& group, Turn turn) const {
  const std::uint32_t cap = CapOf(group);
  if (group.in_turn[0] + group.in_turn[1] >= cap) return false;
  return turn == Turn::kFirst || group.in_turn[1] < std::max(1u, cap / 2);
}

std::uint32_t Frontier::FindGroup(const Endpoint& endpoint) const {
  const IpAddress address = GroupAddress(endpoint.address);
  return group_index_.Find(HashOf(address), [&](std::uint32_t number) {
    const Group& group = groups_[number];
    return group.scope == endpoint.scope() && GroupAddress(places_[group.first].endpoint.address) == address;
  });
}

std::uint32_t Frontier::GroupOf(Index index) {
  const Endpoint& endpoint = places_[index].endpoint;
  if (const std::uint32_t found = FindGroup(endpoint); found != kNone) return found;
  const auto number = static_cast<std::uint32_t>(groups_.size());
  groups_.push_back({.first = index, .scope = endpoint.scope()});
  group_index_.Insert(number, [this](std::uint32_t group) {
    return HashOf(GroupAddress(places_[groups_[group].first].endpoint.address));
  });
  return number;
}

void Frontier::Push(Index index, Turn turn) {
  const std::uint32_t number = places_[index].group;
  Index& tail = groups_[number].tails[static_cast<std::size_t>(turn)];
  places_[index].next = tail == kNone ? index : std::exchange(places_[tail].next, index);
  tail = index;
  ++waiting_;
  MakeReady(number, turn);
}

void Frontier::MakeReady(std::uint32_t number, Turn turn) {
  Group& group = groups_[number];
  bool& ready = group.ready[static_cast<std::size_t>(turn)];
  if (ready || group.tails[static_cast<std::size_t>(turn)] == kNone) return;
  if (!HasRoom(group, turn)) return;
  ready = true;
  ready_[static_cast<std::size_t>(turn)].push_back(number);
}

}  // namespace hearsay
