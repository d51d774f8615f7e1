// SPDX-License-Identifier: MIT
//
// The data of map.html, as JSON that may stand inside a script element whatever other nodes say of themselves: pure
// ASCII without '<', so neither "</script>", "<!--" nor U+2028 can occur in it.
//
// An edge of map.json is 136 bytes, because it names two ids. A page of 10,000 nodes has 600,000 of them, so here they
// are places: "edges" is [[to, ...], ...], for each element of "nodes" the places of those that it named, ascending.
// That is 5 bytes an edge, and memory while writing does not grow with the ids of the edges. All else is unchanged.
#pragma once

#include <string>
#include <string_view>

namespace hearsay {

// "nodes" comes before "edges", as WriteMapJson writes them. Edges whose ends are not both among the nodes are left
// out; what is no map gives "null".
std::string PageDataOfMap(std::string_view map_json);
// `json` itself, safe as above; "null" when it is not valid.
std::string PageData(std::string_view json);

}  // namespace hearsay
