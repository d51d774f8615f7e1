// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/answerer.h"

namespace hearsay::sim {

HandshakeQuery Answerer::OnHello(const BareKeepalive& hello, const Endpoint& from, const NodeId& self, Time now,
                                 Rng& rng) {
  const CookieJar::Challenge challenge = jar_.Make(from, hello.query, now, rng);
  return {.answer_to = hello.query,
          .cookie = challenge.cookie,
          .responder = self,
          .ephemeral = challenge.ephemeral,
          .observed = from};
}

std::optional<HandshakeResponse> Answerer::OnProof(const HandshakeProof& proof, const Endpoint& from,
                                                   std::size_t member, const Identity& self, std::uint64_t session_id,
                                                   Time now, Rng& rng) {
  const auto slot = jar_.Check(from, proof.query, proof.cookie, now, rng);
  if (!slot) return std::nullopt;
  const ResponderParams params{.boot_epoch = 1, .session_id = session_id, .confirmed = true};
  const auto accepted = AcceptProof(proof, from, **slot, params, self, network_, rng);
  if (!accepted) return std::nullopt;
  Add(session_id, Link{member, from, Session(accepted->result.keys), now});
  return accepted->response;
}

Answerer::Heard Answerer::Open(const SealedPacket& packet, BytesView bytes, Keepalive& message) {
  const auto it = links_.find(packet.session_id);
  if (it == links_.end()) return {};
  const auto opened = it->second.session.Open(bytes, plain_.bytes);
  if (!opened) return {};
  const auto kind = codec_.DecodeMessage(*opened, message);
  if (!kind) return {};
  return {&it->second, *kind};
}

BytesView Answerer::Seal(Link& link, const Keepalive& message) {
  const auto size = link.session.Seal(codec_.EncodeKeepalive(message, plain_), sealed_.bytes);
  return size ? BytesView(sealed_.bytes).first(*size) : BytesView{};
}

}  // namespace hearsay::sim
