// SPDX-License-Identifier: MIT
#include "node/io/peer_list.h"

#include "node/io/peer_list_json.h"

namespace hearsay {
namespace {

tl::unexpected<std::string> TooLong() {
  return tl::unexpected(std::string("is longer than 1 MiB; a peer list is 1,024 entries at most"));
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

Result<std::vector<PeerEntry>> ParsePeerListFile(std::string_view text, std::string_view network) {
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && text[first] == '{';
  return is_json ? ParsePeerListJson(text, network) : ParsePeerListText(text);
}

Result<std::vector<PeerEntry>> ParsePeerListJson(std::string_view text, std::string_view network) {
  auto list = ParsePeerListObject(text);
  if (!list) return tl::unexpected(list.error());
  // A signed list, read without a pinned key: who serves it is trusted, as with any other list.
  if (const auto inner = list->find("signed"); inner != list->end() && inner->is_string()) {
    const auto signed_list = ParsePeerListObject(inner->get_ref<const std::string&>());
    if (!signed_list) return tl::unexpected("\"signed\" " + signed_list.error());
    return TakePeers(*signed_list, network);
  }
  return TakePeers(*list, network);
}

}  // namespace hearsay
