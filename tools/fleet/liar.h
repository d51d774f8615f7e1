// SPDX-License-Identifier: MIT
//
// Liar: a peer that anybody would verify and nobody should believe. On the seam of node/core/seam.h, answering only.
//
// Its handshake, keys and seals are the real ones; it knows its endpoint to be its own, answers pings and path
// challenges, and shows a signed record. Asked for a sample, it names endpoints of a list that it made up: at most
// kMaxSampleEndpoints of them, drawn anew each time. It dials nobody, so it has no deadlines.
//
// Bounded: kMaxSessions; when they are used up those silent for kSilence go, and when none is, a newcomer's proof is
// dropped. Cookies are not spent: who repeats a proof gets another session.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/core/seam.h"
#include "proto/codec.h"
#include "proto/cookie.h"
#include "proto/handshake.h"
#include "proto/record.h"
#include "proto/rng.h"

namespace hearsay::fleet {

class Liar {
 public:
  static constexpr std::size_t kMaxSessions = 4096;
  static constexpr Duration kSilence = std::chrono::minutes{2};

  struct Says {  // of itself
    std::string software;
    Role role{};
  };
  // `lies` may be empty: then its samples are.
  Liar(Identity identity, const NetworkKey& network, const Endpoint& own, Says says,
       std::vector<Endpoint> lies, const Rng::Seed& chance, Time now);

  void Receive(const Datagram& datagram, Time now, Effects& out);

  const NodeId& id() const { return identity_.id(); }
  std::size_t sessions() const { return links_.size(); }

 private:
  struct Link {
    Session session;
    Time heard{};
  };
  void OnHello(const BareKeepalive& hello, const Datagram& datagram, Time now, Effects& out);
  void OnProof(const HandshakeProof& proof, const Datagram& datagram, Time now, Effects& out);
  void OnSealed(const SealedPacket& packet, const Datagram& datagram, Time now, Effects& out);
  void Answer(Session& session, const Endpoint& to, Effects& out);
  void Say(Session& session, const Endpoint& to, Effects& out);  // answer_
  bool MakeRoom(Time now);

  const Identity identity_;
  const NetworkKey network_;
  const Endpoint own_;
  const std::uint64_t epoch_;  // of its boot; its record's sequence too
  const Bytes record_;
  std::vector<Endpoint> lies_;
  Rng rng_;
  CookieJar jar_;
  Codec codec_;
  std::unordered_map<std::uint64_t, Link> links_;  // by the session id that we chose
  Keepalive incoming_;
  Keepalive answer_;
  DatagramBuffer plain_;
  DatagramBuffer sealed_;
};

}  // namespace hearsay::fleet
