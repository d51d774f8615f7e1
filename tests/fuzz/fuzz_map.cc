// SPDX-License-Identifier: MIT
// A map.json of anybody's: it gives a map in order, or one line; what is read differs in nothing from itself.
#include <algorithm>
#include <sstream>

#include "crawler/report/map_diff.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  std::istringstream in(std::string(AsText(fuzz::Input(data, size))));
  const auto map = ReadMap(in);
  if (!map) {
    HEARSAY_CHECK(!map.error().empty());
    return 0;
  }
  const auto not_rising = [](const MapFile::Node& a, const MapFile::Node& b) { return !(a.id < b.id); };
  HEARSAY_CHECK(std::adjacent_find(map->nodes.begin(), map->nodes.end(), not_rising) == map->nodes.end());
  const MapDiff diff = DiffMaps(*map, *map);
  HEARSAY_CHECK(diff.came.empty() && diff.went.empty() && diff.moved.empty() && diff.changed.empty());
  HEARSAY_CHECK(DiffMaps({}, *map).came.size() == map->nodes.size());
  const std::string text = DiffText({}, *map, DiffMaps({}, *map), 20);
  HEARSAY_CHECK(std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\n'); }));
  HEARSAY_CHECK(!DiffJson(*map, *map, diff).empty());
  return 0;
}
