// SPDX-License-Identifier: MIT
//
// The words of seam.h, speakers.h and counters.h as they stand in JSON, metrics and logs.
#include "node/core/counters.h"
#include "node/core/seam.h"
#include "node/core/speakers.h"

namespace hearsay {

std::string_view PeerStateName(PeerState state) {
  switch (state) {
    case PeerState::kHeard: return "heard";
    case PeerState::kDialling: return "dialling";
    case PeerState::kVerified: return "verified";
    case PeerState::kActive: return "active";
    case PeerState::kStale: return "stale";
    case PeerState::kRetry: return "retry";
    case PeerState::kRefused: return "refused";
  }
  return "unknown";
}

std::string_view PeerEventName(PeerEventKind kind) {
  switch (kind) {
    case PeerEventKind::kVerified: return "peer_verified";
    case PeerEventKind::kActive: return "peer_active";
    case PeerEventKind::kStale: return "peer_stale";
    case PeerEventKind::kLeft: return "peer_left";
    case PeerEventKind::kEvicted: return "peer_evicted";
    case PeerEventKind::kUpdated: return "peer_updated";
    case PeerEventKind::kDuplicateIdentity: return "duplicate_identity";
    case PeerEventKind::kBootstrapFailed: return "bootstrap_failed";
    case PeerEventKind::kSelfEndpoint: return "self_endpoint";
    case PeerEventKind::kBanned: return "peer_banned";
  }
  return "unknown";
}

std::string_view InfluenceName(Influence influence) {
  switch (influence) {
    case Influence::kFull: return "full";
    case Influence::kDoubtful: return "doubtful";
    case Influence::kNone: return "none";
  }
  return "unknown";
}

std::string_view CounterName(Counter counter) {
  switch (counter) {
    case Counter::kDatagramsReceived: return "datagrams_received";
    case Counter::kDatagramsSent: return "datagrams_sent";
    case Counter::kBytesReceived: return "bytes_received";
    case Counter::kBytesSent: return "bytes_sent";
    case Counter::kHellosReceived: return "hellos_received";
    case Counter::kQueriesSent: return "queries_sent";
    case Counter::kDialsStarted: return "dials_started";
    case Counter::kDialsSucceeded: return "dials_succeeded";
    case Counter::kDialsFailed: return "dials_failed";
    case Counter::kHandshakesAccepted: return "handshakes_accepted";
    case Counter::kSignaturesVerified: return "signatures_verified";
    case Counter::kSignaturesMade: return "signatures_made";
    case Counter::kKeepalivesSent: return "keepalives_sent";
    case Counter::kKeepalivesReceived: return "keepalives_received";
    case Counter::kPullsSent: return "pulls_sent";
    case Counter::kPullsAnswered: return "pulls_answered";
    case Counter::kSampleEndpointsReceived: return "sample_endpoints_received";
    case Counter::kPathChallenges: return "path_challenges";
    case Counter::kRoamed: return "roamed";
    case Counter::kResetsSent: return "resets_sent";
    case Counter::kResetsReceived: return "resets_received";
    case Counter::kSessionsReplaced: return "sessions_replaced";
    case Counter::kPeersVerified: return "peers_verified";
    case Counter::kPeersStale: return "peers_stale";
    case Counter::kPeersLeft: return "peers_left";
    case Counter::kPeersEvicted: return "peers_evicted";
    case Counter::kLiarsShunned: return "liars_shunned";
    case Counter::kPeersBanned: return "peers_banned";
    case Counter::kSuspicionsSent: return "suspicions_sent";
    case Counter::kSuspicionsReceived: return "suspicions_received";
    case Counter::kBootstrapContacts: return "bootstrap_contacts";
    case Counter::kBootstrapFailures: return "bootstrap_failures";
    case Counter::kCount: break;
  }
  return "unknown";
}

}  // namespace hearsay
