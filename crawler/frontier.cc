// SPDX-License-Identifier: MIT
#include "crawler/frontier.h"

#include "proto/check.h"

namespace hearsay {

Frontier::Frontier(const FrontierLimits& limits, const SipKey& key)
    : limits_(limits), index_(0, Hash{key}), ports_(0, Hash{key}) {}

std::optional<Frontier::Added> Frontier::Add(const Endpoint& endpoint) {
  if (const auto it = index_.find(endpoint); it != index_.end()) return Added{it->second, false};
  if (places_.size() >= limits_.endpoints) {
    ++refused_;
    return std::nullopt;
  }
  if (endpoint.scope() == Scope::kGlobal) {
    std::uint32_t& ports = ports_[endpoint.address];
    if (ports >= limits_.ports_per_address) {
      ++refused_;
      return std::nullopt;
    }
    ++ports;
  }
  const auto index = static_cast<Index>(places_.size());
  places_.push_back({.endpoint = endpoint, .group = GroupOf(endpoint)});
  index_.emplace(endpoint, index);
  Push(index);
  return Added{index, true};
}

std::optional<Frontier::Index> Frontier::Find(const Endpoint& endpoint) const {
  const auto it = index_.find(endpoint);
  return it == index_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<Frontier::Index> Frontier::Take() {
  if (ready_.empty()) return std::nullopt;
  const std::uint32_t number = ready_.front();
  ready_.pop_front();
  Group& group = groups_[number];
  group.ready = false;
  const Index index = group.head;
  group.head = places_[index].next;
  if (group.head == kNone) group.tail = kNone;
  places_[index].next = kNone;
  ++group.in_flight;
  ++in_flight_;
  --waiting_;
  MakeReady(number);
  return index;
}

void Frontier::Release(Index index) {
  const std::uint32_t number = places_[index].group;
  HEARSAY_CHECK(groups_[number].in_flight > 0);
  --groups_[number].in_flight;
  --in_flight_;
  MakeReady(number);
}

void Frontier::Requeue(Index index) {
  Push(index);
  Release(index);
}

std::uint32_t Frontier::GroupOf(const Endpoint& endpoint) {
  const auto [it, fresh] = group_index_.emplace(endpoint.group(), static_cast<std::uint32_t>(groups_.size()));
  if (fresh) groups_.push_back({.capped = endpoint.scope() == Scope::kGlobal});
  return it->second;
}

void Frontier::Push(Index index) {
  const std::uint32_t number = places_[index].group;
  Group& group = groups_[number];
  if (group.tail == kNone) {
    group.head = index;
  } else {
    places_[group.tail].next = index;
  }
  group.tail = index;
  ++waiting_;
  MakeReady(number);
}

void Frontier::MakeReady(std::uint32_t number) {
  Group& group = groups_[number];
  if (group.ready || group.head == kNone) return;
  if (group.capped && group.in_flight >= limits_.in_flight_per_group) return;
  group.ready = true;
  ready_.push_back(number);
}

}  // namespace hearsay
