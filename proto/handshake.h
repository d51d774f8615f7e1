// SPDX-License-Identifier: MIT
//
// node_id_handshake: by which two nodes prove their ids and their endpoints to each other and agree on keys.
//
//   initiator                                   responder
//   bare keepalive {query_I}             ──►
//                                        ◄──    {query: cookie_R, id_R, slot ephemeral, observed endpoint}   stateless
//   {query_I, response: signature_I}     ──►
//                                        ◄──    {response: fresh ephemeral, signature_R}
//   first sealed packet                  ──►    confirms the keys
//
// SIGMA-like (Krawczyk 2003), with both identities and both endpoints under both signatures, so that an answer can be
// neither replayed, nor reflected to its author, nor relayed to a third node, nor bound to another identity.
// Transcript and key derivation: proto/SPEC.md, "Handshake". Pure functions of their arguments.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/cookie.h"
#include "proto/error.h"
#include "proto/identity.h"
#include "proto/network.h"
#include "proto/packet.h"
#include "proto/session.h"
#include "proto/x25519.h"

namespace hearsay {

// What both sides know when it is done.
struct Handshaken {
  NodeId peer;
  SessionKeys keys;
  std::uint64_t peer_epoch = 0;
  std::uint64_t dial_sequence = 0;  // of the initiator
  Endpoint observed;                // our endpoint as the other side sees (initiator) or dialled (responder) it
  bool confirmed = false;           // the responder knows the dialled endpoint to be its own
};

// The initiator's half of one dial.
class Initiator {
 public:
  struct Params {
    Endpoint endpoint;          // to be dialled, and signed by the responder
    std::optional<NodeId> pin;
    std::uint64_t boot_epoch = 0;
    std::uint64_t dial_sequence = 0;
    std::uint64_t session_id = 0;
  };
  Initiator(const Params& params, Rng& rng);

  const Params& params() const { return params_; }
  const Cookie& query() const { return query_; }
  bool proved() const { return proved_; }
  BareKeepalive Hello() const { return {query_}; }
  // Errors: kNotExpected (another dial's query), kWrongNodeId (pin). Our own id is no error here: only a finished
  // handshake tells another process that holds our identity from somebody who merely claims to.
  Expected<HandshakeProof> OnQuery(const HandshakeQuery& query, const Identity& identity, const NetworkKey& network);
  // Errors: kNotExpected, kBadSignature, kBadKey. A bad response changes nothing: the true one may still come.
  Expected<Handshaken> OnResponse(const HandshakeResponse& response, const NetworkKey& network) const;

 private:
  Params params_;
  Cookie query_;
  KeyPair ephemeral_;
  bool proved_ = false;
  HandshakeQuery answered_;
  NodeId self_;
};

// What the responder says of itself when it accepts.
struct ResponderParams {
  std::uint64_t boot_epoch = 0;
  std::uint64_t session_id = 0;
  bool confirmed = false;
};
struct Accepted {
  HandshakeResponse response;
  Handshaken result;
};

// The proof's signature, against the endpoint it came from. The caller has checked the cookie and its own id.
// Errors: kBadSignature.
Expected<void> VerifyProof(const HandshakeProof& proof, const Endpoint& source, const KeyPair& slot,
                           const NodeId& self, const NetworkKey& network);
// For a verified proof: a fresh ephemeral, the signature, the keys. Errors: kBadKey.
Expected<Accepted> AcceptProof(const HandshakeProof& proof, const Endpoint& source, const KeyPair& slot,
                               const ResponderParams& params, const Identity& identity, const NetworkKey& network,
                               Rng& rng);

}  // namespace hearsay
