// SPDX-License-Identifier: MIT
//
// Peer lists: what `file:` and `http(s)://` entries point to. Pure parsers; the driver reads and fetches.
// docs/settings.md tells operators. A file may hold either form: what begins with '{' is JSON, which no line of text
// does. A server gives JSON only: its error page is no list, and no stranger has a node look up names.
//
// Text: one peer a line, `EP`, `host[:port]` or `NODEID@` before either; `#` starts a comment. No list names another.
// JSON: {"schema": 1, "network": "hearsay", "peers": [{"endpoint": "203.0.113.9:7075", "node_id": "…"}]}
//   `network` and `node_id` may be absent; unknown members are skipped, so that a list can grow.
//   A signed list (signed_peer_list.h) is read too: as the list in it, its signature unseen, for there is no key to
//   hold it against.
//
// Bounds: at most kMaxPeerListBytes are parsed; of longer lists the first kMaxPeerListEntries are taken. One
// wrong entry refuses the whole list: a half-written file must not replace a good copy.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "node/io/peer_entry.h"

namespace hearsay {

inline constexpr std::size_t kMaxPeerListBytes = 1 << 20;
inline constexpr std::size_t kMaxPeerListEntries = 1024;

// Every target is an Endpoint or a HostPeer. Errors name line and remedy; the caller puts path or URL before them.
Result<std::vector<PeerEntry>> ParsePeerListText(std::string_view text);
// Text or JSON, whichever it is.
Result<std::vector<PeerEntry>> ParsePeerListFile(std::string_view text, std::string_view network = {});
// Every target is an Endpoint. With `network`, a list that names another network is refused.
Result<std::vector<PeerEntry>> ParsePeerListJson(std::string_view text, std::string_view network = {});

}  // namespace hearsay
