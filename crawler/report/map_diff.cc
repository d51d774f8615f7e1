// SPDX-License-Identifier: MIT
#include "crawler/report/map_diff.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "proto/rfc3339.h"
#include "proto/text.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;
using Node = MapFile::Node;

constexpr int kDiffSchema = 1;
constexpr std::size_t kMaxShown = 64;  // bytes; a record's software has 48 at most

std::size_t Reachable(const MapFile& map) {
  return static_cast<std::size_t>(
      std::count_if(map.nodes.begin(), map.nodes.end(), [](const Node& node) { return node.reachable; }));
}

// What a file says, for a terminal.
std::string Shown(std::string_view text) { return text.empty() ? "unknown" : Printable(text.substr(0, kMaxShown)); }

std::string Endpoints(const Node& node) {
  if (node.endpoints.empty()) return "nowhere";
  std::string out = node.endpoints.front().ToString();
  if (node.endpoints.size() == 2) out += ", " + node.endpoints.back().ToString();
  if (node.endpoints.size() > 2) out += " and " + std::to_string(node.endpoints.size() - 1) + " more";
  return out;
}

std::string About(std::string_view label, const MapFile& map) {
  return std::string(label) + FormatRfc3339(map.finished_at) + "  network '" + Shown(map.network) + "', " +
         std::to_string(map.nodes.size()) + " nodes, " + std::to_string(Reachable(map)) + " reachable\n";
}

template <typename List, typename Line>
std::string Section(std::string_view title, const List& list, std::size_t most, Line line) {
  std::string out = std::string(title) + " " + std::to_string(list.size()) + "\n";
  for (std::size_t i = 0; i < list.size() && i < most; ++i) out += "  " + line(list[i]) + "\n";
  if (list.size() > most) out += "  and " + std::to_string(list.size() - most) + " more; --json shows all\n";
  return out;
}

Json ArrayOf(const std::vector<Endpoint>& endpoints) {
  Json out = Json::array();
  for (const Endpoint& endpoint : endpoints) out.push_back(endpoint.ToString());
  return out;
}
Json SoftwareOf(const Node& node) { return node.software.empty() ? Json(nullptr) : Json(node.software); }
Json ObjectOf(const MapFile& map) {
  return {{"finished_at", FormatRfc3339(map.finished_at)}, {"complete", map.complete}, {"nodes", map.nodes.size()},
          {"reachable", Reachable(map)}, {"network", map.network}};
}
Json ArrayOf(const std::vector<const Node*>& nodes) {
  Json out = Json::array();
  for (const Node* node : nodes) {
    out.push_back({{"node_id", node->id.ToString()}, {"endpoints", ArrayOf(node->endpoints)},
                   {"software", SoftwareOf(*node)}});
  }
  return out;
}

}  // namespace

MapDiff DiffMaps(const MapFile& before, const MapFile& after) {
  MapDiff diff;
  auto old = before.nodes.begin();
  for (const Node& node : after.nodes) {
    for (; old != before.nodes.end() && old->id < node.id; ++old) diff.went.push_back(&*old);
    if (old == before.nodes.end() || old->id != node.id) {
      diff.came.push_back(&node);
      continue;
    }
    if (old->endpoints != node.endpoints) diff.moved.push_back({&*old, &node});
    if (old->software != node.software) diff.changed.push_back({&*old, &node});
    ++old;
  }
  for (; old != before.nodes.end(); ++old) diff.went.push_back(&*old);
  return diff;
}

std::string DiffText(const MapFile& before, const MapFile& after, const MapDiff& diff, std::size_t most) {
  const auto one = [](const Node* node) {
    return node->id.Short() + "  " + Endpoints(*node) + "  " + Shown(node->software);
  };
  std::string out = About("from ", before) + About("to   ", after);
  if (!before.complete) out += "the first map is not complete: some that came may have been there before\n";
  if (!after.complete) out += "the second map is not complete: some that went may be there still\n";
  if (before.network != after.network) out += "these are maps of two networks\n";
  if (after.finished_at < before.finished_at) out += "the second map is the older one: who \"came\" had left since\n";
  out += Section("came", diff.came, most, one);
  out += Section("went", diff.went, most, one);
  out += Section("moved", diff.moved, most, [](const MapDiff::Pair& pair) {
    return pair.after->id.Short() + "  " + Endpoints(*pair.before) + " -> " + Endpoints(*pair.after);
  });
  out += Section("changed version", diff.changed, most, [](const MapDiff::Pair& pair) {
    return pair.after->id.Short() + "  " + Shown(pair.before->software) + " -> " + Shown(pair.after->software);
  });
  return out;
}

std::string DiffJson(const MapFile& before, const MapFile& after, const MapDiff& diff) {
  Json out{{"schema", kDiffSchema}, {"before", ObjectOf(before)}, {"after", ObjectOf(after)},
           {"came", ArrayOf(diff.came)}, {"went", ArrayOf(diff.went)}, {"moved", Json::array()},
           {"changed", Json::array()}};
  for (const MapDiff::Pair& pair : diff.moved) {
    out["moved"].push_back({{"node_id", pair.after->id.ToString()}, {"before", ArrayOf(pair.before->endpoints)},
                            {"after", ArrayOf(pair.after->endpoints)}});
  }
  for (const MapDiff::Pair& pair : diff.changed) {
    out["changed"].push_back({{"node_id", pair.after->id.ToString()}, {"before", SoftwareOf(*pair.before)},
                              {"after", SoftwareOf(*pair.after)}});
  }
  // In ASCII: what a file says may drive the terminal that shows it.
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace hearsay
