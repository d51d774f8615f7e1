// SPDX-License-Identifier: MIT
// The data of map.html, from maps and histories of any kind: whatever comes out is JSON that cannot end the element it
// stands in. First byte: even a map, odd a history.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "crawler/report/page_data.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  const bool is_map = fuzz::TakeChoice(input) % 2 == 0;
  const std::string page = is_map ? PageDataOfMap(AsText(input)) : PageData(AsText(input));
  HEARSAY_CHECK(std::all_of(page.begin(), page.end(), [](char c) { return c >= ' ' && c <= '~' && c != '<'; }));
  const auto parsed = nlohmann::json::parse(page, nullptr, false);
  HEARSAY_CHECK(!parsed.is_discarded());
  if (!is_map || parsed.is_null()) return 0;
  const std::size_t places = parsed["nodes"].size();
  HEARSAY_CHECK(parsed["edges"].size() == places);
  for (const auto& targets : parsed["edges"]) {
    HEARSAY_CHECK(std::is_sorted(targets.begin(), targets.end()));
    for (const auto& to : targets) HEARSAY_CHECK(to.get<std::size_t>() < places);
  }
  return 0;
}
