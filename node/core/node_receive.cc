// SPDX-License-Identifier: MIT
//
// One datagram: handshake packets, sealed packets, resets. What is wrong is counted by its Error and dropped.
#include "node/core/node_impl.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr Duration kDuplicateWait = std::chrono::hours{1};  // until whoever holds our identity is looked at again

// Two processes with one identity: the one that started later has a channel with us, and this is the other.
bool IsOlderCopy(const Peer* peer, std::uint64_t epoch, const Endpoint& path) {
  return peer != nullptr && peer->channel && epoch < peer->channel->peer_epoch && path != peer->channel->path;
}

}  // namespace

void Node::Impl::Receive(const Datagram& datagram, Time now, Effects& out) {
  if (left_) return;
  counters_.Add(Counter::kDatagramsReceived);
  counters_.Add(Counter::kBytesReceived, datagram.bytes.size());
  if (!datagram.from.IsDialable()) return counters_.Drop(Error::kBadEndpoint);
  if (bans_.Has(datagram.from.address)) return counters_.Drop(Error::kBanned);
  const std::size_t first_effect = out.list.size();
  const auto packet = codec_.Decode(datagram.bytes, network_);
  if (!packet) return DropStranger(packet.error(), now);
  if (const auto* sealed = std::get_if<SealedPacket>(&*packet)) {
    OnSealed(*sealed, datagram, now, out);
  } else if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) {
    OnHello(*hello, datagram, now, out);
  } else if (const auto* query = std::get_if<HandshakeQuery>(&*packet)) {
    OnQuery(*query, datagram, now, out);
  } else if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) {
    OnProof(*proof, datagram, now, out);
  } else if (const auto* response = std::get_if<HandshakeResponse>(&*packet)) {
    const auto outcome = dialler_.OnResponse(*response, datagram, now);
    if (outcome) {
      OnDialDone(*outcome, now, out);
      DialNext(now, out);
    } else {
      admission_.NoteStranger(now);
    }
  } else if (const auto* reset = std::get_if<ResetHint>(&*packet)) {
    OnReset(*reset, datagram, now, out);
  }
  CountSends(first_effect, out);
}

void Node::Impl::CountSends(std::size_t first_effect, const Effects& out) {
  for (std::size_t i = first_effect; i < out.list.size(); ++i) {
    if (const auto* send = std::get_if<Send>(&out.list[i])) {
      counters_.Add(Counter::kDatagramsSent);
      counters_.Add(Counter::kBytesSent, send->size);
    }
  }
}

Source Node::Impl::SourceOf(const Endpoint& endpoint) const {
  return {endpoint.address, groups_->Of(endpoint), IsLanScope(endpoint.scope())};
}

// What belongs to no channel and no dial of ours is part of a flood, if there is one.
void Node::Impl::DropStranger(Error why, Time now) {
  admission_.NoteStranger(now);
  counters_.Drop(why);
}

void Node::Impl::OnHello(const BareKeepalive& hello, const Datagram& datagram, Time now, Effects& out) {
  if (const auto target = dialler_.TargetOf(hello.query)) {
    // Our own hello. It names us only where we know the endpoint for ours: anybody on the path may send it back.
    const bool is_ours = own_.Judge(*target, datagram.local, now) == OwnAddress::Verdict::kMine;
    if (!is_ours) return counters_.Drop(Error::kNotExpected);
    return OnDialFailed(*dialler_.OnOwnHello(hello.query), now, out);
  }
  if (!responder_.OnHello(hello, datagram, SourceOf(datagram.from), now, out)) return;
  // Two that dial each other at once need one handshake: the smaller endpoint's.
  if (datagram.from < datagram.local) dialler_.Yield(datagram.from, now);
  timers_.SetNoLater(drain_, now + Responder::kWaitTime);
}

void Node::Impl::OnQuery(const HandshakeQuery& query, const Datagram& datagram, Time now, Effects& out) {
  if (dialler_.TargetOf(query.answer_to) != datagram.from) return DropStranger(Error::kNotExpected, now);
  // Its id is not proved yet, but nobody else gains by claiming it: no signature of ours is worth it.
  if (bans_.Has(query.responder)) {
    return OnDialFailed(*dialler_.Abort(query.answer_to, Error::kBanned), now, out);
  }
  // "A refuses one whose observed initiator address is not its own."
  if (!own_.MayBeSeenAs(query.observed, datagram.local)) {
    return OnDialFailed(*dialler_.Abort(query.answer_to, Error::kNotMyEndpoint), now, out);
  }
  // Seen from outside as it is here: no translation lies between, and our record may say so.
  if (query.observed == datagram.local) LearnBound(datagram.local, now, out);
  if (const auto outcome = dialler_.OnQuery(query, datagram, now, out)) {
    return OnDialFailed(*outcome, now, out);
  }
}

void Node::Impl::OnProof(const HandshakeProof& proof, const Datagram& datagram, Time now, Effects& out) {
  if (bans_.Has(proof.initiator)) return counters_.Drop(Error::kBanned);
  const auto done = responder_.OnProof(proof, datagram, SourceOf(datagram.from), own_, now, out);
  timers_.SetNoLater(drain_, now + Responder::kWaitTime);
  if (!done) {
    DropStranger(done.error(), now);
    if (done.error() == Error::kDuplicateIdentity) NoteDuplicate(datagram.from, now, out);
    return;
  }
  // Its channel will prove its endpoint to us: no dial of ours is needed meanwhile.
  dialler_.Yield(datagram.from, now);
  recent_.Add(datagram.from, now + Dialler::kYield);
  unanswered_.ForgiveAddress(datagram.from.address);
  // The datagram reached us where it was sent to: that endpoint is ours.
  if (datagram.local == proof.dialled) LearnBound(datagram.local, now, out);
  if (own_.OnProofFrom(datagram.from, proof.dialled, now)) {
    RecordChanged();
    PeerEvent event;
    event.kind = PeerEventKind::kSelfEndpoint;
    event.endpoint = proof.dialled;
    out.Add(std::move(event));
  }
}

void Node::Impl::NoteDuplicate(const Endpoint& endpoint, Time now, Effects& out) {
  recent_.Add(endpoint, now + kDuplicateWait);
  ReportDuplicate(endpoint, "another live node holds this node's identity; give each node a data dir of its own", out);
}

void Node::Impl::ReportDuplicate(const Endpoint& endpoint, std::string_view detail, Effects& out) {
  ++duplicates_;
  PeerEvent event;
  event.kind = PeerEventKind::kDuplicateIdentity;
  event.id = identity_.id();
  event.endpoint = endpoint;
  event.detail = detail;
  out.Add(std::move(event));
}

void Node::Impl::OnSealed(const SealedPacket& packet, const Datagram& datagram, Time now, Effects& out) {
  auto owner = session_owner_.find(packet.session_id);
  if (owner == session_owner_.end()) {
    WaitingSession* waiting = responder_.Find(packet.session_id);
    if (waiting == nullptr) return OnUnknownSession(packet, datagram, now, out);
    const auto opened = waiting->session->session.Open(datagram.bytes, opened_.bytes);
    if (!opened) return DropStranger(opened.error(), now);
    // The first sealed packet confirms the keys: now there is a channel.
    WaitingSession confirmed = responder_.Take(packet.session_id);
    if (bans_.Has(confirmed.peer) || bans_.Has(confirmed.path.address)) {
      return counters_.Drop(Error::kBanned);  // since its handshake
    }
    if (IsOlderCopy(book_.Find(confirmed.peer), confirmed.peer_epoch, confirmed.path)) {
      counters_.Drop(Error::kDuplicateIdentity);
      return SendLeaveOn(confirmed.session->session, confirmed.path, LeaveKind::kDuplicate, out);
    }
    if (speakers_.Of(PrefixOf(confirmed.peer), now) == Influence::kNone) {
      counters_.Drop(Error::kFalseSamples);
      return SendLeaveOn(confirmed.session->session, confirmed.path, LeaveKind::kNoRoom, out);
    }
    Peer& peer = book_.GetOrAdd(confirmed.peer, now);
    Attach(peer,
           {.session = std::move(confirmed.session),
            .path = confirmed.path,
            .peer_epoch = confirmed.peer_epoch,
            .inbound = true,
            .preconfigured = false},
           now, out);
    OnMessage(peer, *opened, datagram, now, out);
    // Whoever came was served once, whether or not there is room: a newcomer has its sample.
    return TrimInbound(now, out);
  }
  const auto [peer, session] = owner->second;
  const auto opened = session->session.Open(datagram.bytes, opened_.bytes);
  if (!opened) return DropStranger(opened.error(), now);
  OnMessage(*peer, *opened, datagram, now, out);
}

void Node::Impl::OnUnknownSession(const SealedPacket& packet, const Datagram& datagram, Time now, Effects& out) {
  DropStranger(Error::kUnknownSession, now);
  // Strangers to a closed network get silence. A reset is no answer to a reset: only sealed packets come here.
  if (network_.closed() || !asked_work_.Take(Work::kResetSend, now)) return;
  codec_.Encode(ResetHint{packet.session_id}, network_, sealed_);
  HEARSAY_CHECK(sealed_.size < datagram.bytes.size());
  counters_.Add(Counter::kResetsSent);
  out.AddSend(datagram.from, sealed_.view());
}

void Node::Impl::OnReset(const ResetHint& hint, const Datagram& datagram, Time now, Effects& out) {
  admission_.NoteStranger(now);
  // A hint: it makes us look, by a new handshake; it ends nothing by itself.
  if (network_.closed() || !asked_work_.Take(Work::kResetRead, now)) return counters_.Drop(Error::kNotExpected);
  const auto is_sender = [&](const Peer* peer) {
    return peer != nullptr && peer->channel && peer->channel->path == datagram.from;
  };
  // Most live where they dial from.
  Peer* const at_home = book_.FindByEndpoint(datagram.from);
  const std::span<Peer* const> candidates = is_sender(at_home) ? std::span(&at_home, 1) : book_.channels();
  for (const Peer* peer : candidates) {
    if (!is_sender(peer) || peer->channel->dismissed) continue;
    UdpSession& session = *peer->channel->sessions.front();
    if (session.session.send_id() != hint.session_id || session.doubted) continue;
    counters_.Add(Counter::kResetsReceived);
    if (peer->channel->spare) return CloseChannel(*book_.Find(peer->id), PeerState::kVerified, out, now);
    session.doubted = true;
    Dial({.endpoint = datagram.from,
          .pin = {},
          .purpose = DialPurpose::kRekey,
          .expected = peer->id,
          .heard_from = {}},
         now, out);
    return;
  }
  counters_.Drop(Error::kNotExpected);
}

void Node::Impl::OnDialDone(const DialOutcome& outcome, Time now, Effects& out) {
  if (!outcome.result) return OnDialFailed(outcome, now, out);
  const Handshaken& done = *outcome.result;
  const Endpoint& endpoint = outcome.request.endpoint;
  if (done.peer == identity_.id()) {
    OnPeerMissed(outcome.request, Error::kDuplicateIdentity, now, out);
    return NoteDuplicate(endpoint, now, out);
  }
  if (bans_.Has(done.peer)) {  // since it was asked
    DialOutcome refused = outcome;
    refused.result = Unexpected(Error::kBanned);
    return OnDialFailed(refused, now, out);
  }
  bootstrap_.OnDialed(endpoint);
  if (outcome.request.expected != done.peer) OnPeerMissed(outcome.request, Error::kWrongNodeId, now, out);
  if (IsOlderCopy(book_.Find(done.peer), done.peer_epoch, endpoint)) {
    counters_.Drop(Error::kDuplicateIdentity);
    recent_.Add(endpoint, now + kDuplicateWait);
    Session session(done.keys);
    return SendLeaveOn(session, endpoint, LeaveKind::kDuplicate, out);
  }
  const bool is_new = book_.Find(done.peer) == nullptr;
  Peer& peer = book_.GetOrAdd(done.peer, now);
  if (is_new) peer.heard_from = outcome.request.heard_from;
  auto session = std::make_unique<UdpSession>(done.keys);
  session->initiator = identity_.id();
  session->epochs = state_.boot_epoch + done.peer_epoch;
  session->dial_sequence = done.dial_sequence;
  session->established = now;
  Attach(peer,
         {.session = std::move(session),
          .path = endpoint,
          .peer_epoch = done.peer_epoch,
          .inbound = false,
          .preconfigured = bootstrap_.IsContact(endpoint)},
         now, out);
  if (!peer.channel->rtt.smoothed) peer.channel->rtt.Add(outcome.rtt);
  const bool was_known = peer.in_table;
  if (done.confirmed) SetVerified(peer, endpoint, now, out);
  if (own_.Vote(endpoint, groups_->Of(endpoint), done.observed, now)) TellRecord(now, out);
  // What was news: one socket that stays unconfirmed, or comes back, is no proof of many words.
  const bool news = !was_known && peer.in_table;
  if (outcome.request.purpose == DialPurpose::kHearsay && news) speakers_.Proved(outcome.request.heard_from, now);
  Keepalive& first = Draft(peer, now);
  if (MayPull(peer) && WantsPeers() && now < started_at_ + kBurstTime) {
    first.pull = true;
    peer.channel->pull_open = true;
    counters_.Add(Counter::kPullsSent);
  }
  if (peer.channel->probe.attempts() < LivenessProbe::kMaxAttempts) {
    first.ping = peer.channel->NextPing(now, rng_.Next64());
  }
  SendDraft(peer, first, now, out);
  Rearm(peer, now);
}

}  // namespace hearsay
