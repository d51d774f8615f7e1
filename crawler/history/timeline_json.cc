// SPDX-License-Identifier: MIT
#include "crawler/history/timeline_json.h"

#include <nlohmann/json.hpp>

#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

Json ObjectOf(const CensusPoint& point) {
  Json out = {{"at", FormatRfc3339(point.at)}, {"nodes", point.nodes}, {"reachable", point.reachable},
              {"estimate", nullptr}, {"low", nullptr}, {"high", nullptr},
              {"came", point.came}, {"went", point.went}, {"moved", point.moved},
              {"complete", point.complete}, {"censuses", point.censuses},
              {"duration_seconds", SecondsOf(point.duration)},
              {"unreachable", point.unreachable}, {"suspects", point.suspects},
              {"versions", Json::object()}, {"other_versions", point.other_versions}};
  if (point.estimate) {
    out["estimate"] = point.estimate->nodes;
    out["low"] = point.estimate->low;
    out["high"] = point.estimate->high;
  }
  for (const auto& [software, nodes] : point.versions) out["versions"][software] = nodes;
  return out;
}

}  // namespace

std::string TimelineJson(std::span<const CensusPoint> points) {
  std::string out = "[";
  for (const CensusPoint& point : points) {
    out += out.size() > 1 ? ",\n" : "\n";
    out += ObjectOf(point).dump(-1, ' ', true, Json::error_handler_t::replace);
  }
  return out + "]";
}

}  // namespace hearsay
