// SPDX-License-Identifier: MIT
//
// map.html: a census as one page that needs nothing else: no network, no server, no other file.
//
// The page's source is in crawler/report/page/ and is compiled in. Its data stands in it as inert JSON (page_data.h)
// and reaches the document as text only. The page's own policy (Content-Security-Policy in a meta element; W3C CSP
// level 3, section 3.3) forbids everything but its one style and its one script, by their SHA-256, so a mistake of the
// page cannot run what a hostile node says of itself either, and nothing can be fetched.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "crawler/census.h"

namespace hearsay {

// A page holds all of its data, and a browser must hold the page. So many entries and edges make a page of 45 MB, whose
// writing takes 0.6 GB.
inline constexpr std::size_t kMostPageEntries = 100'000;  // nodes, and endpoints that never proved an id
inline constexpr std::size_t kMostPageEdges = 2'000'000;

// Why there can be no page of this census, for people; empty when there can.
std::string WhyNoMapHtml(const Census& census);

// `map_json`: what WriteMapJson wrote, with or without keys added since. `history_json`: "null", or an array of past
// censuses, oldest first: {"at": RFC 3339, "nodes", "reachable", "estimate", "low", "high", "came", "went"}, numbers;
// estimate, low and high may be null. What cannot be read is shown as absent.
void WriteMapHtml(std::string_view map_json, std::string_view history_json, std::ostream& out);

}  // namespace hearsay
