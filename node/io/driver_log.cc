// SPDX-License-Identifier: MIT
#include "node/io/driver_log.h"

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

void LogPeerEvent(Log& log, const PeerEvent& event) {
  const LogLevel level = LevelOf(event.kind);
  if (!log.Wants(level)) return;
  log.Write(level, PeerEventName(event.kind),
            {{"node_id", event.id == NodeId{} ? std::string() : event.id.ToString()},
             {"endpoint", event.endpoint == Endpoint{} ? std::string() : event.endpoint.ToString()},
             {"reason", event.detail},
             {"remedy", std::string(RemedyOf(event.kind))}});
}

}  // namespace hearsay
