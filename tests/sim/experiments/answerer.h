// SPDX-License-Identifier: MIT
//
// Answerer: the answering side of the real wire for any number of members who share one memory: syn cookies, proofs,
// sealed channels. What is said on a channel is its owner's business: a swarm's (swarm.h), a crowd's (crowd.h).
//
// It is cheap rather than careful: proofs are not verified, cookies not spent.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "proto/codec.h"
#include "proto/cookie.h"
#include "proto/handshake.h"
#include "proto/identity.h"
#include "proto/keepalive.h"

namespace hearsay::sim {

class Answerer {
 public:
  struct Link {
    std::size_t member = 0;
    Endpoint peer;
    Session session;
    Time heard{};
  };
  struct Heard {
    Link* link = nullptr;  // null: the packet is for no link of ours, or damaged
    ChannelMessageKind kind = ChannelMessageKind::kUnknown;
  };

  explicit Answerer(const NetworkKey& network) : network_(network) {}

  HandshakeQuery OnHello(const BareKeepalive& hello, const Endpoint& from, const NodeId& self, Time now, Rng& rng);
  // Opens a link under `session_id`, which no other link has. nullopt: the cookie or the proof is bad.
  std::optional<HandshakeResponse> OnProof(const HandshakeProof& proof, const Endpoint& from, std::size_t member,
                                           const Identity& self, std::uint64_t session_id, Time now, Rng& rng);
  Link& Add(std::uint64_t session_id, Link link) {
    return links_.try_emplace(session_id, std::move(link)).first->second;
  }
  // Decodes into `message`, of a keepalive.
  Heard Open(const SealedPacket& packet, BytesView bytes, Keepalive& message);
  // Borrowed until the next call. Empty when the link's counter is used up.
  BytesView Seal(Link& link, const Keepalive& message);
  void Forget(std::uint64_t session_id) { links_.erase(session_id); }
  void ForgetSilentSince(Time when) {
    std::erase_if(links_, [when](const auto& entry) { return entry.second.heard < when; });
  }
  std::size_t links() const { return links_.size(); }
  Codec& codec() { return codec_; }

 private:
  const NetworkKey network_;
  Codec codec_;
  CookieJar jar_;
  std::unordered_map<std::uint64_t, Link> links_;  // by the session id that we chose; never iterated but to sweep
  DatagramBuffer plain_;
  DatagramBuffer sealed_;
};

}  // namespace hearsay::sim
