// SPDX-License-Identifier: MIT
#include "node/io/json_views.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

// A time that is not set is null.
Json TimeJson(Time t) { return t == kNever || t == Time{} ? Json() : Json(FormatRfc3339(t)); }

Json EndpointJson(const Endpoint& endpoint) {
  return endpoint == Endpoint{} ? Json() : Json(endpoint.ToString());
}

Json TextOrNull(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json AttributesJson(const Attributes& attributes) {
  Json out = Json::object();
  for (const auto& [key, value] : attributes) out[key] = value;
  return out;
}

Json EndpointsJson(const std::vector<Endpoint>& endpoints) {
  Json out = Json::array();
  for (const Endpoint& endpoint : endpoints) out.push_back(endpoint.ToString());
  return out;
}

Json CountersJson(const NodeView& node) {
  const Counters& counters = node.CoreCounters();
  Json out = Json::object();
  for (std::size_t i = 0; i < counters.values.size(); ++i) {
    out[std::string(CounterName(static_cast<Counter>(i)))] = counters.values[i];
  }
  for (const auto& [name, value] : node.IoCounters()) out[name] = value;
  return out;
}

// Only reasons that happened: the list of all of them is in proto/error.h.
template <std::size_t N>
Json ReasonsJson(const std::array<std::uint64_t, N>& counts) {
  Json out = Json::object();
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] != 0) out[std::string(ErrorName(static_cast<Error>(i)))] = counts[i];
  }
  return out;
}

double MillisecondsOf(Duration d) { return static_cast<double>(d.count()) / 1000.0; }

Json PeerObject(const PeerInfo& peer) {
  return {
      {"node_id", peer.id.ToString()},
      {"endpoint", EndpointJson(peer.endpoint)},
      {"state", PeerStateName(peer.state)},
      {"in_view", peer.in_view},
      {"reachable", peer.reachable},
      {"rtt_ms", peer.rtt ? Json(MillisecondsOf(*peer.rtt)) : Json()},
      {"first_seen", TimeJson(peer.first_seen)},
      {"last_seen", TimeJson(peer.last_seen)},
      {"last_error", TextOrNull(peer.last_error)},
      {"software", peer.software},
      {"name", peer.name},
      {"role", RoleName(peer.role)},
      {"attributes", AttributesJson(peer.attributes)},
      {"weight", peer.weight},
      {"failures", peer.failures},
      {"next_retry", TimeJson(peer.next_retry)},
  };
}

// Cuts at a byte; a character cut in two is replaced when it is written.
std::string_view Cut(std::string_view text, std::size_t bytes) { return text.substr(0, std::min(text.size(), bytes)); }

template <typename Visit>
void ForEachPeerState(Visit visit) {
  for (auto i = static_cast<std::uint8_t>(PeerState::kHeard); i <= static_cast<std::uint8_t>(PeerState::kBanned); ++i) {
    visit(static_cast<PeerState>(i));
  }
}

}  // namespace

bool PeerFilter::Matches(const PeerInfo& peer) const {
  if (state && peer.state != *state) return false;
  if (in_view && peer.in_view != *in_view) return false;
  return std::all_of(attributes.begin(), attributes.end(), [&peer](const auto& wanted) {
    const auto found = peer.attributes.find(wanted.first);
    return found != peer.attributes.end() && found->second == wanted.second;
  });
}

std::optional<PeerState> ParsePeerState(std::string_view name) {
  std::optional<PeerState> found;
  ForEachPeerState([&](PeerState state) {
    if (PeerStateName(state) == name) found = state;
  });
  return found;
}

std::string PeerStateNames() {
  std::string names;
  ForEachPeerState([&](PeerState state) {
    if (!names.empty()) names += ", ";
    names += PeerStateName(state);
  });
  return names;
}

std::string StatusJson(const NodeView& node, const ApiIdentity& api) {
  const CoreStatus status = node.Status();
  const Json out = {
      {"node_id", status.id.ToString()},
      {"network", node.Network()},
      {"closed", node.Closed()},
      {"listen", EndpointsJson(node.Listen())},
      {"own_endpoints", EndpointsJson(status.own_endpoints)},
      {"api", api.address},
      {"software", api.software},
      {"started_at", TimeJson(node.StartedAt())},
      {"uptime_seconds", MillisecondsOf((node.Now() - node.StartedAt()) / 1000)},
      {"view", status.view},
      {"table", status.table},
      {"heard", status.heard},
      {"dialling", status.dialling},
      {"channels", status.channels},
      {"online_weight", status.online_weight},
      {"online_weight_minimum", status.online_weight_minimum},
      {"boot_epoch", status.boot_epoch},
      {"duplicate_identities", status.duplicate_identities},
      {"counters", CountersJson(node)},
      {"drops", ReasonsJson(node.CoreCounters().drops)},
      {"dial_failures", ReasonsJson(node.CoreCounters().dial_failures)},
  };
  return Dump(out);
}

// One peer at a time: a tree of all of them would take several times the text.
std::string PeersJson(const std::vector<PeerInfo>& peers, const PeerFilter& filter) {
  std::string out = "{\"peers\":[";
  bool first = true;
  for (const PeerInfo& peer : peers) {
    if (!filter.Matches(peer)) continue;
    if (!first) out += ',';
    out += PeerJson(peer);
    first = false;
  }
  return out + "]}";
}

std::string PeerJson(const PeerInfo& peer) { return Dump(PeerObject(peer)); }

std::string HealthJson(const NodeView& node, std::string_view unhealthy) {
  const CoreStatus status = node.Status();
  Json out = {
      {"node_id", status.id.ToString()},
      {"status", unhealthy.empty() ? "ok" : "unhealthy"},
      {"view", status.view},
      {"table", status.table},
      {"heard", status.heard},
  };
  if (!unhealthy.empty()) out["reason"] = unhealthy;
  return Dump(out);
}

std::string EventJson(std::uint64_t id, Time at, const PeerEvent& event, std::size_t max_detail_bytes) {
  const Json out = {
      {"id", id},
      {"time", TimeJson(at)},
      {"event", PeerEventName(event.kind)},
      {"node_id", event.id == NodeId{} ? Json() : Json(event.id.ToString())},
      {"endpoint", EndpointJson(event.endpoint)},
      {"detail", Cut(event.detail, max_detail_bytes)},
      {"attributes", AttributesJson(event.attributes)},
  };
  return Dump(out);
}

std::string ErrorJson(std::string_view text) { return Dump(Json{{"error", text}}); }

}  // namespace hearsay
