// SPDX-License-Identifier: MIT
#include "crawler/found_nodes.h"

#include <algorithm>
#include <numeric>

#include "node/core/tight_vector.h"

namespace hearsay {

std::optional<FoundNodes::Number> FoundNodes::Find(const NodeId& id) const {
  const Number found =
      index_.Find(SipHash(key_, id.bytes), [&](std::uint32_t number) { return nodes_[number].id == id; });
  return found == FlatIndex::kNone ? std::nullopt : std::optional(found);
}

FoundNodes::Number FoundNodes::NumberOf(const NodeId& id) {
  if (const auto found = Find(id)) return *found;
  const auto number = static_cast<Number>(nodes_.size());
  Node node;
  node.id = id;
  PushTight(nodes_, std::move(node));
  index_.Insert(number, [this](std::uint32_t n) { return SipHash(key_, nodes_[n].id.bytes); });
  return number;
}

std::vector<FoundNodes::Number> FoundNodes::Ordered() const {
  std::vector<Number> order(nodes_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [this](Number a, Number b) { return nodes_[a].id < nodes_[b].id; });
  return order;
}

void FoundNodes::SetRecord(Number number, const NodeRecord& record) {
  Node& node = nodes_[number];
  if (node.software != kNoSoftware && record.sequence <= node.sequence) return;
  const auto [it, fresh] = software_index_.emplace(record.software, static_cast<std::uint32_t>(softwares_.size()));
  if (fresh) softwares_.push_back(record.software);
  node.software = it->second;
  node.sequence = record.sequence;
  node.role = record.role;
  const bool plain = record.name.empty() && record.attributes.empty();
  node.said = plain ? nullptr : std::make_unique<Said>(Said{record.name, record.attributes});
}

std::optional<NodeRecord> FoundNodes::RecordOf(Number number) const {
  const Node& node = nodes_[number];
  if (node.software == kNoSoftware) return std::nullopt;
  NodeRecord record;
  record.id = node.id;
  record.sequence = node.sequence;
  record.role = node.role;
  record.software = softwares_[node.software];
  if (node.said) {
    record.name = node.said->name;
    record.attributes = node.said->attributes;
  }
  return record;
}

void FoundNodes::AddRtt(Number number, Duration rtt) {
  const auto us = static_cast<std::uint32_t>(std::clamp<std::int64_t>(rtt.count(), 0, UINT32_MAX - 1));
  nodes_[number].rtt_us = std::min(nodes_[number].rtt_us, us);
}

void FoundNodes::SetProved(Number number, Duration since_begin, bool late) {
  Node& node = nodes_[number];
  if (node.proved_ms != kNeverProved) return;
  const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(since_begin).count();
  node.proved_ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(ms, 0, kNeverProved - 1));
  node.late = late;
}

std::optional<Duration> FoundNodes::ProvedAt(Number number) const {
  const std::uint32_t ms = nodes_[number].proved_ms;
  return ms == kNeverProved ? std::nullopt : std::optional<Duration>(std::chrono::milliseconds(ms));
}

std::optional<Duration> FoundNodes::RttOf(Number number) const {
  const std::uint32_t us = nodes_[number].rtt_us;
  return us == UINT32_MAX ? std::nullopt : std::optional(Duration(us));
}

}  // namespace hearsay
