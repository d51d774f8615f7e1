// SPDX-License-Identifier: MIT
//
// The life of a peer: the one table of transitions. SetState() in peer_book.cc refuses any other.
//
//   dialling ─► active ─► verified ─► dialling
//                  └────► retry ────────┘
//
// `stale` is passed within one step, on the way from active to dialling or retry. Whoever is evicted or banned is gone:
// there is no state for it.
#pragma once

#include <utility>

#include "node/core/seam.h"

namespace hearsay {

inline constexpr std::pair<PeerState, PeerState> kTransitions[] = {
    {PeerState::kHeard, PeerState::kActive},       // a handshake proved its id, whoever dialled
    {PeerState::kDialling, PeerState::kActive},    // proved, or it reached us meanwhile
    {PeerState::kDialling, PeerState::kRetry},     // no answer
    {PeerState::kDialling, PeerState::kRefused},   // another id lives there now
    {PeerState::kVerified, PeerState::kActive},    // a channel
    {PeerState::kVerified, PeerState::kDialling},  // chosen, or re-verified
    {PeerState::kActive, PeerState::kStale},       // three misses
    {PeerState::kActive, PeerState::kVerified},    // the channel ended in peace: idle, or made room
    {PeerState::kActive, PeerState::kRetry},       // it said goodbye, or we did
    {PeerState::kStale, PeerState::kDialling},     // at once
    {PeerState::kStale, PeerState::kRetry},
    {PeerState::kRetry, PeerState::kDialling},     // back-off over
    {PeerState::kRetry, PeerState::kActive},
    {PeerState::kRefused, PeerState::kDialling},
    {PeerState::kRefused, PeerState::kActive},
};

constexpr bool IsTransition(PeerState from, PeerState to) {
  for (const auto& [a, b] : kTransitions) {
    if (a == from && b == to) return true;
  }
  return false;
}

}  // namespace hearsay
