// SPDX-License-Identifier: MIT
//
// Node: where a peer receives. Path challenges: is it where its record says, where its packets come from now, where it
// was a while ago?
#include <algorithm>
#include <tuple>

#include "node/core/node_impl.h"

namespace hearsay {
namespace {

constexpr Duration kVerifyWait = seconds{5};  // until an unanswered challenge to an announced endpoint is repeated
constexpr int kElsewhereAttempts = 3;  // challenges to where its packets do not come from; a dial may try it then

}  // namespace

// A peer that dialled us is proved where its signed record says it lives, by a sealed challenge sent there: it answers
// only if that endpoint reaches it, and it announces only endpoints that it knows to be its own. Worth a dial of ours.
void Node::Impl::ConsiderVerifying(Peer& peer, Time now, Effects& out) {
  const Channel& channel = *peer.channel;
  const std::vector<Endpoint>& announced = channel.record->endpoints;
  const Scope scope = channel.path.scope();
  // It may have moved: then it is proved where it is now.
  const bool elsewhere = peer.endpoint != channel.path && Announces(peer, channel.path);
  if (peer.in_table && !elsewhere && Announces(peer, peer.endpoint)) return;
  // An endpoint that is announced may be a victim's, as one that is told may: a few packets, and then it is left alone.
  const PathChallenge& open = channel.verify;
  const auto is_tried = [&](const Endpoint& e) {
    const bool in_vain = open.token != 0 && open.to == e && open.attempts >= kElsewhereAttempts;
    return e != channel.path && (in_vain || unanswered_.Contains(e, now));
  };
  // Best where its packets come from; else in the scope and the family that they come in.
  const auto fit = [&](const Endpoint& e) {
    return std::tuple(e == channel.path, e.scope() == scope, e.address.IsV4() == channel.path.address.IsV4());
  };
  const Endpoint* best = nullptr;
  for (const Endpoint& e : announced) {
    if (!MayTravel(e.scope(), scope) || bans_.Has(e.address) || is_tried(e)) continue;
    if (best == nullptr || fit(e) > fit(*best)) best = &e;
  }
  if (best == nullptr) return;
  // Where it was proved already that its packets come from there, nobody else is bothered: as soon as a loss is likely.
  // (Who never answers must not use up what there is for newcomers.)
  const bool patient = open.to == *best && open.attempts >= kVerifyAttempts;
  const Duration soon = patient ? kRoundTime : rhythm_.ProbeTimeout(scope, channel.rtt);
  const Duration wait = *best == channel.path ? soon : kVerifyWait;
  const bool moved = *best == channel.path && *best != open.to;
  if (open.token != 0 && !moved && now < open.sent_at + wait) return;
  const bool costly = *best != channel.path && !IsLanScope(best->scope());
  const Work work = costly ? Work::kElsewhere : Work::kChallenge;
  if (!asked_work_.Take(work, now)) return;  // its next record or our next round tries again
  GiveUpChallenge(channel, now);
  Challenge(peer, peer.channel->verify, *best, now, out);
  Rearm(peer, now);
}

// Has it perhaps moved there? Two who both live in IPv4 and IPv6, each spoken to in the other family than it speaks in,
// would follow each other for ever: one follows at once, the other when its own path fails.
bool Node::Impl::MayFollow(const Peer& peer, const Endpoint& from, Time now) const {
  const Channel& channel = *peer.channel;
  const bool same_family = from.address.IsV4() == channel.path.address.IsV4();
  return same_family || identity_.id() < peer.id || now > channel.proved_at + kFresh / 2;
}

// The challenge under way, if there is one, was not answered.
void Node::Impl::GiveUpChallenge(const Channel& channel, Time now) {
  const PathChallenge& open = channel.verify;
  if (open.token == 0 || open.to == channel.path || IsLanScope(open.to.scope())) return;
  unanswered_.AddToAddress(open.to.address, book_.verified_count() <= kViewSlots, now);
}

void Node::Impl::Challenge(Peer& peer, PathChallenge& challenge, const Endpoint& to, Time now, Effects& out) {
  const int attempts = challenge.to == to ? challenge.attempts + 1 : 1;
  challenge = {.token = rng_.Next64() | 1, .to = to, .sent_at = now, .attempts = attempts};
  counters_.Add(Counter::kPathChallenges);
  Keepalive& keepalive = Draft(peer, now);
  if (to != peer.channel->path) keepalive.Clear();  // no larger than need be: somebody else may live there
  keepalive.path_challenge = challenge.token;
  keepalive.record.clear();
  SendDraftTo(peer, keepalive, to, now, out);
}

// A path response goes where the challenge came from. From elsewhere than the channel's path anybody may have sent
// that on with a victim's address: nothing else rides along.
void Node::Impl::RespondElsewhere(Peer& peer, std::uint64_t token, const Endpoint& to, Time now, Effects& out) {
  Keepalive& answer = Draft(peer, now);
  answer.Clear();
  answer.path_response = token;
  SendDraftTo(peer, answer, to, now, out);
}

void Node::Impl::OnPathResponse(Peer& peer, const Keepalive& in, const Datagram& datagram, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  // As with a dial, the answer must come from where we sent to. (A response of 0 is none, so it matches no closed one.)
  const auto answers = [&](const PathChallenge& c) { return c.token == in.path_response && c.to == datagram.from; };
  const bool verified = answers(channel.verify);
  if (!verified && !answers(channel.roam)) return counters_.Drop(Error::kNotExpected);
  const PathChallenge answered = std::exchange(verified ? channel.verify : channel.roam, {});
  channel.rtt.Add(now - answered.sent_at);
  peer.Answered();
  if (verified) return SetVerified(peer, answered.to, now, out);
  if (answered.to != std::exchange(channel.path, answered.to)) counters_.Add(Counter::kRoamed);
  channel.proved_at = now;
  const bool is_entry = peer.in_table && peer.endpoint == answered.to;
  if (is_entry || Announces(peer, answered.to)) SetVerified(peer, answered.to, now, out);
}

// Where it was proved to receive a while ago: does it still? Whom we keep a channel to is pinged anyhow.
void Node::Impl::ProveAgain(Peer& peer, Time now, Effects& out) {
  Channel& channel = *peer.channel;
  if (channel.dismissed) return;
  const bool old_entry = peer.in_table && now > peer.last_verified + kFresh / 2;
  const bool is_there = peer.in_table && peer.endpoint == channel.path;
  // Whoever may be dead is left to its probe: then it stays known. Nor is anybody asked while we are stopped.
  const bool lives = now < channel.last_heard + 2 * kRoundTime;
  const Time asked_since = std::max<Time>({peer.last_verified, channel.opened_at, running_since_});
  if (old_entry && lives && now > asked_since + 2 * kFresh) return LoseEndpoint(peer, now, out);
  // Our own schedule, one a round: what others make us challenge must not take from it.
  const bool old_path = now > channel.proved_at + kFresh / 2 || (old_entry && is_there);
  if (old_path && !Keeps(peer)) Challenge(peer, channel.roam, channel.path, now, out);
  // Somebody else may live there by now.
  const bool tried = channel.verify.to == peer.endpoint && channel.verify.attempts >= kElsewhereAttempts;
  if (!old_entry || is_there || tried || Announces(peer, channel.path)) return;
  Challenge(peer, channel.verify, peer.endpoint, now, out);
}

// It lives, but no longer there. Its next record proves where.
void Node::Impl::LoseEndpoint(Peer& peer, Time now, Effects& out) {
  counters_.Add(Counter::kPeersEvicted);
  Emit(PeerEventKind::kEvicted, peer, "is no longer where it was proved", out);
  book_.DropFromTable(peer);
  Withdraw(peer, now);
  peer.endpoint = peer.channel->path;
  if (peer.channel->record) ConsiderVerifying(peer, now, out);
}

}  // namespace hearsay
