// SPDX-License-Identifier: MIT
//
// Returns: those who were lost together come back together.
//
// A network that is cut in two loses half of its peers at one moment, and each of them gets a back-off of its own,
// which has doubled for as long as the cut was there. When the first of them is heard again the cut has healed, so
// whoever was lost within kTogether of it is dialled now, at most kMaxReturns of them, within the verification budget.
// Each of those does the same where it is; a minute's cut heals in a second or two.
// What a peer gains that comes and goes on purpose: dials of ours to peers that were lost when it was, once in
// kReturnWait. It can't make us dial anybody whom we have not verified.
#include "node/core/node_impl.h"

namespace hearsay {
namespace {

constexpr Duration kTogether = 2 * kRoundTime;  // a peer on the internet is heard at least that often
constexpr Duration kReturnWait = milliseconds{200};
constexpr std::size_t kMaxReturns = kViewSlots;

bool WasLostWith(const Peer& peer, Time lost_at) {
  const Time seen = peer.last_seen;
  return seen >= lost_at - kTogether && seen <= lost_at + kTogether;
}

}  // namespace

void Node::Impl::OnReturn(Time lost_at, Time now) {
  if (now < returned_at_ + kReturnWait) return;
  returned_at_ = now;
  returned_lost_at_ = lost_at;
  std::size_t left = kMaxReturns;
  for (Peer* other : book_.table()) {
    if (other->state != PeerState::kRetry) continue;
    if (!WasLostWith(*other, lost_at) || speakers_.Of(PrefixOf(other->id), now) == Influence::kNone) continue;
    timers_.SetNoLater(other->retry, now + Jittered(kReturnStagger));
    if (--left == 0) return;
  }
}

// A dial that began before the cut healed, and failed: its packets were lost in the cut, so it counts for nothing.
bool Node::Impl::FailedInTheCut(const Peer& peer, Time now) const {
  const Duration dial = 2 * rhythm_.DialWait(peer.endpoint.scope(), kMaxDialAttempts - 1);
  return now < returned_at_ + dial && WasLostWith(peer, returned_lost_at_);
}

}  // namespace hearsay
