// SPDX-License-Identifier: MIT
#include "crawler/report/page_data.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <vector>

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

// What nests deeper is left out: writing it would take stack for each level. A map needs four.
constexpr int kDeepest = 32;

std::string ScriptSafe(const Json& json) {
  const std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";  // it occurs within strings only
    } else {
      out += c;
    }
  }
  return out;
}

// Takes the edges out of a map while it is parsed, so that they are never held as objects.
class EdgeTaker {
 public:
  // The parser's callback: false drops what was just parsed.
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepest) return false;
    if (event == Json::parse_event_t::key && depth == 1) key_ = parsed.get<std::string>();
    if (event != Json::parse_event_t::array_end) return true;
    if (depth == 1 && key_ == "nodes") Number(parsed);
    if (depth != 2 || key_ != "edges") return true;
    Take(parsed);
    return false;
  }
  std::string Text() {
    std::string out = "[";
    for (std::vector<std::uint32_t>& targets : named_) {
      std::sort(targets.begin(), targets.end());
      out += out.size() == 1 ? "[" : ",[";
      for (const std::uint32_t to : targets) out += std::to_string(to) + ",";
      if (!targets.empty()) out.pop_back();
      out += "]";
    }
    return out + "]";
  }

 private:
  void Number(const Json& nodes) {
    named_.resize(nodes.size());
    for (std::uint32_t place = 0; place < nodes.size(); ++place) {
      const Json& node = nodes[place];
      if (!node.is_object() || !node.contains("node_id") || !node["node_id"].is_string()) continue;
      places_.emplace(node["node_id"].get<std::string>(), place);
    }
  }
  std::optional<std::uint32_t> PlaceOf(const Json& id) const {
    if (!id.is_string()) return std::nullopt;
    const auto found = places_.find(id.get_ref<const std::string&>());
    if (found == places_.end()) return std::nullopt;
    return found->second;
  }
  void Take(const Json& edge) {
    if (edge.size() != 2) return;
    const auto from = PlaceOf(edge[0]);
    const auto to = PlaceOf(edge[1]);
    if (from && to) named_[*from].push_back(*to);
  }

  std::string key_;  // of the map, whose value is being parsed
  std::unordered_map<std::string, std::uint32_t> places_;  // by id
  std::vector<std::vector<std::uint32_t>> named_;          // by place
};

}  // namespace

std::string PageDataOfMap(std::string_view map_json) {
  EdgeTaker edges;
  Json map = Json::parse(map_json, std::ref(edges), false);
  if (!map.is_object() || !map.contains("nodes") || !map["nodes"].is_array()) return "null";
  map.erase("edges");
  std::string out = ScriptSafe(map);
  out.pop_back();
  return out + ",\"edges\":" + edges.Text() + "}";
}

std::string PageData(std::string_view json) {
  const auto not_too_deep = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  const Json parsed = Json::parse(json, not_too_deep, false);
  return parsed.is_discarded() ? "null" : ScriptSafe(parsed);
}

}  // namespace hearsay
