// SPDX-License-Identifier: MIT
#include "tools/peers_table.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "proto/rfc3339.h"
#include "proto/text.h"
#include "tools/duration.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

std::string Ago(const Json& time, Time now) {
  if (!time.is_string()) return "-";
  const std::optional<Time> then = ParseRfc3339(time.get<std::string>());
  if (!then) return "?";
  return RoughDuration(std::chrono::seconds{UnixSeconds(now) - UnixSeconds(*then)});
}

std::string RoundTrip(const Json& rtt_ms) {
  if (!rtt_ms.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, rtt_ms.get<double>() < 100 ? "%.2fms" : "%.0fms", rtt_ms.get<double>());
  return text;
}

// What went wrong where something did, else what the peer says of itself.
std::string About(const Json& peer) {
  if (peer.at("state") != "active" && peer.at("last_error").is_string()) return peer.at("last_error");
  std::string out = peer.at("name");
  for (const auto& [key, value] : peer.at("attributes").items()) {
    out += (out.empty() ? "" : " ") + key + "=" + value.get<std::string>();
  }
  return out;
}

// Cut to the terminal's width, between characters of UTF-8; a byte is taken for a column.
std::string Fit(std::string line, std::size_t columns) {
  if (line.size() <= columns) return line;
  std::size_t end = columns - 1;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  return line.substr(0, end) + "~";
}

std::string Row(const Json& peer, Time now) {
  const std::string endpoint = peer.at("endpoint").is_string() ? peer.at("endpoint").get<std::string>() : "-";
  char start[160];
  std::snprintf(start, sizeof start, "%-8.8s %-8.8s %-4s %-21s %8s %4s  ",
                peer.at("node_id").get<std::string>().c_str(), peer.at("state").get<std::string>().c_str(),
                peer.at("in_view").get<bool>() ? "yes" : "-", endpoint.c_str(), RoundTrip(peer.at("rtt_ms")).c_str(),
                Ago(peer.at("last_seen"), now).c_str());
  return start + About(peer);
}

}  // namespace

std::string PeersTable(const Json& peers, const TableSize& size, Time now, std::string_view line_end) {
  std::string out;
  const auto add = [&](std::string line) { out.append(Fit(std::move(line), size.columns)).append(line_end); };
  constexpr std::size_t kOthers = 2;  // the heading and the sum
  const std::size_t room = std::max(size.rows, kOthers + 1) - kOthers;
  const bool is_cut = peers.size() > room;
  const std::size_t shown = is_cut ? room - 1 : peers.size();
  add("NODE ID  STATE    VIEW ENDPOINT                   RTT SEEN  NAME, ATTRIBUTES");
  for (std::size_t i = 0; i < shown; ++i) add(Printable(Row(peers.at(i), now)));
  if (is_cut) add("… and " + std::to_string(peers.size() - shown) + " more");
  add(std::to_string(peers.size()) + (peers.size() == 1 ? " peer" : " peers"));
  return out;
}

}  // namespace hearsay
