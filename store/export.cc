// SPDX-License-Identifier: MIT
// What goes out: the store page by page, one object a line.
#include "store/export.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "proto/rfc3339.h"

namespace hearsay {
namespace {

constexpr std::size_t kPagePeers = 4096;  // some 400 kB in memory

nlohmann::ordered_json ToJson(const NodeState& state) {
  nlohmann::ordered_json view = nlohmann::ordered_json::array();
  for (const NodeId& id : state.view) view.push_back(id.ToString());
  return {{"boot_epoch", state.boot_epoch}, {"listen_port", state.listen_port}, {"view", std::move(view)}};
}

nlohmann::ordered_json ToJson(const KnownPeer& peer) {
  nlohmann::ordered_json out{{"node_id", peer.id.ToString()},
                             {"endpoint", peer.endpoint.ToString()},
                             {"first_seen", FormatRfc3339Micros(peer.first_seen)},
                             {"last_seen", FormatRfc3339Micros(peer.last_seen)},
                             {"last_verified", FormatRfc3339Micros(peer.last_verified)},
                             {"failures", peer.failures}};
  if (peer.heard_from != 0) {
    ByteArray<8> prefix;
    StoreBigEndian(peer.heard_from, prefix.data());
    out["heard_from"] = ToHex(prefix);
  }
  return out;
}

nlohmann::ordered_json ToJson(const BanEntry& ban) {
  nlohmann::ordered_json out{{"ban", BanSubjectText(ban.subject)},
                             {"reason", ban.reason},
                             {"created", FormatRfc3339Micros(ban.created)},
                             {"expires", nullptr}};
  if (ban.expires != kNever) out["expires"] = FormatRfc3339Micros(ban.expires);
  return out;
}

}  // namespace

Result<ExportReport> ExportStore(const Store& store, std::ostream& out) {
  const auto state = store.LoadState();
  if (!state) return tl::unexpected(state.error());
  if (*state) out << ToJson(**state).dump() << '\n';
  ExportReport report;
  const auto bans = store.LoadBans();
  if (!bans) return tl::unexpected(bans.error());
  for (const BanEntry& ban : bans->bans) out << ToJson(ban).dump() << '\n';
  report.bans = bans->bans.size();
  report.skipped = bans->skipped;
  std::optional<NodeId> from;
  do {
    const auto page = store.LoadPeers(from, kPagePeers);
    if (!page) return tl::unexpected(page.error());
    for (const KnownPeer& peer : page->peers) out << ToJson(peer).dump() << '\n';
    report.peers += page->peers.size();
    report.skipped += page->skipped;
    from = page->next;
  } while (from && out);
  if (!out.flush()) return tl::unexpected(std::string("export: the output cannot be written; check its disk or pipe"));
  return report;
}

}  // namespace hearsay
