// SPDX-License-Identifier: MIT
//
// Which node a person means who gives the first digits of its id.
#include <set>

#include "node/io/local_api_routes.h"
#include "node/io/node_id_prefix.h"

namespace hearsay {
namespace {

// Everybody whom the digits may mean: peers, banned ids, the node itself.
std::set<NodeId> Fitting(const NodeIdPrefix& prefix, const NodeView& node) {
  std::set<NodeId> ids;
  const auto consider = [&](const NodeId& id) {
    if (prefix.Matches(id)) ids.insert(id);
  };
  consider(node.Status().id);
  for (const PeerInfo& peer : node.Peers()) consider(peer.id);
  for (const BanEntry& ban : node.Bans()) {
    if (const auto* id = std::get_if<NodeId>(&ban.subject)) consider(*id);
  }
  return ids;
}

}  // namespace

tl::expected<NodeId, ApiAnswer> ApiRoutes::MeantNode(std::string_view text) const {
  const auto refuse = [](unsigned status, const std::string& why) {
    return tl::unexpected(ErrorAnswer(status, why));
  };
  const std::string quoted = "node id '" + std::string(text) + "'";
  const auto prefix = NodeIdPrefix::Parse(text);
  if (!prefix) return refuse(400, quoted + ": give " + std::string(NodeIdPrefix::kWanted));
  const std::set<NodeId> ids = Fitting(*prefix, node_);
  if (ids.empty()) {
    return refuse(404, "no peer " + prefix->digits() + " is known; `hearsay peers` lists those that are");
  }
  if (ids.size() > 1) {
    return refuse(400, quoted + " fits " + std::to_string(ids.size()) + " nodes; give more of its digits");
  }
  return *ids.begin();
}

}  // namespace hearsay
