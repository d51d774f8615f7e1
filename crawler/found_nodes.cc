// SPDX-License-Identifier: MIT
#include "crawler/found_nodes.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string>

#include "proto/check.h"

namespace hearsay {
namespace {

// Texts, each behind its length in two bytes: the name, then keys and values in turn.
void Append(std::string_view text, Bytes& out) {
  const std::size_t at = out.size();
  out.resize(at + 2);
  StoreBigEndian(static_cast<std::uint16_t>(text.size()), out.data() + at);
  out.insert(out.end(), AsBytes(text).begin(), AsBytes(text).end());
}

Bytes EncodeSaid(const NodeRecord& record) {
  Bytes out;
  if (record.name.empty() && record.attributes.empty()) return out;
  Append(record.name, out);
  for (const auto& [key, value] : record.attributes) {
    Append(key, out);
    Append(value, out);
  }
  return out;
}

std::string TakeText(BytesView& bytes) {
  const auto size = LoadBigEndian<std::uint16_t>(bytes.data());
  const std::string text(AsText(bytes.subspan(2, size)));
  bytes = bytes.subspan(2 + size);
  return text;
}

void DecodeSaid(BytesView bytes, NodeRecord& record) {
  if (bytes.empty()) return;
  record.name = TakeText(bytes);
  while (!bytes.empty()) {
    std::string key = TakeText(bytes);
    record.attributes.emplace(std::move(key), TakeText(bytes));
  }
}

}  // namespace

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
  nodes_.push_back(node);
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
  const std::uint64_t sequence = std::min(record.sequence, kMaxSequence);
  if (node.software != kNoSoftware && sequence <= node.sequence) return;
  node.software = NumberOfSoftware(record.software);
  node.sequence = sequence;
  node.role = static_cast<std::uint32_t>(record.role);
  node.said = bytes_.Put(EncodeSaid(record));
}

std::uint32_t FoundNodes::NumberOfSoftware(std::string_view software) {
  const auto hash = [this](BytesView text) { return SipHash(key_, text); };
  const auto text_of = [this](std::uint32_t number) { return bytes_.At(softwares_[number]); };
  const std::uint32_t found = software_index_.Find(
      hash(AsBytes(software)), [&](std::uint32_t number) { return AsText(text_of(number)) == software; });
  if (found != FlatIndex::kNone) return found;
  const auto number = static_cast<std::uint32_t>(softwares_.size());
  HEARSAY_CHECK(number < kNoSoftware);  // a frontier has no room for so many nodes
  softwares_.push_back(bytes_.Put(AsBytes(software)));
  software_index_.Insert(number, [&](std::uint32_t n) { return hash(text_of(n)); });
  return number;
}

std::vector<std::uint32_t> FoundNodes::AddTold(Number number, std::vector<std::uint32_t> told) {
  std::sort(told.begin(), told.end());
  const std::vector<std::uint32_t> before = Told(number);
  std::vector<std::uint32_t> fresh;
  std::set_difference(told.begin(), told.end(), before.begin(), before.end(), std::back_inserter(fresh));
  if (fresh.empty()) return fresh;
  std::vector<std::uint32_t> all;
  std::merge(before.begin(), before.end(), fresh.begin(), fresh.end(), std::back_inserter(all));
  nodes_[number].told = bytes_.Put(EncodeToldList(all));
  return fresh;
}

std::optional<NodeRecord> FoundNodes::RecordOf(Number number) const {
  const Node& node = nodes_[number];
  if (node.software == kNoSoftware) return std::nullopt;
  NodeRecord record;
  record.id = node.id;
  record.sequence = node.sequence;
  record.role = static_cast<Role>(node.role);
  record.software = AsText(bytes_.At(softwares_[node.software]));
  DecodeSaid(bytes_.At(node.said), record);
  return record;
}

void FoundNodes::AddRtt(Number number, Duration rtt) {
  const auto us = static_cast<std::uint64_t>(std::clamp<std::int64_t>(rtt.count(), 0, kNoRtt - 1));
  nodes_[number].rtt_us = std::min<std::uint64_t>(nodes_[number].rtt_us, us);
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
  const std::uint64_t us = nodes_[number].rtt_us;
  return us == kNoRtt ? std::nullopt : std::optional(Duration(us));
}

}  // namespace hearsay
