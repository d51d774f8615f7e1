// SPDX-License-Identifier: MIT
//
// PeerEntry: one preconfigured peer, as an operator writes it, parsed and checked. Nothing is resolved here.
//
//   192.0.2.7:7075   [2001:db8::7]:7075   192.0.2.7          an endpoint; without a port, 7075
//   seed.example.net:7075   seed.example.net                 a host: all its A and AAAA records
//   dns:seed.example.net[:7075]                              a name of a seed service: its A and AAAA records
//   dns:seed.example.net#key=HEX64                           its TXT records, each signed by this key (seed_entry.h)
//   file:PATH                                                a list, one entry a line or JSON (peer_list.h)
//   http://…  https://…                                      a JSON list (peer_list.h)
//   https://…#key=HEX64                                      a JSON list signed by this key (signed_peer_list.h)
//   NODEID@…                                                 before an endpoint or host: only this node is accepted
//
// ParsePeerEntry is total and pure: any text gives an entry, or one line that says what is wrong and what to write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/node_id.h"

namespace hearsay {

inline constexpr std::size_t kMaxPeerEntryBytes = 2048;  // the longest URL that is accepted; all else is shorter

struct HostPeer {
  std::string name;  // RFC 1123 labels; underscores are accepted, container networks use them
  std::uint16_t port = kDefaultPort;
  bool operator==(const HostPeer&) const = default;
};
struct DnsPeer {
  std::string name;
  std::uint16_t port = kDefaultPort;  // for A and AAAA records, which carry none
  std::optional<NodeId> key;          // the seed's node id: only entries that it signed are taken
  bool operator==(const DnsPeer&) const = default;
};
struct FilePeer {
  std::string path;
  bool operator==(const FilePeer&) const = default;
};
struct UrlPeer {
  std::string url;            // scheme http or https, a host, no white space, no fragment
  std::optional<NodeId> key;  // the seed's node id: only a list that it signed is taken
  bool operator==(const UrlPeer&) const = default;
};

struct PeerEntry {
  std::string text;           // as written, without surrounding white space
  std::optional<NodeId> pin;  // only with Endpoint and HostPeer
  std::variant<Endpoint, HostPeer, DnsPeer, FilePeer, UrlPeer> target;  // an Endpoint is dialable

  // For logs and listings: a URL's user, password and query are left out.
  std::string Display() const;
  bool operator==(const PeerEntry&) const = default;
};

// The error is a whole line: "peer 'seed:x' has no port …".
Result<PeerEntry> ParsePeerEntry(std::string_view text);
// Only what is wrong, for callers that have named the entry already; empty when nothing is.
std::string ExplainPeerEntry(std::string_view text);
// 1 to 253 characters of RFC 1123 labels (and underscores), a final dot allowed; never something that looks like an
// IPv4 address.
bool IsHostName(std::string_view name);
// `text`, which may be any peer entry, without a URL's user, password and query.
std::string RedactUrl(std::string_view text);

}  // namespace hearsay
