// SPDX-License-Identifier: MIT
#include "crawler/history/stored_history.h"

#include <algorithm>
#include <cmath>

#include "proto/check.h"
#include "proto/crawled.pb.h"
#include "proto/limits.h"
#include "proto/stored_value.h"
#include "proto/text.h"

namespace hearsay {
namespace {

using stored_value::FromMicros;
using stored_value::IsTime;
using stored_value::ToMicros;

constexpr std::uint32_t kRoles = static_cast<std::uint32_t>(Role::kCrawler) + 1;
using Addresses = google::protobuf::RepeatedPtrField<stored::CrawledAddress>;

void Serialize(const google::protobuf::MessageLite& message, Bytes& out) {
  out.resize(message.ByteSizeLong());
  HEARSAY_CHECK(out.size() <= kMaxStoredHistoryBytes);
  message.SerializeToArray(out.data(), static_cast<int>(out.size()));
}

void WriteAddresses(const std::vector<NodeAddress>& addresses, Addresses& out) {
  for (const NodeAddress& address : addresses) {
    stored::CrawledAddress& m = *out.Add();
    m.set_endpoint(stored_value::Text(address.endpoint.ToBytes()));
    m.set_since(ToMicros(address.since));
    m.set_until(ToMicros(address.until));
  }
}

bool ReadAddresses(const Addresses& in, std::size_t most, std::vector<NodeAddress>& out) {
  if (static_cast<std::size_t>(in.size()) > most) return false;
  out.reserve(static_cast<std::size_t>(in.size()));
  for (const stored::CrawledAddress& m : in) {
    const BytesView bytes = AsBytes(m.endpoint());
    if (bytes.size() != Endpoint::kSize || !IsTime(m.since()) || !IsTime(m.until())) return false;
    const Endpoint endpoint = Endpoint::FromBytes(bytes.first<Endpoint::kSize>());
    if (!endpoint.IsDialable()) return false;
    out.push_back({.endpoint = endpoint, .since = FromMicros(m.since()), .until = FromMicros(m.until())});
  }
  return true;
}

void WriteAttributes(const Attributes& attributes, stored::CrawledNode& out) {
  for (const auto& [key, value] : attributes) {
    stored::CrawledNode::Attribute& m = *out.add_attributes();
    m.set_key(key);
    m.set_value(value);
  }
}

bool ReadAttributes(const stored::CrawledNode& in, Attributes& out) {
  for (const stored::CrawledNode::Attribute& m : in.attributes()) out.emplace(m.key(), m.value());
  return out.size() == static_cast<std::size_t>(in.attributes_size()) && CheckAttributes(out).empty();
}

bool InOrder(const std::vector<NodeAddress>& addresses) {
  return std::adjacent_find(addresses.begin(), addresses.end(), [](const NodeAddress& a, const NodeAddress& b) {
           return !(a.endpoint < b.endpoint);
         }) == addresses.end();
}

bool ReadReliability(const stored::CrawledNode& m, Reliability& out) {
  Reliability::State state;
  const auto windows = static_cast<int>(Reliability::kWindows);
  if (m.reliability_size() != windows || m.count_size() != windows || m.tries() == 0) return false;
  for (int i = 0; i < windows; ++i) state.windows[static_cast<std::size_t>(i)] = {m.reliability(i), m.count(i)};
  state.watched_seconds = m.watched_seconds();
  state.silent_seconds = m.silent_seconds();
  state.tries = m.tries();
  state.successes = m.successes();
  state.failures = static_cast<std::uint16_t>(std::min<std::uint32_t>(m.failures(), UINT16_MAX));
  out = Reliability::Restore(state);
  return true;
}

bool IsCount(double value) { return std::isfinite(value) && value >= 0; }

}  // namespace

HistoryNodeKey MakeNodeKey(const NodeId& id) {
  HistoryNodeKey key;
  key[0] = kNodePrefix;
  std::copy(id.bytes.begin(), id.bytes.end(), key.begin() + 1);
  return key;
}
std::optional<NodeId> ParseNodeKey(BytesView key) {
  if (key.empty() || key[0] != kNodePrefix) return std::nullopt;
  return NodeId::FromBytes(key.subspan(1));
}

CensusKey MakeCensusKey(Time at) {
  CensusKey key;
  key[0] = kCensusPrefix;
  StoreBigEndian(static_cast<std::uint64_t>(ToMicros(at)), key.data() + 1);
  return key;
}
std::optional<Time> ParseCensusKey(BytesView key) {
  if (key.size() != sizeof(CensusKey) || key[0] != kCensusPrefix) return std::nullopt;
  const auto micros = static_cast<std::int64_t>(LoadBigEndian<std::uint64_t>(key.data() + 1));
  if (!IsTime(micros)) return std::nullopt;
  return FromMicros(micros);
}

void EncodeNodeLife(const NodeLife& life, Bytes& out) {
  stored::CrawledNode m;
  m.set_first_seen(ToMicros(life.first_seen));
  m.set_last_seen(ToMicros(life.last_seen));
  m.set_last_tried(ToMicros(life.last_tried));
  WriteAddresses(life.addresses, *m.mutable_addresses());
  WriteAddresses(life.past, *m.mutable_past());
  m.set_software(life.software);
  m.set_name(life.name);
  m.set_software_since(ToMicros(life.software_since));
  m.set_role(life.role ? static_cast<std::uint32_t>(*life.role) + 1 : 0);
  WriteAttributes(life.attributes, m);
  m.set_present(life.present);
  m.set_reachable(life.reachable);
  m.set_suspect(life.suspect);
  m.set_excluded(life.excluded);
  const Reliability::State state = life.reliability.Save();
  for (const ReliabilityWindow& window : state.windows) {
    m.add_reliability(window.reliability);
    m.add_count(window.count);
  }
  m.set_watched_seconds(state.watched_seconds);
  m.set_silent_seconds(state.silent_seconds);
  m.set_tries(state.tries);
  m.set_successes(state.successes);
  m.set_failures(state.failures);
  Serialize(m, out);
}

Expected<NodeLife> DecodeNodeLife(const NodeId& id, BytesView bytes) {
  if (bytes.size() > kMaxStoredHistoryBytes) return Unexpected(Error::kTooLong);
  stored::CrawledNode m;
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Unexpected(Error::kMalformed);
  NodeLife life;
  const bool times = IsTime(m.first_seen()) && IsTime(m.last_seen()) && IsTime(m.last_tried()) &&
                     IsTime(m.software_since());
  const bool texts = m.software().size() <= kMaxSoftwareBytes && IsPrintableAscii(m.software()) &&
                     m.name().size() <= kMaxNameBytes && IsPrintableUtf8(m.name());
  if (!times || !texts || m.role() > kRoles || !ReadReliability(m, life.reliability) ||
      !ReadAddresses(m.addresses(), NodeLife::kMaxAddresses, life.addresses) || !InOrder(life.addresses) ||
      !ReadAddresses(m.past(), NodeLife::kMaxPast, life.past) || !ReadAttributes(m, life.attributes)) {
    return Unexpected(Error::kMalformed);
  }
  life.id = id;
  life.first_seen = FromMicros(m.first_seen());
  life.last_seen = FromMicros(m.last_seen());
  life.last_tried = FromMicros(m.last_tried());
  life.software = m.software();
  life.name = m.name();
  life.software_since = FromMicros(m.software_since());
  if (m.role() > 0) life.role = static_cast<Role>(m.role() - 1);
  life.present = m.present();
  life.reachable = m.reachable();
  life.suspect = m.suspect();
  life.excluded = m.excluded();
  return life;
}

void EncodeCensusPoint(const CensusPoint& point, Bytes& out) {
  stored::CensusPoint m;
  m.set_duration(static_cast<std::uint64_t>(point.duration.count()));
  m.set_complete(point.complete);
  m.set_censuses(point.censuses);
  m.set_nodes(point.nodes);
  m.set_reachable(point.reachable);
  m.set_unreachable(point.unreachable);
  m.set_suspects(point.suspects);
  if (point.estimate) {
    for (const double value : {point.estimate->nodes, point.estimate->low, point.estimate->high}) m.add_estimate(value);
  }
  m.set_came(point.came);
  m.set_went(point.went);
  m.set_moved(point.moved);
  for (const auto& [software, nodes] : point.versions) {
    stored::CensusPoint::Version& version = *m.add_versions();
    version.set_software(software);
    version.set_nodes(nodes);
  }
  m.set_other_versions(point.other_versions);
  m.set_number(point.number);
  Serialize(m, out);
}

Expected<CensusPoint> DecodeCensusPoint(Time at, BytesView bytes) {
  if (bytes.size() > kMaxStoredHistoryBytes) return Unexpected(Error::kTooLong);
  stored::CensusPoint m;
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Unexpected(Error::kMalformed);
  const bool estimates = m.estimate_size() == 0 ||
                         (m.estimate_size() == 3 && std::all_of(m.estimate().begin(), m.estimate().end(), IsCount));
  if (!estimates || m.versions_size() > static_cast<int>(CensusPoint::kMaxVersions) ||
      m.duration() > static_cast<std::uint64_t>(stored_value::kMaxMicros)) {
    return Unexpected(Error::kMalformed);
  }
  CensusPoint point;
  for (const stored::CensusPoint::Version& version : m.versions()) {
    if (version.software().size() > kMaxSoftwareBytes || !IsPrintableAscii(version.software())) {
      return Unexpected(Error::kMalformed);
    }
    point.versions.emplace_back(version.software(), version.nodes());
  }
  point.at = at;
  point.duration = Duration{static_cast<std::int64_t>(m.duration())};
  point.complete = m.complete();
  point.censuses = m.censuses();
  point.nodes = m.nodes();
  point.reachable = m.reachable();
  point.unreachable = m.unreachable();
  point.suspects = m.suspects();
  if (m.estimate_size() == 3) point.estimate = Estimate{m.estimate(0), m.estimate(1), m.estimate(2)};
  point.came = m.came();
  point.went = m.went();
  point.moved = m.moved();
  point.other_versions = m.other_versions();
  point.number = std::min<std::uint64_t>(m.number(), INT64_MAX);  // there is room to count on
  return point;
}

}  // namespace hearsay
