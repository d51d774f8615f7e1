// SPDX-License-Identifier: MIT
#include "tools/census_event.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crawler/history/timeline_json.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

std::string Line(const Json& event) { return event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string ChangeText(const HistoryChange& change) {
  return fmt::format("{} came, {} went, {} moved, {} changed version", change.came.size(), change.went.size(),
                     change.moved.size(), change.changed.size());
}

}  // namespace

std::string ChangeText(const HistoryStore::Recorded& recorded) {
  return recorded.error.empty() ? ChangeText(recorded.change) : "not recorded";
}

std::string CensusLine(const HistoryStore::Recorded& recorded) {
  const HistoryChange& change = recorded.change;
  const CensusPoint& point = change.point;
  std::string about;
  if (point.estimate) {
    about = fmt::format(", about {:.0f} ({:.0f} to {:.0f})", point.estimate->nodes, point.estimate->low,
                        point.estimate->high);
  }
  return fmt::format("{} {} nodes, {} reachable{}; {}; {:.2f} s{}{}", FormatRfc3339(point.at), point.nodes,
                     point.reachable, about, ChangeText(change), SecondsOf(point.duration),
                     point.complete ? "" : " (not complete)", recorded.error.empty() ? "" : " (not recorded)");
}

std::string CensusEvent(const HistoryStore::Recorded& recorded, const History& history) {
  Json census{{"event", "census"}};
  census.update(Json::parse(TimelineJson({&recorded.change.point, 1}))[0]);
  census["recorded"] = recorded.error.empty();
  census["known"] = history.nodes().size();
  return Line(census);
}

std::string CensusEvents(const HistoryStore::Recorded& recorded, const History& history) {
  const HistoryChange& change = recorded.change;
  std::string out = CensusEvent(recorded, history);
  const auto tell = [&](const char* what, const std::vector<NodeId>& ids) {
    for (const NodeId& id : ids) {
      Json event{{"event", what}, {"at", FormatRfc3339(change.point.at)}, {"node_id", id.ToString()}};
      if (const NodeLife* life = history.Find(id)) {
        event["endpoints"] = Json::array();
        for (const NodeAddress& address : life->addresses) event["endpoints"].push_back(address.endpoint.ToString());
        event["software"] = life->software.empty() ? Json(nullptr) : Json(life->software);
      }
      out += Line(event);
    }
  };
  tell("came", change.came);
  tell("went", change.went);
  tell("moved", change.moved);
  tell("changed", change.changed);
  tell("forgotten", change.forgotten);
  return out;
}

}  // namespace hearsay
