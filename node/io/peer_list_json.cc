// SPDX-License-Identifier: MIT
#include "node/io/peer_list_json.h"

#include "node/io/peer_list.h"

namespace hearsay {
namespace {

using nlohmann::json;

// Parses only as deep as kMaxPeerListDepth: deeper values are dropped as they are read.
Result<json> ParseJson(std::string_view text) {
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxPeerListDepth;
    return depth <= kMaxPeerListDepth;
  };
  try {
    json value = json::parse(text.begin(), text.end(), shallow);
    if (too_deep) return tl::unexpected(std::string("nests deeper than 8 levels; that is no peer list"));
    return value;
  } catch (const json::parse_error& error) {
    return tl::unexpected("is not JSON: first error at byte " + std::to_string(error.byte));
  } catch (const json::exception&) {
    return tl::unexpected(std::string("holds a number that no double can hold; that is no peer list"));
  }
}

Result<PeerEntry> ParseJsonPeer(const json& peer, const std::string& where) {
  const auto wrong = [&](const char* why) { return tl::unexpected(where + why); };
  if (!peer.is_object()) return wrong(" is no object; write {\"endpoint\": \"ADDRESS:PORT\"}");
  const auto text = peer.find("endpoint");
  if (text == peer.end() || !text->is_string()) return wrong(" has no text \"endpoint\"");
  PeerEntry entry;
  entry.text = text->get<std::string>();
  const auto endpoint = Endpoint::Parse(entry.text);
  if (!endpoint || !endpoint->IsDialable()) return wrong(".endpoint is no ADDRESS:PORT that a peer can have");
  entry.target = *endpoint;
  if (const auto id = peer.find("node_id"); id != peer.end()) {
    if (!id->is_string() || !(entry.pin = NodeId::Parse(id->get<std::string>()))) {
      return wrong(".node_id is not 64 hex digits");
    }
  }
  return entry;
}

}  // namespace

Result<json> ParsePeerListObject(std::string_view text) {
  if (text.size() > kMaxPeerListBytes) {
    return tl::unexpected(std::string("is longer than 1 MiB; a peer list is 1,024 entries at most"));
  }
  auto list = ParseJson(text);
  if (!list) return list;
  if (!list->is_object()) return tl::unexpected(std::string("is no JSON object with \"schema\" and \"peers\""));
  const auto schema = list->find("schema");
  if (schema == list->end() || *schema != kPeerListSchema) {
    return tl::unexpected(std::string("has no \"schema\": 1; this version reads schema 1"));
  }
  return list;
}

Result<std::vector<PeerEntry>> TakePeers(const json& list, std::string_view network) {
  const auto of = list.find("network");
  if (of != list.end() && (!of->is_string() || (!network.empty() && of->get_ref<const std::string&>() != network))) {
    return tl::unexpected("is of another network than '" + std::string(network) + "'");
  }
  const auto peers = list.find("peers");
  if (peers == list.end() || !peers->is_array()) return tl::unexpected(std::string("has no array \"peers\""));
  std::vector<PeerEntry> out;
  for (std::size_t i = 0; i < peers->size() && out.size() < kMaxPeerListEntries; ++i) {
    auto entry = ParseJsonPeer((*peers)[i], "peers[" + std::to_string(i) + "]");
    if (!entry) return tl::unexpected(entry.error());
    out.push_back(std::move(*entry));
  }
  return out;
}

}  // namespace hearsay
