// SPDX-License-Identifier: MIT
#include "crawler/frontier.h"

#include <algorithm>
#include <utility>

#include "proto/check.h"

namespace hearsay {
namespace {

// The first address of the group that holds `address`.
IpAddress GroupAddress(IpAddress address) {
  const std::size_t kept = address.IsV4() ? 14 : 4;
  std::fill(address.bytes.begin() + static_cast<std::ptrdiff_t>(kept), address.bytes.end(), std::byte{0});
  return address;
}

}  // namespace

std::optional<Frontier::Added> Frontier::Add(const Endpoint& endpoint) {
  const auto added = Insert(endpoint);
  if (added && added->fresh) Push(added->index, Turn::kFirst);
  return added;
}

std::optional<Frontier::Added> Frontier::AddDone(const Endpoint& endpoint) { return Insert(endpoint); }

std::optional<Frontier::Added> Frontier::Insert(const Endpoint& endpoint) {
  if (const auto found = Find(endpoint)) return Added{*found, false};
  const bool global = endpoint.scope() == Scope::kGlobal;
  if (places_.size() >= limits_.endpoints || (global && PortsOf(endpoint.address) >= limits_.ports_per_address)) {
    ++refused_;
    return std::nullopt;
  }
  const auto index = static_cast<Index>(places_.size());
  places_.push_back(Place{.endpoint = endpoint});
  places_[index].group = GroupOf(index);
  index_.Insert(index, [this](std::uint32_t number) { return HashOf(places_[number].endpoint); });
  return Added{index, true};
}

std::optional<Frontier::Index> Frontier::Find(const Endpoint& endpoint) const {
  const std::uint32_t found = index_.Find(
      HashOf(endpoint), [&](std::uint32_t number) { return places_[number].endpoint == endpoint; });
  return found == kNone ? std::nullopt : std::optional(found);
}

std::size_t Frontier::PortsOf(const IpAddress& address) const {
  std::size_t ports = 0;
  index_.Find(HashOf(address), [&](std::uint32_t number) {  // asks about all of them: none is the last
    ports += places_[number].endpoint.address == address ? 1 : 0;
    return false;
  });
  return ports;
}

std::optional<Frontier::Index> Frontier::Take(Turn turn) {
  auto& ready = ready_[static_cast<std::size_t>(turn)];
  while (!ready.empty()) {
    const std::uint32_t number = ready.front();
    ready.pop_front();
    Group& group = groups_[number];
    Queue& queue = group.queues[static_cast<std::size_t>(turn)];
    group.ready &= ~BitOf(turn);
    // The other queue may have used up what the cap leaves.
    if (group.capped && group.in_turn >= limits_.in_flight_per_group) continue;
    const Index index = queue.head;
    queue.head = std::exchange(places_[index].next, kNone);
    if (queue.head == kNone) queue.tail = kNone;
    ++group.in_turn;
    ++in_turn_;
    --waiting_;
    MakeReady(number, turn);
    return index;
  }
  return std::nullopt;
}

void Frontier::Release(Index index) {
  const std::uint32_t number = places_[index].group;
  HEARSAY_CHECK(groups_[number].in_turn > 0);
  --groups_[number].in_turn;
  --in_turn_;
  MakeReady(number, Turn::kFirst);
  MakeReady(number, Turn::kAgain);
}

void Frontier::Requeue(Index index) {
  Push(index, Turn::kAgain);
  Release(index);
}

std::uint32_t Frontier::GroupOf(Index index) {
  const auto hash_of = [this](std::uint32_t number) {
    return HashOf(GroupAddress(places_[groups_[number].first].endpoint.address));
  };
  const Endpoint& endpoint = places_[index].endpoint;
  const IpAddress address = GroupAddress(endpoint.address);
  const bool capped = endpoint.scope() == Scope::kGlobal;
  const std::uint32_t found = group_index_.Find(HashOf(address), [&](std::uint32_t number) {
    const Group& group = groups_[number];
    return (group.capped != 0) == capped && GroupAddress(places_[group.first].endpoint.address) == address;
  });
  if (found != kNone) return found;
  const auto number = static_cast<std::uint32_t>(groups_.size());
  groups_.push_back({.first = index, .queues = {}, .in_turn = 0, .ready = 0, .capped = capped});
  group_index_.Insert(number, hash_of);
  return number;
}

void Frontier::Push(Index index, Turn turn) {
  const std::uint32_t number = places_[index].group;
  Queue& queue = groups_[number].queues[static_cast<std::size_t>(turn)];
  (queue.tail == kNone ? queue.head : places_[queue.tail].next) = index;
  queue.tail = index;
  ++waiting_;
  MakeReady(number, turn);
}

void Frontier::MakeReady(std::uint32_t number, Turn turn) {
  Group& group = groups_[number];
  Queue& queue = group.queues[static_cast<std::size_t>(turn)];
  if ((group.ready & BitOf(turn)) != 0 || queue.head == kNone) return;
  if (group.capped && group.in_turn >= limits_.in_flight_per_group) return;
  group.ready |= BitOf(turn);
  ready_[static_cast<std::size_t>(turn)].push_back(number);
}

}  // namespace hearsay
