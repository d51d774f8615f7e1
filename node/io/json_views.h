// SPDX-License-Identifier: MIT
//
// JSON views: the objects that the local API serves and `--json` prints. docs/api.md describes every key.
//
// Keys are snake_case in a fixed order; times are RFC 3339 in UTC; what is absent is null, never missing. Texts from
// other nodes are escaped, and invalid UTF-8 in them becomes U+FFFD, so the output is always valid JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/core/seam.h"
#include "node/io/node_view.h"

namespace hearsay {

// What the view does not know: who serves it.
struct ApiIdentity {
  std::string address;   // "127.0.0.1:7076" or "unix:/path"
  std::string software;  // "hearsay/0.1.0"
};

// Which peers to show; all conditions must hold.
struct PeerFilter {
  std::vector<std::pair<std::string, std::string>> attributes;
  std::optional<PeerState> state;
  std::optional<bool> in_view;

  bool Matches(const PeerInfo& peer) const;
};
std::optional<PeerState> ParsePeerState(std::string_view name);
std::string PeerStateNames();  // "dialling, verified, ...", for error texts

std::string StatusJson(const NodeView& node, const ApiIdentity& api);
// {"peers":[...]}
std::string PeersJson(const std::vector<PeerInfo>& peers, const PeerFilter& filter);
std::string PeerJson(const PeerInfo& peer);
std::string ExplanationJson(const PeerExplanation& why);
// {"bans":[...]}
std::string BansJson(const std::vector<BanEntry>& bans);
// `warning`: what the operator should know besides, null when empty.
std::string BanJson(const BanEntry& ban, std::string_view warning);
std::string UnbannedJson(const BanSubject& subject, std::string_view warning);
// `unhealthy` is empty when all is well; else why not, for people.
std::string HealthJson(const NodeView& node, std::string_view unhealthy);
std::string EventJson(std::uint64_t id, Time at, const PeerEvent& event, std::size_t max_detail_bytes);
// {"error":"..."}
std::string ErrorJson(std::string_view text);

}  // namespace hearsay
