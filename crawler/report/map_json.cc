// SPDX-License-Identifier: MIT
#include "crawler/report/map_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json RttOf(const std::optional<Quantiles>& rtt) {
  if (!rtt) return nullptr;
  return {{"min", MillisecondsOf(rtt->min)}, {"p50", MillisecondsOf(rtt->p50)}, {"p90", MillisecondsOf(rtt->p90)},
          {"p99", MillisecondsOf(rtt->p99)}, {"max", MillisecondsOf(rtt->max)}};
}

Json CountsOf(const std::map<std::string, std::size_t, std::less<>>& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

Json EstimateOf(const Census& census) {
  if (!census.estimate) return nullptr;
  return {{"nodes", census.estimate->nodes}, {"low", census.estimate->low}, {"high", census.estimate->high},
          {"at", FormatRfc3339(census.moment)}};
}

Json SecondLookOf(const SecondLooks& looks, const std::optional<Duration>& stay) {
  return {{"nodes", looks.nodes},
          {"gone", looks.gone},
          {"node_seconds", SecondsOf(looks.watched)},
          {"stay_seconds", stay ? Json(SecondsOf(*stay)) : Json(nullptr)}};
}

Json ObjectOf(const CensusSummary& summary, const Census& census, const Places& places) {
  return {{"nodes", summary.nodes},
          {"reachable", summary.reachable},
          {"unreachable", summary.unreachable},
          {"reasons", CountsOf(summary.reasons)},
          {"versions", CountsOf(summary.versions)},
          {"roles", CountsOf(summary.roles)},
          {"countries", places.known() ? CountsOf(places.Countries()) : Json(nullptr)},
          {"as", places.known() ? CountsOf(places.Systems()) : Json(nullptr)},
          {"rtt_ms", RttOf(summary.rtt)},
          {"edges", summary.edges},
          {"hidden", summary.hidden},
          {"excluded", summary.excluded},
          {"suspects", summary.suspects},
          {"distrusted", census.distrusted},
          {"several_endpoints", summary.several_endpoints},
          {"shared_addresses", summary.shared_addresses},
          {"estimate", EstimateOf(census)},
          {"mapped", summary.mapped ? Json(*summary.mapped) : Json(nullptr)},
          {"second_look", SecondLookOf(census.looks, summary.stay)},
          {"duration_seconds", SecondsOf(summary.duration)},
          {"packets_sent", census.traffic.packets_sent},
          {"bytes_sent", census.traffic.bytes_sent},
          {"packets_received", census.traffic.packets_received},
          {"bytes_received", census.traffic.bytes_received}};
}

void Add(const Place& place, Json& object) {
  object["country"] = place.country ? Json(*place.country) : Json(nullptr);
  object["as"] = place.as ? Json(*place.as) : Json(nullptr);
  object["as_name"] = place.as_name ? Json(*place.as_name) : Json(nullptr);
}

Json ListOf(const std::vector<Endpoint>& endpoints) {
  Json out = Json::array();
  for (const Endpoint& endpoint : endpoints) out.push_back(endpoint.ToString());
  return out;
}

Json ObjectOf(const MappedNode& node, const Place& place) {
  const bool reachable = node.verdict == Verdict::kReachable;
  Json out = {{"node_id", node.id.ToString()}, {"endpoints", ListOf(node.endpoints)},
              {"unconfirmed", ListOf(node.unconfirmed)}, {"reachable", reachable}, {"reason", nullptr}};
  if (!reachable) out["reason"] = VerdictName(node.verdict);
  if (node.record) {
    out["software"] = node.record->software;
    out["name"] = node.record->name;
    out["role"] = RoleName(node.record->role);
    out["attributes"] = Json::object();
    for (const auto& [key, value] : node.record->attributes) out["attributes"][key] = value;
  } else {
    out["software"] = out["name"] = out["role"] = out["attributes"] = nullptr;
  }
  out["rtt_ms"] = node.rtt ? Json(MillisecondsOf(*node.rtt)) : Json(nullptr);
  out["sampled"] = node.sampled;
  out["sampled_verified"] = node.sampled_verified;
  out["named_by"] = node.named_by;
  out["suspect"] = node.suspect;
  out["excluded"] = node.excluded;
  Add(place, out);
  return out;
}

Json ObjectOf(const MappedEndpoint& silent, const Place& place) {
  Json out = {{"node_id", nullptr},
              {"endpoints", ListOf({silent.endpoint})},
              {"unconfirmed", Json::array()},
              {"reachable", false},
              {"reason", VerdictName(silent.verdict)},
              {"software", nullptr},
              {"name", nullptr},
              {"role", nullptr},
              {"attributes", nullptr},
              {"rtt_ms", nullptr},
              {"sampled", 0},
              {"sampled_verified", 0},
              {"named_by", silent.named_by},
              {"suspect", false},
              {"excluded", false}};
  Add(place, out);
  return out;
}

// Elements of an array, one a line.
class Lines {
 public:
  explicit Lines(std::ostream& out) : out_(out) {}
  void Add(std::string_view text) {
    out_ << (first_ ? "\n" : ",\n") << text;
    first_ = false;
  }

 private:
  std::ostream& out_;
  bool first_ = true;
};

}  // namespace

std::string SummaryJson(const Census& census, const Places& places) {
  return Text(ObjectOf(Summarize(census), census, places));
}

void WriteMapJson(const Census& census, const MapHeader& header, const Places& places, std::ostream& out) {
  out << "{\"schema\":" << kMapSchema << ",\n\"software\":" << Text(header.software)
      << ",\n\"network\":" << Text(header.network) << ",\n\"started_at\":" << Text(FormatRfc3339(census.started_at))
      << ",\n\"finished_at\":" << Text(FormatRfc3339(census.finished_at))
      << ",\n\"complete\":" << (census.complete ? "true" : "false") << ",\n\"summary\":" << SummaryJson(census, places)
      << ",\n\"nodes\":[";
  Lines nodes(out);
  for (std::size_t i = 0; i < census.nodes.size(); ++i) nodes.Add(Text(ObjectOf(census.nodes[i], places.OfNode(i))));
  for (std::size_t i = 0; i < census.silent.size(); ++i) {
    nodes.Add(Text(ObjectOf(census.silent[i], places.OfSilent(i))));
  }
  out << "],\n\"hidden\":[";
  Lines hidden(out);
  for (const HiddenNode& node : census.hidden) {
    hidden.Add(fmt::format("{{\"id_prefix\":\"{:016x}\",\"named_by\":{}}}", node.id, node.named_by));
  }
  out << "],\n\"edges\":[";
  Lines edges(out);
  for (const auto& [from, to] : census.edges) {
    edges.Add("[\"" + census.nodes[from].id.ToString() + "\",\"" + census.nodes[to].id.ToString() + "\"]");
  }
  out << "]}\n";
}

}  // namespace hearsay
