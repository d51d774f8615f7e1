// SPDX-License-Identifier: MIT
//
// Bans: whom this node has nothing to do with.
//
// What holds, checked by CheckInvariants: no peer in the book is banned, by its id, its endpoint or its channel's path.
// So none is sampled, retried or kept. What comes from a banned address is dropped before anything else is looked at;
// a banned id gets no signature and no session; a banned endpoint is not dialled, whoever names it.
// A banned peer is told goodbye, as by any node that leaves: an honest one then does not spread the suspicion that we
// are dead, and a hostile one learns no more than our silence would tell it.
#include "node/core/node_impl.h"
#include "proto/check.h"

namespace hearsay {

bool Node::Impl::IsBanned(const Peer& peer) const {
  return bans_.Has(peer.id) || bans_.Has(peer.endpoint.address) ||
         (peer.channel != nullptr && bans_.Has(peer.channel->path.address));
}

void Node::Impl::TakeBans(std::vector<BanEntry> stored, Time now) {
  bans_.Load(std::move(stored), now);
  bans_.ReplaceSettings(config_.bans, now);
  if (bans_.NextExpiry() != kNever) timers_.Set(ban_ends_, std::max(bans_.NextExpiry(), now));
}

tl::expected<void, BanRefusal> Node::Impl::Ban(const BanEntry& ban, Time now, Effects& out) {
  HEARSAY_CHECK(ban.source == BanSource::kCommand);
  if (left_) return {};
  if (ban.subject == BanSubject(identity_.id())) return tl::unexpected(BanRefusal::kSelf);
  if (ban.expires <= now) return tl::unexpected(BanRefusal::kOver);
  if (!bans_.Put(ban, now)) return tl::unexpected(BanRefusal::kFull);
  // First, so that what it ends is not stored before it.
  out.Add(PersistBan{ban});
  const std::size_t first_effect = out.list.size();
  ApplyBans(ban.reason, now, out);
  CountSends(first_effect, out);
  return {};
}

tl::expected<void, BanRefusal> Node::Impl::Unban(const BanSubject& subject, Time now, Effects& out) {
  if (!bans_.Remove(subject, BanSource::kCommand, now)) {
    return tl::unexpected(bans_.Holds(subject, BanSource::kSettings) ? BanRefusal::kSettings : BanRefusal::kUnknown);
  }
  out.Add(ForgetBan{subject});
  // Preconfigured peers among those whom it covered are looked for again.
  if (!bootstrap_.empty()) timers_.SetNoLater(bootstrap_timer_, now + Bootstrap::kFirstDelay);
  return {};
}

// The timer: bans that are over are forgotten.
void Node::Impl::EndBans(Time now, Effects& out) {
  for (const BanEntry& ban : bans_.Expire(now)) {
    if (ban.source == BanSource::kCommand) out.Add(ForgetBan{ban.subject});
  }
  if (!bootstrap_.empty()) timers_.SetNoLater(bootstrap_timer_, now + Bootstrap::kFirstDelay);
  if (bans_.NextExpiry() != kNever) timers_.Set(ban_ends_, bans_.NextExpiry());
}

// After a change of the list: those whom it covers now go.
void Node::Impl::ApplyBans(std::string_view reason, Time now, Effects& out) {
  if (bans_.NextExpiry() != kNever) {
    timers_.Set(ban_ends_, bans_.NextExpiry());
  } else {
    timers_.Cancel(ban_ends_);
  }
  std::vector<Peer*> banned;
  book_.peers().ForEach([&](Peer& peer) {
    if (IsBanned(peer)) banned.push_back(&peer);
  });
  for (Peer* peer : banned) EndBanned(*peer, reason, now, out);
  dialler_.CancelIf([this](const DialRequest& request) { return bans_.Has(request.endpoint.address); });
  if (!banned.empty()) timers_.SetNoLater(budget_, now);
}

void Node::Impl::EndBanned(Peer& peer, std::string_view reason, Time now, Effects& out) {
  counters_.Add(Counter::kPeersBanned);
  Emit(PeerEventKind::kBanned, peer, reason, out);
  const NodeId id = peer.id;
  const bool in_table = peer.in_table;
  timers_.Cancel(peer.retry);
  if (peer.channel) {
    SendLeave(peer, LeaveKind::kGoodbye, out);
    CloseChannel(peer, PeerState::kRetry, out, now);  // one that is not in the table is gone with it
  }
  if (!in_table) return;
  Withdraw(peer, now);
  book_.Remove(id);
  view_changed_ = true;
  out.Add(ForgetPeer{id});
}

}  // namespace hearsay
