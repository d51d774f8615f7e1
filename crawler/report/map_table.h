// SPDX-License-Identifier: MIT
//
// MapTable: the entries of a map as rows of typed columns, for the formats that have columns: CSV, GraphML, DOT.
//
// The columns are the keys that map.json gives a node (crawler/README.md), with one text for what is a list or an
// object there, and two of their own: `id`, what edges refer to, is the node id, or the endpoint where none was proved;
// `label`, for people, is the name, else the first digits of the node id, else the endpoint. What is unknown is absent.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "crawler/census.h"
#include "crawler/report/places.h"

namespace hearsay {

enum class ColumnKind : std::uint8_t { kText, kFlag, kCount, kNumber };
// Of its column's kind, or absent. Texts are clean (clean_text.h), and otherwise what strangers made them.
using Cell = std::variant<std::monostate, std::string, bool, std::uint64_t, double>;

struct MapRow {
  const MappedNode* node = nullptr;        // or
  const MappedEndpoint* silent = nullptr;  // one of the two
  const Place* place = nullptr;

  std::string Id() const;
  bool reachable() const { return node != nullptr && node->verdict == Verdict::kReachable; }
  bool suspect() const { return node != nullptr && node->suspect; }
};

struct MapColumn {
  std::string_view name;
  ColumnKind kind = ColumnKind::kText;
  Cell (*value)(const MapRow& row) = nullptr;
};
// Without `id`; `label` is the first.
std::span<const MapColumn> MapColumns();

// In the order of map.json.
void ForEachRow(const Census& census, const Places& places, const std::function<void(const MapRow&)>& visit);
// Ids, once each, in the order of map.json.
using EdgeVisitor = std::function<void(const std::string& from, const std::string& to)>;
void ForEachEdge(const Census& census, const EdgeVisitor& visit);

// "true", "12", "1.25": the shortest that reads back as the same value. "" for what is absent.
std::string CellText(const Cell& cell);

}  // namespace hearsay
