// SPDX-License-Identifier: MIT
#include "node/io/peer_event_log.h"

#include <utility>

namespace hearsay {
namespace {

LogLevel LevelOf(PeerEventKind kind) {
  switch (kind) {
    case PeerEventKind::kDuplicateIdentity:
    case PeerEventKind::kBootstrapFailed:
      return LogLevel::kWarn;
    case PeerEventKind::kActive:
    case PeerEventKind::kStale:
    case PeerEventKind::kUpdated:
      return LogLevel::kDebug;
    default:
      return LogLevel::kInfo;
  }
}

std::string_view RemedyOf(PeerEventKind kind) {
  switch (kind) {
    case PeerEventKind::kDuplicateIdentity:
      return "give each node its own data dir";
    case PeerEventKind::kBootstrapFailed:
      return "the node goes on without it and tries again";
    default:
      return {};
  }
}

}  // namespace

void PeerEventLog::Write(const PeerEvent& event, Time now) {
  const LogLevel level = LevelOf(event.kind);
  if (!log_.Wants(level)) return;
  Lines& lines = lines_[event.kind];
  if (!lines.budget.Take(kRate, now)) {
    ++lines.left_out;
    return;
  }
  const std::uint64_t left_out = std::exchange(lines.left_out, 0);
  log_.Write(level, PeerEventName(event.kind),
            {{"node_id", event.id == NodeId{} ? std::string() : event.id.ToString()},
             {"endpoint", event.endpoint == Endpoint{} ? std::string() : event.endpoint.ToString()},
             {"reason", event.detail},
             {"remedy", std::string(RemedyOf(event.kind))},
             {"left_out", left_out == 0 ? std::string() : std::to_string(left_out)}});
}

}  // namespace hearsay
