// SPDX-License-Identifier: MIT
#include "crawler/report/map_table.h"

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "crawler/report/clean_text.h"
#include "proto/check.h"

namespace hearsay {
namespace {

const NodeRecord* RecordOf(const MapRow& row) { return row.node && row.node->record ? &*row.node->record : nullptr; }

Cell Text(std::string_view text) { return CleanText(text); }
Cell Count(std::size_t count) { return static_cast<std::uint64_t>(count); }

Cell Label(const MapRow& row) {
  const NodeRecord* record = RecordOf(row);
  if (record && !record->name.empty()) return Text(record->name);
  return row.node ? row.node->id.Short() : row.Id();
}

std::string ListOf(const std::vector<Endpoint>& endpoints) {
  std::string out;
  for (const Endpoint& endpoint : endpoints) out += (out.empty() ? "" : " ") + endpoint.ToString();
  return out;
}

Cell Endpoints(const MapRow& row) { return row.node ? ListOf(row.node->endpoints) : row.Id(); }

Cell Unconfirmed(const MapRow& row) {
  if (!row.node || row.node->unconfirmed.empty()) return {};  // as of nearly all
  return ListOf(row.node->unconfirmed);
}

Cell Reason(const MapRow& row) {
  if (row.reachable()) return {};
  return std::string(VerdictName(row.node ? row.node->verdict : row.silent->verdict));
}

Cell AttributesText(const MapRow& row) {
  const NodeRecord* record = RecordOf(row);
  if (!record) return {};
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [key, value] : record->attributes) object[CleanText(key)] = CleanText(value);
  return object.dump();
}

Cell Rtt(const MapRow& row) {
  if (!row.node || !row.node->rtt) return {};
  return MillisecondsOf(*row.node->rtt);
}

template <typename Read>
Cell FromRecord(const MapRow& row, Read read) {
  const NodeRecord* record = RecordOf(row);
  return record ? Text(read(*record)) : Cell{};
}

constexpr std::array kColumns{
    MapColumn{"label", ColumnKind::kText, Label},
    MapColumn{"endpoints", ColumnKind::kText, Endpoints},
    MapColumn{"reachable", ColumnKind::kFlag, [](const MapRow& row) -> Cell { return row.reachable(); }},
    MapColumn{"reason", ColumnKind::kText, Reason},
    MapColumn{"software", ColumnKind::kText,
              [](const MapRow& row) { return FromRecord(row, [](const NodeRecord& r) { return r.software; }); }},
    MapColumn{"name", ColumnKind::kText,
              [](const MapRow& row) { return FromRecord(row, [](const NodeRecord& r) { return r.name; }); }},
    MapColumn{"role", ColumnKind::kText,
              [](const MapRow& row) { return FromRecord(row, [](const NodeRecord& r) { return RoleName(r.role); }); }},
    MapColumn{"attributes", ColumnKind::kText, AttributesText},
    MapColumn{"rtt_ms", ColumnKind::kNumber, Rtt},
    MapColumn{"sampled", ColumnKind::kCount, [](const MapRow& row) { return Count(row.node ? row.node->sampled : 0); }},
    MapColumn{"sampled_verified", ColumnKind::kCount,
              [](const MapRow& row) { return Count(row.node ? row.node->sampled_verified : 0); }},
    MapColumn{"named_by", ColumnKind::kCount,
              [](const MapRow& row) { return Count(row.node ? row.node->named_by : row.silent->named_by); }},
    MapColumn{"suspect", ColumnKind::kFlag, [](const MapRow& row) -> Cell { return row.suspect(); }},
    MapColumn{"excluded", ColumnKind::kFlag,
              [](const MapRow& row) -> Cell { return row.node != nullptr && row.node->excluded; }},
    MapColumn{"country", ColumnKind::kText,
              [](const MapRow& row) { return row.place->country ? Text(*row.place->country) : Cell{}; }},
    MapColumn{"as", ColumnKind::kCount,
              [](const MapRow& row) { return row.place->as ? Count(*row.place->as) : Cell{}; }},
    MapColumn{"as_name", ColumnKind::kText,
              [](const MapRow& row) { return row.place->as_name ? Text(*row.place->as_name) : Cell{}; }},
    // Last, so that who reads the CSV by places reads the same as before there was this one.
    MapColumn{"unconfirmed", ColumnKind::kText, Unconfirmed},
};

}  // namespace

std::string MapRow::Id() const { return node ? node->id.ToString() : silent->endpoint.ToString(); }

std::span<const MapColumn> MapColumns() { return kColumns; }

void ForEachRow(const Census& census, const Places& places, const std::function<void(const MapRow&)>& visit) {
  for (std::size_t i = 0; i < census.nodes.size(); ++i) {
    visit({.node = &census.nodes[i], .silent = nullptr, .place = &places.OfNode(i)});
  }
  for (std::size_t i = 0; i < census.silent.size(); ++i) {
    visit({.node = nullptr, .silent = &census.silent[i], .place = &places.OfSilent(i)});
  }
}

void ForEachEdge(const Census& census, const EdgeVisitor& visit) {
  for (const auto& [from, to] : census.edges) {
    visit(census.nodes[from].id.ToString(), census.nodes[to].id.ToString());
  }
}

std::string CellText(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "true" : "false";
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return std::to_string(*count);
  if (const auto* number = std::get_if<double>(&cell)) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.begin(), buffer.end(), *number);
    HEARSAY_CHECK(end.ec == std::errc{});
    return {buffer.data(), end.ptr};
  }
  return {};
}

}  // namespace hearsay
