// SPDX-License-Identifier: MIT
#include "proto/handshake.h"

#include <sodium.h>

#include "proto/transcript.h"

namespace hearsay {
namespace {

constexpr std::string_view kInitiatorLabel = "hearsay v1 initiator";
constexpr std::string_view kResponderLabel = "hearsay v1 responder";

// Which direction is ours.
enum class Side { kInitiator, kResponder };

SessionKeys Keys(Side side, const TrafficKeys& traffic, std::uint64_t initiator_session,
                 std::uint64_t responder_session) {
  SessionKeys keys;
  const bool initiator = side == Side::kInitiator;
  keys.send = initiator ? traffic.to_responder : traffic.to_initiator;
  keys.receive = initiator ? traffic.to_initiator : traffic.to_responder;
  keys.send_id = initiator ? responder_session : initiator_session;
  keys.receive_id = initiator ? initiator_session : responder_session;
  return keys;
}

Transcript TranscriptOf(const HandshakeProof& proof, const Endpoint& observed, const PublicKey& slot_ephemeral,
                        const NodeId& responder, const NetworkKey& network) {
  Transcript t;
  t.network = network.id();
  t.query = proof.query;
  t.cookie = proof.cookie;
  t.initiator = proof.initiator;
  t.responder = responder;
  t.initiator_ephemeral = proof.ephemeral;
  t.slot_ephemeral = slot_ephemeral;
  t.dialled = proof.dialled;
  t.observed = observed;
  t.initiator_epoch = proof.boot_epoch;
  t.dial_sequence = proof.dial_sequence;
  t.initiator_session = proof.session_id;
  return t;
}

void AddResponse(Transcript& t, const HandshakeResponse& response) {
  t.fresh_ephemeral = response.ephemeral;
  t.responder_epoch = response.boot_epoch;
  t.responder_session = response.session_id;
  t.confirmed = response.confirmed;
}

}  // namespace

Initiator::Initiator(const Params& params, Rng& rng)
    : params_(params), query_(rng.Array<32>()), ephemeral_(KeyPair::Generate(rng)) {}

Expected<HandshakeProof> Initiator::OnQuery(const HandshakeQuery& query, const Identity& identity,
                                            const NetworkKey& network) {
  if (query.answer_to != query_) return Unexpected(Error::kNotExpected);
  if (params_.pin && query.responder != *params_.pin) return Unexpected(Error::kWrongNodeId);
  HandshakeProof proof;
  proof.query = query_;
  proof.cookie = query.cookie;
  proof.initiator = identity.id();
  proof.ephemeral = ephemeral_.public_key;
  proof.dialled = params_.endpoint;
  proof.session_id = params_.session_id;
  proof.boot_epoch = params_.boot_epoch;
  proof.dial_sequence = params_.dial_sequence;
  const Transcript t = TranscriptOf(proof, query.observed, query.ephemeral, query.responder, network);
  proof.signature = identity.Sign(kInitiatorLabel, t.InitiatorPart().view());
  proved_ = true;
  answered_ = query;
  self_ = identity.id();
  return proof;
}

Expected<Handshaken> Initiator::OnResponse(const HandshakeResponse& response, const NetworkKey& network) const {
  if (!proved_ || response.answer_to != query_) return Unexpected(Error::kNotExpected);
  HandshakeProof proof;
  proof.query = query_;
  proof.cookie = answered_.cookie;
  proof.initiator = self_;
  proof.ephemeral = ephemeral_.public_key;
  proof.dialled = params_.endpoint;
  proof.session_id = params_.session_id;
  proof.boot_epoch = params_.boot_epoch;
  proof.dial_sequence = params_.dial_sequence;
  Transcript t = TranscriptOf(proof, answered_.observed, answered_.ephemeral, answered_.responder, network);
  AddResponse(t, response);
  const Transcript::Bytes whole = t.WholePart();
  if (!VerifySignature(answered_.responder, kResponderLabel, whole.view(), response.signature)) {
    return Unexpected(Error::kBadSignature);
  }
  const auto slot_secret = ephemeral_.Agree(answered_.ephemeral);
  const auto fresh_secret = ephemeral_.Agree(response.ephemeral);
  if (!slot_secret || !fresh_secret) return Unexpected(Error::kBadKey);
  Handshaken done;
  done.peer = answered_.responder;
  done.keys = Keys(Side::kInitiator, DeriveTrafficKeys(network, *slot_secret, *fresh_secret, whole.view()),
                   params_.session_id, response.session_id);
  done.peer_epoch = response.boot_epoch;
  done.dial_sequence = params_.dial_sequence;
  done.observed = answered_.observed;
  done.confirmed = response.confirmed;
  return done;
}

Expected<void> VerifyProof(const HandshakeProof& proof, const Endpoint& source, const KeyPair& slot,
                           const NodeId& self, const NetworkKey& network) {
  const Transcript t = TranscriptOf(proof, source, slot.public_key, self, network);
  if (!VerifySignature(proof.initiator, kInitiatorLabel, t.InitiatorPart().view(), proof.signature)) {
    return Unexpected(Error::kBadSignature);
  }
  return {};
}

Expected<Accepted> AcceptProof(const HandshakeProof& proof, const Endpoint& source, const KeyPair& slot,
                               const ResponderParams& params, const Identity& identity, const NetworkKey& network,
                               Rng& rng) {
  const KeyPair fresh = KeyPair::Generate(rng);
  const auto slot_secret = slot.Agree(proof.ephemeral);
  const auto fresh_secret = fresh.Agree(proof.ephemeral);
  if (!slot_secret || !fresh_secret) return Unexpected(Error::kBadKey);
  Accepted accepted;
  HandshakeResponse& response = accepted.response;
  response.answer_to = proof.query;
  response.ephemeral = fresh.public_key;
  response.session_id = params.session_id;
  response.boot_epoch = params.boot_epoch;
  response.confirmed = params.confirmed;
  Transcript t = TranscriptOf(proof, source, slot.public_key, identity.id(), network);
  AddResponse(t, response);
  const Transcript::Bytes whole = t.WholePart();
  response.signature = identity.Sign(kResponderLabel, whole.view());
  accepted.result.peer = proof.initiator;
  accepted.result.keys = Keys(Side::kResponder, DeriveTrafficKeys(network, *slot_secret, *fresh_secret, whole.view()),
                              proof.session_id, params.session_id);
  accepted.result.peer_epoch = proof.boot_epoch;
  accepted.result.dial_sequence = proof.dial_sequence;
  accepted.result.observed = proof.dialled;
  accepted.result.confirmed = params.confirmed;
  return accepted;
}

}  // namespace hearsay
