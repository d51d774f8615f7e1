// SPDX-License-Identifier: MIT
//
// Peer: another node as seen from here; Channel: the live, authenticated pipe to it.
//
// A Peer without a channel is small (there may be 16,384 of them, 120 bytes each); all that only a live peer needs is
// in its Channel. Peers live in the slab of the PeerBook, which alone makes and links them.
// A channel holds at most kMaxSessions UDP sessions: one that sends, others that only drain.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "node/core/admission.h"
#include "node/core/liveness.h"
#include "node/core/seam.h"
#include "node/core/timers.h"
#include "node/core/token_bucket.h"
#include "node/core/whole_seconds.h"
#include "proto/keepalive.h"
#include "proto/session.h"

namespace hearsay {

inline constexpr std::size_t kMaxSessions = 4;
inline constexpr std::size_t kMaxInbound = 256;        // channels that we did not choose: four views
inline constexpr std::size_t kMaxInboundPerGroup = 8;  // of one global address group; 32 groups fill all places
// Pulls that a channel may ask of us: eager at the start (a newcomer, a crawler), then slow. Guess.
inline constexpr Rate kPullRate{.tokens = 2, .period = std::chrono::seconds{1}, .burst = 24};

struct UdpSession {
  explicit UdpSession(const SessionKeys& keys) : session(keys) {}
  Session session;
  NodeId initiator;
  std::uint64_t epochs = 0;         // sum of both boot epochs: grows when either side restarts
  std::uint64_t dial_sequence = 0;  // of the initiator
  Time established{};
  Time drain_until = kNever;        // kNever while it is the one that sends
  bool doubted = false;             // its peer said that it holds no such session
};

// What a handshake made, for the channel that it becomes or joins.
struct NewSession {
  std::unique_ptr<UdpSession> session;
  Endpoint path;
  std::uint64_t peer_epoch = 0;
  bool inbound = false;
  bool preconfigured = false;
};

// SPEC "Choosing a session": both sides come to the same answer from what both know.
bool IsBetterSession(const UdpSession& a, const UdpSession& b, Time now);

inline constexpr int kVerifyAttempts = 4;  // in a row and soon, where a challenge or its answer may have been lost

// A number that only its answerer can know, sent to an endpoint: whoever returns it receives there.
struct PathChallenge {
  std::uint64_t token = 0;  // 0: none is open
  Endpoint to;
  Time sent_at{};
  int attempts = 0;  // sent there in a row, this one included
};

struct Channel {
  Channel(std::uint32_t peer, std::size_t place) : place_in_channels(place), timer(TimerKind::kChannel, peer) {}

  std::size_t place_in_channels;  // of the book

  std::vector<std::unique_ptr<UdpSession>> sessions;  // the first one sends
  Endpoint path;                                      // where our packets go
  Time proved_at{};  // that it receives there: by a handshake, or an answer to a ping or challenge of ours
  Endpoint pinged;                                    // where the open probe's attempts went; none: to several
  Endpoint first_path;                                // where it began
  Endpoint local;                                     // ours, at which its packets come in
  std::uint64_t peer_epoch = 0;
  Time opened_at{};
  Time last_heard{};
  bool inbound = false;        // the peer dialled us and we have not chosen it
  bool spare = false;          // we said that we have no use for it, and the peer has not said that it has
  bool dismissed = false;      // the peer has no room for us: ends as soon as its last packets had time to come
  bool preconfigured = false;  // reached through the operator's list: may be pulled though not verified

  // Liveness: one probe at a time.
  Timer timer;
  LivenessProbe probe;
  LossEstimate loss;
  RoundTrip rtt;

  // Node records, ours and theirs.
  std::unique_ptr<NodeRecord> record;
  std::uint64_t peer_holds = 0;
  std::uint64_t record_sent = 0;
  Time record_sent_at{};

  PathChallenge verify;  // does it live where its record says?
  PathChallenge roam;    // has it moved to where its packets come from now?
  Time asked_where_at{};  // by a dial, where it sees us
  TokenBucket pulls{kPullRate};
  ChannelAllowance allowance;
  bool pull_open = false;      // we asked and read one answer
  std::uint64_t record_held() const { return record ? record->sequence : 0; }
  // The number of the probe's next attempt, which goes to `path`.
  std::uint32_t NextPing(Time now, std::uint64_t draw, LivenessProbe::Cause cause = LivenessProbe::Cause::kOwn) {
    pinged = !probe.open() || pinged == path ? path : Endpoint{};
    return probe.Attempt(now, draw, cause);
  }
};

struct Peer {
  explicit Peer(std::uint32_t number) : retry(TimerKind::kRetry, number) {}
  std::uint32_t number() const { return retry.owner; }  // in the book's slab

  NodeId id;
  Endpoint endpoint;            // verified when in_table; else the channel's path
  PeerState state = PeerState::kHeard;
  bool in_table = false;        // its endpoint was proved to us, in this run or an earlier one
  bool has_error = false;
  bool silent = false;          // it was stale, and has answered no ping or challenge since
  Error last_error{};
  std::uint32_t failures = 0;
  WholeSeconds first_seen;
  WholeSeconds last_seen;
  WholeSeconds last_verified;
  WholeSeconds persisted_at;
  Timer retry;
  // Kept by PeerBook and GroupTable, while in_table.
  std::uint32_t table_index = 0;
  std::uint32_t group = 0;
  std::uint32_t newer = 0;  // its neighbours in its group
  std::uint32_t older = 0;

  IdPrefix heard_from = 0;      // as KnownPeer::heard_from
  std::unique_ptr<Channel> channel;

  // It received what we sent it.
  void Answered() {
    if (std::exchange(silent, false)) failures = 0;
  }
  bool IsVerified() const {
    return in_table && (state == PeerState::kVerified || state == PeerState::kActive);
  }
};
static_assert(sizeof(Peer) <= 120);

}  // namespace hearsay
