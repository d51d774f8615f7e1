// SPDX-License-Identifier: MIT
//
// The life of a peer: the one table of transitions. SetState() in peer_book.cc refuses any other.
//
//   heard ─► dialling ─► verified ─► active ─► stale ─► retry ─► evicted
//
// From every state a ban leads to `banned`, the last one: the peer goes at once, and only the ban list remembers.
#pragma once

#include <utility>

#include "node/core/seam.h"

namespace hearsay {

inline constexpr std::pair<PeerState, PeerState> kTransitions[] = {
    {PeerState::kHeard, PeerState::kDialling},     // a known or heard endpoint is dialled
    {PeerState::kHeard, PeerState::kActive},       // it dialled us first
    {PeerState::kHeard, PeerState::kEvicted},
    {PeerState::kDialling, PeerState::kVerified},  // the dial proved id and endpoint
    {PeerState::kDialling, PeerState::kActive},    // proved, or it reached us meanwhile
    {PeerState::kDialling, PeerState::kRetry},     // no answer
    {PeerState::kDialling, PeerState::kRefused},   // another id lives there now
    {PeerState::kVerified, PeerState::kActive},    // a channel
    {PeerState::kVerified, PeerState::kDialling},  // re-verification
    {PeerState::kVerified, PeerState::kEvicted},
    {PeerState::kActive, PeerState::kStale},       // three misses
    {PeerState::kActive, PeerState::kVerified},    // the channel ended in peace: idle, or made room
    {PeerState::kActive, PeerState::kRetry},       // it said goodbye
    {PeerState::kActive, PeerState::kEvicted},     // a channel without a verified endpoint ended
    {PeerState::kStale, PeerState::kDialling},     // at once
    {PeerState::kStale, PeerState::kActive},       // it reached us first
    {PeerState::kStale, PeerState::kRetry},
    {PeerState::kStale, PeerState::kEvicted},
    {PeerState::kRetry, PeerState::kDialling},     // back-off over
    {PeerState::kRetry, PeerState::kActive},
    {PeerState::kRetry, PeerState::kEvicted},      // unseen beyond the horizon, or no room
    {PeerState::kRefused, PeerState::kDialling},
    {PeerState::kRefused, PeerState::kActive},
    {PeerState::kRefused, PeerState::kEvicted},
    {PeerState::kHeard, PeerState::kBanned},
    {PeerState::kDialling, PeerState::kBanned},
    {PeerState::kVerified, PeerState::kBanned},
    {PeerState::kActive, PeerState::kBanned},
    {PeerState::kStale, PeerState::kBanned},
    {PeerState::kRetry, PeerState::kBanned},
    {PeerState::kRefused, PeerState::kBanned},
};

constexpr bool IsTransition(PeerState from, PeerState to) {
  for (const auto& [a, b] : kTransitions) {
    if (a == from && b == to) return true;
  }
  return false;
}

}  // namespace hearsay
