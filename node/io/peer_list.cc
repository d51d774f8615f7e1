// SPDX-License-Identifier: MIT
#include "node/io/peer_list.h"

#include <nlohmann/json.hpp>

namespace hearsay {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSchema = 1;
// The list itself, its "peers", one peer, and room for what later versions nest.
constexpr int kMaxJsonDepth = 8;

tl::unexpected<std::string> TooLong() {
  return tl::unexpected(std::string("is longer than 1 MiB; a peer list is 1,024 entries at most"));
}

// Parses only as deep as kMaxJsonDepth: deeper values are dropped as they are read.
Result<json> ParseJson(std::string_view text) {
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxJsonDepth;
    return depth <= kMaxJsonDepth;
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

std::string_view NextLine(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

}  // namespace

Result<std::vector<PeerEntry>> ParsePeerListText(std::string_view text) {
  if (text.size() > kMaxPeerListBytes) return TooLong();
  std::vector<PeerEntry> out;
  for (std::size_t number = 1; !text.empty() && out.size() < kMaxPeerListEntries; ++number) {
    std::string_view line = NextLine(text);
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto entry = ParsePeerEntry(line);
    const std::string where = "line " + std::to_string(number) + ": ";
    if (!entry) return tl::unexpected(where + entry.error());
    if (!std::holds_alternative<Endpoint>(entry->target) && !std::holds_alternative<HostPeer>(entry->target)) {
      return tl::unexpected(where + "'" + entry->Display() + "' is another list; write endpoints and hosts only");
    }
    out.push_back(std::move(*entry));
  }
  return out;
}

Result<std::vector<PeerEntry>> ParsePeerListJson(std::string_view text, std::string_view network) {
  if (text.size() > kMaxPeerListBytes) return TooLong();
  const auto list = ParseJson(text);
  if (!list) return tl::unexpected(list.error());
  if (!list->is_object()) return tl::unexpected(std::string("is no JSON object with \"schema\" and \"peers\""));
  const auto schema = list->find("schema");
  if (schema == list->end() || *schema != kSchema) {
    return tl::unexpected(std::string("has no \"schema\": 1; this version reads schema 1"));
  }
  const auto of = list->find("network");
  if (of != list->end() && (!of->is_string() || (!network.empty() && of->get_ref<const std::string&>() != network))) {
    return tl::unexpected("is of another network than '" + std::string(network) + "'");
  }
  const auto peers = list->find("peers");
  if (peers == list->end() || !peers->is_array()) return tl::unexpected(std::string("has no array \"peers\""));
  std::vector<PeerEntry> out;
  for (std::size_t i = 0; i < peers->size() && out.size() < kMaxPeerListEntries; ++i) {
    auto entry = ParseJsonPeer((*peers)[i], "peers[" + std::to_string(i) + "]");
    if (!entry) return tl::unexpected(entry.error());
    out.push_back(std::move(*entry));
  }
  return out;
}

}  // namespace hearsay
