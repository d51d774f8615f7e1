// SPDX-License-Identifier: MIT
#include "node/core/node.h"

#include <algorithm>

#include "node/core/node_impl.h"
#include "proto/check.h"

namespace hearsay {
namespace {

// Whom an earlier run contacted is not known: its mappings may still lead to us.
Time UnsureUntil(const NodeState& before, Time now) {
  return before.boot_epoch == 0 ? Time{} : now + OwnAddress::kContactLife;
}

constexpr std::uint64_t kEpochsOfASequence = 1000;  // a record's counts milliseconds, which a crawl has room for

NodeState NextState(NodeState state, Rng& rng, Time now) {
  // Greater than any before, whatever the wall clock did; and those of two copies started together differ.
  const auto unix_now = static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
  const std::uint64_t stored = std::min(state.boot_epoch, UINT64_MAX - 1 - kEpochsOfASequence);
  state.boot_epoch = std::max(stored + kEpochsOfASequence, unix_now);
  if (state.table_secret == ByteArray<16>{}) rng.Fill(state.table_secret);
  return state;
}

const AddressGroups* GroupsOf(const CoreConfig& config) {
  return config.address_groups == nullptr ? &AddressGroups::Plain() : config.address_groups;
}

}  // namespace

Node::Impl::Impl(CoreConfig config, Identity identity, NetworkKey network, Snapshot snapshot, const Rng::Seed& seed,
                 Time now)
    : config_(std::move(config)),
      identity_(std::move(identity)),
      network_(std::move(network)),
      rng_(seed),
      rhythm_(config_.profile),
      groups_(GroupsOf(config_)),
      state_(NextState(snapshot.state, rng_, now)),
      started_at_(now),
      book_(state_.table_secret, kTableCapacity, *groups_),
      view_(state_.slot_seeds, rng_, *groups_),
      own_(config_.announce, UnsureUntil(snapshot.state, now)),
      dialler_(identity_, network_, state_.boot_epoch, rhythm_, codec_, rng_, counters_),
      admission_(rng_.Array<16>()),
      responder_(identity_, network_, state_.boot_epoch, admission_, codec_, rng_, counters_),
      bootstrap_(config_),
      hearsay_(state_.table_secret),
      unanswered_(state_.table_secret, now),
      inbound_(state_.table_secret),
      record_sequence_(state_.boot_epoch / kEpochsOfASequence),
      hearsay_dials_(rhythm_.VerificationRate(Scope::kPrivate, true)),
      known_dials_(rhythm_.VerificationRate(Scope::kPrivate, true)),
      tells_(rhythm_.TellRate(Scope::kPrivate)) {
  state_.listen_port = config_.listen_port;
  bunch_phase_ = now - Duration{static_cast<std::int64_t>(rng_.Below(1'000'000))};
  TakeBans(std::move(snapshot.bans), now);
  Effects crowded_out;  // stays in the store, and is as crowded at the next start
  Remember(snapshot.peers, now, crowded_out);
  timers_.Set(round_, now);
}

void Node::Impl::Reconfigure(const CoreConfig& config, Time now, Effects& out) {
  const bool says_otherwise =
      config.name != config_.name || config.role != config_.role || config.attributes != config_.attributes;
  config_.name = config.name;
  config_.role = config.role;
  config_.attributes = config.attributes;
  config_.preconfigured = config.preconfigured;
  config_.weights = config.weights;
  config_.online_weight_minimum = config.online_weight_minimum;
  config_.enough_peers = config.enough_peers;
  config_.crawlers = config.crawlers;
  config_.address_groups = config.address_groups;
  const std::size_t first_effect = out.list.size();
  if (groups_ != GroupsOf(config_)) Regroup(now, out);
  bans_.ReplaceSettings(config.bans, now);
  ApplyBans("banned by the settings", now, out);
  bootstrap_.Reconfigure(config_);
  RunBootstrap(now, out);
  if (says_otherwise) TellRecord(now, out);
  CountSends(first_effect, out);
}

// Everything that is kept by address group, for the groups that are told now.
void Node::Impl::Regroup(Time now, Effects& out) {
  groups_ = GroupsOf(config_);
  book_.Regroup(*groups_);
  view_.Regroup(*groups_, book_.table());
  view_changed_ = true;
  own_.ForgetVotes();
  inbound_ = InboundChannels(state_.table_secret);
  for (Peer* peer : book_.channels()) {
    const Endpoint& from = peer->channel->first_path;
    if (peer->channel->inbound) inbound_.Add(*peer, from, groups_->Of(from));
  }
  TrimInbound(now, out);
  for (Peer* peer : book_.channels()) Rearm(*peer, now);
  timers_.SetNoLater(budget_, now);
}

void Node::Impl::Leave(Time now, Effects& out) {
  out.Add(PersistState{StateToStore()});
  for (Peer* peer : book_.table()) Persist(*peer, now, out);
  for (Peer* peer : book_.channels()) SendLeave(*peer, LeaveKind::kGoodbye, out);
  left_ = true;
}

NodeState Node::Impl::StateToStore() const {
  NodeState state = state_;
  state.slot_seeds = view_.Seeds();
  state.view.clear();
  for (const Peer* peer : book_.channels()) {
    if (IsChosen(*peer) && state.view.size() < kViewSlots) state.view.push_back(peer->id);
  }
  return state;
}

CoreStatus Node::Impl::Status() const {
  CoreStatus status;
  status.id = identity_.id();
  status.boot_epoch = state_.boot_epoch;
  status.own_endpoints = own_.All();
  for (const Peer* peer : book_.channels()) status.view += IsChosen(*peer) ? 1 : 0;
  status.channels = book_.channels().size();
  status.table = book_.verified_count();
  status.heard = hearsay_.size();
  status.dialling = dialler_.pending();
  status.online_weight = OnlineWeight();
  status.online_weight_minimum = bootstrap_.minimum();
  status.duplicate_identities = duplicates_;
  status.as_prefixes = groups_->prefixes();
  status.bans = bans_.size();
  return status;
}

PeerInfo Node::Impl::InfoOf(const Peer& peer) const {
  PeerInfo info;
  info.id = peer.id;
  info.state = peer.state;
  info.endpoint = peer.in_table || !peer.channel ? peer.endpoint : peer.channel->path;
  info.in_view = peer.channel != nullptr && IsChosen(peer);
  info.reachable = peer.IsVerified();
  info.heard_from = peer.heard_from;
  info.first_seen = peer.first_seen;
  info.last_seen = peer.last_seen;
  if (peer.has_error) info.last_error = ErrorName(peer.last_error);
  info.weight = bootstrap_.WeightOf(peer.id);
  info.failures = peer.failures;
  info.next_retry = timers_.At(peer.retry);
  if (peer.channel) {
    info.rtt = peer.channel->rtt.smoothed;
    if (const NodeRecord* record = peer.channel->record.get()) {
      info.software = record->software;
      info.name = record->name;
      info.role = record->role;
      info.attributes = record->attributes;
    }
  }
  return info;
}

std::optional<PeerInfo> Node::Impl::SamplePeer() {
  const Peer* drawn = DrawPeer(book_, *groups_, rng_);
  return drawn == nullptr ? std::nullopt : std::optional(InfoOf(*drawn));
}

void Node::Impl::CheckInvariants(Time now) const {
  book_.CheckInvariants();
  view_.CheckInvariants();
  std::size_t inbound = 0;
  std::size_t sessions = 0;
  book_.peers().ForEach([&](const Peer& peer) {
    HEARSAY_CHECK(peer.id != identity_.id() && !IsBanned(peer));
    HEARSAY_CHECK(left_ || peer.state != PeerState::kDialling || dialler_.IsDialling(peer.endpoint));
    HEARSAY_CHECK(left_ || peer.state != PeerState::kRetry || peer.retry.waits());
    if (!peer.channel) return;
    inbound += peer.channel->inbound ? 1 : 0;
    HEARSAY_CHECK(!peer.channel->sessions.empty() && peer.channel->sessions.size() <= kMaxSessions);
    HEARSAY_CHECK(peer.channel->sessions.front()->drain_until == kNever);
    HEARSAY_CHECK(left_ || peer.channel->timer.waits());
    sessions += peer.channel->sessions.size();
  });
  HEARSAY_CHECK(inbound == inbound_.size() && inbound_.Excess() == nullptr);
  HEARSAY_CHECK(sessions == session_owner_.size());
  HEARSAY_CHECK(hearsay_.size() <= 3 * HearsayQueue::kCapacity);
  HEARSAY_CHECK(left_ || !started_ || NextDeadline() != kNever);
  HEARSAY_CHECK(now >= started_at_);
}

Node::Node(CoreConfig config, Identity identity, NetworkKey network, Snapshot snapshot, const Rng::Seed& seed,
           Time now)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(identity), std::move(network), std::move(snapshot),
                                   seed, now)) {}
Node::~Node() = default;

void Node::Receive(const Datagram& datagram, Time now, Effects& out) { impl_->Receive(datagram, now, out); }
void Node::Tick(Time now, Effects& out) { impl_->Tick(now, out); }
Time Node::NextDeadline() const { return impl_->NextDeadline(); }
void Node::OnResolved(const Resolved& resolved, Time now, Effects& out) { impl_->OnResolved(resolved, now, out); }
void Node::Remember(std::span<const KnownPeer> peers, Time now, Effects& out) {
  impl_->Remember(peers, now, out);
}
void Node::Reconfigure(const CoreConfig& config, Time now, Effects& out) { impl_->Reconfigure(config, now, out); }
tl::expected<void, BanRefusal> Node::Ban(const BanEntry& ban, Time now, Effects& out) {
  return impl_->Ban(ban, now, out);
}
tl::expected<void, BanRefusal> Node::Unban(const BanSubject& subject, Time now, Effects& out) {
  return impl_->Unban(subject, now, out);
}
std::vector<BanEntry> Node::Bans() const { return impl_->bans_.All(); }
void Node::Leave(Time now, Effects& out) { impl_->Leave(now, out); }
CoreStatus Node::Status() const { return impl_->Status(); }
const Counters& Node::counters() const { return impl_->counters_; }
std::optional<PeerInfo> Node::SamplePeer() { return impl_->SamplePeer(); }
void Node::CheckInvariants(Time now) const { impl_->CheckInvariants(now); }

void Node::ForEachInView(const std::function<void(const Endpoint&)>& visit) const {
  for (const Peer* peer : impl_->book_.channels()) {
    if (impl_->IsChosen(*peer)) visit(peer->endpoint);
  }
}

void Node::ForEachVerified(const std::function<void(const Endpoint&)>& visit) const {
  for (const Peer* peer : impl_->book_.table()) {
    if (peer->IsVerified()) visit(peer->endpoint);
  }
}

std::vector<Endpoint> Node::Slots() const {
  std::vector<Endpoint> endpoints;
  const PeerBook& book = impl_->book_;
  if (book.verified_count() <= kViewSlots) {
    ForEachVerified([&](const Endpoint& endpoint) { endpoints.push_back(endpoint); });
    return endpoints;
  }
  for (const Peer* peer : impl_->view().SlotPeers()) endpoints.push_back(peer->endpoint);
  return endpoints;
}

std::vector<PeerInfo> Node::Peers() const {
  std::vector<const Peer*> peers;
  impl_->book_.peers().ForEach([&](const Peer& peer) { peers.push_back(&peer); });
  std::sort(peers.begin(), peers.end(), [](const Peer* a, const Peer* b) { return a->id < b->id; });
  std::vector<PeerInfo> infos;
  infos.reserve(peers.size());
  for (const Peer* peer : peers) infos.push_back(impl_->InfoOf(*peer));
  return infos;
}

std::optional<PeerInfo> Node::FindPeer(const NodeId& id) const {
  const Peer* peer = impl_->book_.Find(id);
  return peer == nullptr ? std::nullopt : std::optional(impl_->InfoOf(*peer));
}

}  // namespace hearsay
