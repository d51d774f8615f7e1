// SPDX-License-Identifier: MIT
//
// Responder: the answering side of node_id_handshake.
//
// Order of checks, cheapest first: network MAC (codec), rate, cookie, spent, own endpoint, work budget, signature.
// What strangers may cost is said in admission.h. Until a valid cookie has come back nothing is kept about a source.
// After a valid proof a session waits, unconfirmed, for its first sealed packet: kWaitTime, at most kMaxOfGroup of one
// global address group: then the oldest of the address with most of them goes; and kMaxWaiting in all: then the oldest
// of the group with most of them. So an attacker with g groups holds g x kMaxOfGroup, one address keeps no neighbour
// out, and honest handshakes, a round trip long, go on.
// A cookie is good once; a repeated proof is answered with the same bytes while its session waits (a lost answer).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "node/core/admission.h"
#include "node/core/counters.h"
#include "node/core/own_address.h"
#include "node/core/peer.h"
#include "proto/codec.h"
#include "proto/cookie.h"
#include "proto/handshake.h"

namespace hearsay {

// A session whose initiator has proved itself but has not yet sealed a packet to us.
struct WaitingSession {
  std::unique_ptr<UdpSession> session;
  NodeId peer;
  Endpoint path;
  std::uint64_t peer_epoch = 0;
  AddressGroup payer;  // of its path; the address itself where all are of one group (a LAN)
  Bytes response;      // to repeat
  Time until{};
};

class Responder {
 public:
  static constexpr std::size_t kMaxWaiting = 1024;  // sessions; a second of kSignatureRate
  static constexpr std::size_t kMaxOfGroup = 64;    // 16 groups fill all places
  static constexpr Duration kWaitTime = std::chrono::seconds{10};  // longer than a dial goes on (rhythm.h)

  Responder(const Identity& identity, const NetworkKey& network, std::uint64_t boot_epoch, Admission& admission,
            Codec& codec, Rng& rng, Counters& counters);

  // False when the source has had its share. `source` is the datagram's.
  bool OnHello(const BareKeepalive& hello, const Datagram& datagram, const Source& source, Time now, Effects& out);

  // Errors are counted here. On success the session waits; nothing is known of the peer's channel yet.
  // kDuplicateIdentity: the proof is of our own identity, and its signature is good.
  Expected<void> OnProof(const HandshakeProof& proof, const Datagram& datagram, const Source& source,
                         const OwnAddress& own, Time now, Effects& out);

  // The waiting session with this receive id; it stays until taken.
  WaitingSession* Find(std::uint64_t receive_id);
  WaitingSession Take(std::uint64_t receive_id);
  void Expire(Time now);
  std::size_t waiting() const { return waiting_.size(); }
  Time NextDeadline() const;

 private:
  struct Spent {
    Cookie cookie{};
    Time until{};
  };

  static AddressGroup PayerOf(const Source& source);
  std::size_t WaitingOf(const AddressGroup& payer) const;
  void MakeRoom(const Source& source);

  const Identity& identity_;
  const NetworkKey& network_;
  const std::uint64_t boot_epoch_;
  Admission& admission_;
  Codec& codec_;
  Rng& rng_;
  Counters& counters_;
  CookieJar jar_;
  std::map<Cookie, std::uint64_t> spent_;   // -> receive id of the session it opened
  std::deque<Spent> spent_order_;           // oldest first; bounded by the signature budget times a cookie's life
  std::map<std::uint64_t, WaitingSession> waiting_;
  DatagramBuffer buffer_;
};

}  // namespace hearsay
