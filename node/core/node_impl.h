// SPDX-License-Identifier: MIT
//
// Node::Impl: where the classes of this folder meet. Private to node/core/node*.cc.
//
//   node.cc          construction, status, leaving, invariants
//   node_receive.cc  one datagram: handshake packets, sealed packets, resets
//   node_channel.cc  sessions and channels: attach, choose, keepalives out, probes, stale
//   node_gossip.cc   keepalives in: records, samples, suspicions, path challenges
//   node_dial.cc     whom to dial, and what becomes of who was not met
//   node_tick.cc     timers, pulls, rounds
//   node_roam.cc     we have moved
//   node_return.cc   others are back after a cut
//   node_ban.cc      whom to have nothing to do with
//   node_explain.cc  why a peer is where it is
#pragma once

#include <unordered_map>

#include "node/core/address_groups.h"
#include "node/core/admission.h"
#include "node/core/asked_work.h"
#include "node/core/ban_list.h"
#include "node/core/bootstrap.h"
#include "node/core/dialler.h"
#include "node/core/growth.h"
#include "node/core/hearsay_queue.h"
#include "node/core/inbound_channels.h"
#include "node/core/node.h"
#include "node/core/own_address.h"
#include "node/core/peer_book.h"
#include "node/core/recent_endpoints.h"
#include "node/core/responder.h"
#include "node/core/rhythm.h"
#include "node/core/sampler.h"
#include "node/core/speakers.h"
#include "node/core/suspicions.h"
#include "node/core/timers.h"
#include "node/core/unanswered.h"
#include "node/core/view.h"
#include "proto/codec.h"

namespace hearsay {

class Node::Impl {
  // First, because what follows is made from them.
  CoreConfig config_;
  Identity identity_;
  NetworkKey network_;
  Rng rng_;
  Rhythm rhythm_;
  Codec codec_;
  const AddressGroups* groups_;
  NodeState state_;
  Time started_at_;
  bool started_ = false, left_ = false;

 public:
  Impl(CoreConfig config, Identity identity, NetworkKey network, Snapshot snapshot, const Rng::Seed& seed, Time now);
  // node_receive.cc
  void Receive(const Datagram& datagram, Time now, Effects& out);
  // node_roam.cc
  void NoteArrival(Peer& peer, const Keepalive& in, const Endpoint& local, Time now, Effects& out);
  void AskWhere(const Peer& peer, Time now, Effects& out);
  void RefreshVotes(Time now, Effects& out);
  void LearnBound(const Endpoint& local, Time now, Effects& out);
  void TellRecord(Time now, Effects& out);
  bool Announces(const Peer& peer, const Endpoint& endpoint) const;
  // node_return.cc
  void OnReturn(Time lost_at, Time now);
  bool FailedInTheCut(const Peer& peer, Time now) const;
  // node_tick.cc
  void Tick(Time now, Effects& out);
  Time NextDeadline() const;
  void OnResolved(const Resolved& resolved, Time now, Effects& out);
  void Remember(std::span<const KnownPeer> peers, Time now, Effects& out);
  // node.cc
  void Reconfigure(const CoreConfig& config, Time now, Effects& out);
  void Leave(Time now, Effects& out);
  void Regroup(Time now, Effects& out);
  CoreStatus Status() const;
  PeerInfo InfoOf(const Peer& peer) const;
  PeerExplanation Explain(const Peer& peer, Time now) const;  // node_explain.cc
  std::optional<PeerInfo> SamplePeer();
  void CheckInvariants(Time now) const;
  const View& view() const { return view_; }
  bool IsChosen(const Peer& peer) const;  // node_channel.cc
  // node_ban.cc
  tl::expected<void, BanRefusal> Ban(const BanEntry& ban, Time now, Effects& out);
  tl::expected<void, BanRefusal> Unban(const BanSubject& subject, Time now, Effects& out);

  Counters counters_;
  BanList bans_;
  PeerBook book_;

 private:
  // node_receive.cc
  void OnHello(const BareKeepalive& hello, const Datagram& datagram, Time now, Effects& out);
  void OnQuery(const HandshakeQuery& query, const Datagram& datagram, Time now, Effects& out);
  void OnProof(const HandshakeProof& proof, const Datagram& datagram, Time now, Effects& out);
  void OnSealed(const SealedPacket& packet, const Datagram& datagram, Time now, Effects& out);
  void OnUnknownSession(const SealedPacket& packet, const Datagram& datagram, Time now, Effects& out);
  void OnReset(const ResetHint& hint, const Datagram& datagram, Time now, Effects& out);
  void OnDialDone(const DialOutcome& outcome, Time now, Effects& out);
  Source SourceOf(const Endpoint& endpoint) const;
  void NoteDuplicate(const Endpoint& endpoint, Time now, Effects& out);
  void ReportDuplicate(const Endpoint& endpoint, std::string_view detail, Effects& out);
  void CountSends(std::size_t first_effect, const Effects& out);
  void DropStranger(Error why, Time now);

  // node_channel.cc
  void Attach(Peer& peer, NewSession fresh, Time now, Effects& out);
  void SetInbound(Peer& peer, bool inbound);
  void TrimInbound(Time now, Effects& out);
  void SendLeave(Peer& peer, LeaveKind kind, Effects& out);
  void SendLeaveOn(Session& session, const Endpoint& to, LeaveKind kind, Effects& out);
  void ArrangeSessions(Channel& channel, Time now);
  void DropSession(const UdpSession& session) { session_owner_.erase(session.session.receive_id()); }
  void CloseChannel(Peer& peer, PeerState next, Effects& out, Time now);
  void Forget(Peer& peer, Effects& out);
  void Stale(Peer& peer, Time now, Effects& out);
  void SetVerified(Peer& peer, const Endpoint& endpoint, Time now, Effects& out);
  void Withdraw(const Peer& peer, Time now);
  void Evict(NodeId id, std::string_view why, Time now, Effects& out);  // by value: often of the peer that goes
  bool Keeps(const Peer& peer) const;
  bool IsSpare(const Peer& peer) const;
  Duration IdleTimeout(const Channel& channel) const;
  bool MayPull(const Peer& peer) const;
  void Ping(Peer& peer, LivenessProbe::Cause cause, Time now, Effects& out);
  void Tell(Time now, Effects& out);
  int AttemptsFor(const Channel& channel, Time now) const;
  void OnChannelTimer(Peer& peer, Time now, Effects& out);
  void ScheduleKeepalive(Peer& peer, Time now);
  void Rearm(Peer& peer, Time now);
  Keepalive& Draft(Peer& peer, Time now);
  void SendDraft(Peer& peer, Keepalive& keepalive, Time now, Effects& out);
  void SendDraftTo(Peer& peer, Keepalive& keepalive, const Endpoint& to, Time now, Effects& out);
  const Bytes& OwnRecord(Scope scope);
  void RecordChanged();
  // A quarter either way, so that what began together does not stay together.
  Duration Jittered(Duration d) {
    const auto half = static_cast<std::uint64_t>(d.count() / 2);
    return d * 3 / 4 + Duration{static_cast<std::int64_t>(rng_.Below(half + 1))};
  }

  // node_gossip.cc, node_path.cc
  void OnMessage(Peer& peer, BytesView plaintext, const Datagram& datagram, Time now, Effects& out);
  void OnKeepalive(Peer& peer, const Keepalive& in, const Datagram& datagram, Time now, Effects& out);
  void OnPong(Peer& peer, std::uint32_t pong, const Endpoint& from, Time now);
  void OnRecord(Peer& peer, const Keepalive& in, Time now, Effects& out);
  void ConsiderVerifying(Peer& peer, Time now, Effects& out);
  void OnPathResponse(Peer& peer, const Keepalive& in, const Datagram& datagram, Time now, Effects& out);
  void OnSuspects(const Keepalive& in, Time now, Effects& out);
  void ReadSample(Peer& peer, const Keepalive& in, Time now, Effects& out);
  void HeardAlive(Peer& peer, Time now);
  bool IsNews(const Endpoint& endpoint, Time now);
  void BlameSpeaker(IdPrefix speaker, const Endpoint& told, Time now, Effects& out);
  void AnswerPull(Peer& peer, const Keepalive& in, Time now, Effects& out);
  bool BecomeInbound(Peer& peer, Time now, Effects& out);
  bool OnSpare(Peer& peer, Time now, Effects& out);
  void OnDismissed(Peer& peer, Time now);
  void OnDuplicate(Peer& peer, Time now, Effects& out);
  void Shun(Peer& peer, LeaveKind kind, Duration wait, Time now, Effects& out);
  void OnLeft(Peer& peer, Time now, Effects& out);
  bool MayFollow(const Peer& peer, const Endpoint& from, Time now) const;
  void ProveAgain(Peer& peer, Time now, Effects& out);
  void LoseEndpoint(Peer& peer, Time now, Effects& out);
  void GiveUpChallenge(const Channel& channel, Time now);
  void RespondElsewhere(Peer& peer, std::uint64_t token, const Endpoint& to, Time now, Effects& out);
  void Challenge(Peer& peer, PathChallenge& challenge, const Endpoint& to, Time now, Effects& out);

  // node_dial.cc
  bool Dial(const DialRequest& request, Time now, Effects& out);
  bool MayDial(DialPurpose purpose) const;
  bool DialPeer(Peer& peer, Time now, Effects& out);
  void DialNext(Time now, Effects& out);
  void DialChosen(Time now, Effects& out);
  void DialAllChosen(Time now, Effects& out);
  void Adopt(Peer& peer, Time now);
  void DialTold(Time now, Effects& out);
  bool WantsPeers() const;
  void Retry(Peer& peer, Time now, Effects& out);
  void ScheduleRetry(Peer& peer, Duration delay, Time now);
  void OnDialFailed(const DialOutcome& outcome, Time now, Effects& out);
  void OnPeerMissed(const DialRequest& request, Error why, Time now, Effects& out);

  // node_tick.cc
  void Start(Time now, Effects& out);
  void RunTimer(const Timer& timer, Time now, Effects& out);
  void Pull(Time now, Effects& out);
  void Round(Time now, Effects& out);
  void Reverify(Time now, Effects& out);
  bool IsGrowing(Time now) const { return growth_.growing() || now < started_at_ + kWarmTime; }
  Peer* ChoosePullTarget(Time now);
  std::uint64_t OnlineWeight() const;
  void RunBootstrap(Time now, Effects& out);
  void Persist(Peer& peer, Time now, Effects& out);
  NodeState StateToStore() const;
  void Emit(PeerEventKind kind, const Peer& peer, std::string_view detail, Effects& out);

  // node_ban.cc
  bool IsBanned(const Peer& peer) const;
  void TakeBans(std::vector<BanEntry> stored, Time now);
  void EndBans(Time now, Effects& out);
  void ApplyBans(std::string_view reason, Time now, Effects& out);
  void EndBanned(Peer& peer, std::string_view reason, Time now, Effects& out);

  View view_;
  OwnAddress own_;
  Dialler dialler_;
  Admission admission_;
  Responder responder_;
  Bootstrap bootstrap_;
  HearsayQueue hearsay_;
  Sampler sampler_;
  Speakers speakers_;
  RecentEndpoints recent_{1024};
  Unanswered unanswered_;
  Timer round_{TimerKind::kRound};
  Timer pull_{TimerKind::kPull};
  Timer bootstrap_timer_{TimerKind::kBootstrap};
  Timer budget_{TimerKind::kBudget};
  Timer drain_{TimerKind::kDrain};
  Timer tell_{TimerKind::kTell};
  Timer ban_ends_{TimerKind::kBans};
  Timers timers_;

  // Which peer a sealed packet is for, by the session id that we chose. Looked up, never iterated.
  std::unordered_map<std::uint64_t, std::pair<Peer*, UdpSession*>> session_owner_;
  InboundChannels inbound_;

  std::uint64_t record_sequence_ = 0;
  std::map<Scope, Bytes> records_;  // ours, signed, by the scope of who reads it

  Suspicions suspicions_;
  bool tell_everybody_ = false;    // one of them is our own finding
  TokenBucket hearsay_dials_;      // to what we were told
  TokenBucket known_dials_;        // to peers of the table: lies must not take from them
  TokenBucket tells_;
  AskedWork asked_work_;
  LossEstimate loss_;              // over all channels: our own uplink
  Lateness lateness_;              // of our own timers: how busy this machine is
  Time bunch_phase_{};             // where this node's own grid of keepalives begins
  Time returned_at_{};              // when we last looked for others who may be back
  Time returned_lost_at_{};          // when those had been lost who were back then
  Time round_at_{};                // the last one
  Time running_since_{};           // without a pause of ours
  Time moved_at_{};                 // when we last saw that we are elsewhere
  int idle_pulls_ = 0;             // answers in a row that brought nothing new
  std::size_t duplicates_ = 0;
  Time duplicate_told_at_{};       // by a peer
  bool view_changed_ = false;
  Growth growth_;
  std::size_t reverified_to_ = 0;  // where in the table the next round goes on

  Keepalive draft_, incoming_;
  DatagramBuffer plain_, sealed_, opened_;
  std::vector<DialOutcome> failed_;
};

}  // namespace hearsay
