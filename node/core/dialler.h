// SPDX-License-Identifier: MIT
//
// Dialler: the initiator's side of node_id_handshake, many at a time, with retransmission.
//
// Used by the node and by the crawler. A dial ends in exactly one Outcome: keys with a proven peer, or an Error. At
// most `max_dials` are pending, one for each endpoint; each sends at most max_hellos packets to an endpoint that does
// not answer, and at most kMaxDialAttempts more to one that does.
// What an attacker gains whom we dial: it knows our query, and may answer the proof with as many wrong responses as it
// likes. kMaxChecks of them are looked at for each time that our proof was sent, 16 a dial in all.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/core/counters.h"
#include "node/core/rhythm.h"
#include "node/core/seam.h"
#include "proto/codec.h"
#include "proto/handshake.h"
#include "proto/rng.h"

namespace hearsay {

enum class DialPurpose : std::uint8_t { kBootstrap, kKnownPeer, kHearsay, kRekey, kCrawl };

struct DialRequest {
  Endpoint endpoint;
  std::optional<NodeId> pin;
  DialPurpose purpose{};
  std::optional<NodeId> expected;  // whom we hope to meet; another id is no error, but news
  IdPrefix heard_from = 0;         // of hearsay: who said it
  std::size_t max_hellos = kMaxDialAttempts;  // packets to an endpoint that may be nobody, or somebody's victim
};

struct DialOutcome {
  DialRequest request;
  Expected<Handshaken> result = Unexpected(Error::kTimeout);
  Duration rtt{};  // of the last exchange, when it succeeded
  bool answered = false;              // it sent its query: somebody is there, whatever the result
};

class Dialler {
 public:
  static constexpr std::size_t kMaxDials = 256;  // a node's: 32 a second at most (rhythm.h), six seconds each
  static constexpr std::size_t kMaxChecks = 4;   // Guess: somebody on the path may be faster than the true one
  static constexpr Duration kYield = std::chrono::milliseconds{400};  // Rhythm::DialWait of the first packet

  // All are borrowed and outlive the dialler.
  Dialler(const Identity& identity, const NetworkKey& network, std::uint64_t boot_epoch, const Rhythm& rhythm,
          Codec& codec, Rng& rng, Counters& counters, std::size_t max_dials = kMaxDials);

  // False when full or when the endpoint is being dialled.
  bool Start(const DialRequest& request, Time now, Effects& out);
  bool IsDialling(const Endpoint& endpoint) const { return by_endpoint_.contains(endpoint); }
  std::size_t pending() const { return dials_.size(); }
  std::size_t pending(DialPurpose purpose) const { return pending_[static_cast<std::size_t>(purpose)]; }
  // How many endpoints of this address are being dialled.
  std::size_t PendingAt(const IpAddress& address) const {
    const auto begin = by_endpoint_.lower_bound({address, 0});
    return static_cast<std::size_t>(std::distance(begin, by_endpoint_.upper_bound({address, UINT16_MAX})));
  }
  // A bare keepalive that came in carries one of our own queries: that dial reached ourselves.
  std::optional<DialOutcome> OnOwnHello(const Cookie& query);
  // Where we sent the hello that carries this query, while that dial is pending.
  std::optional<Endpoint> TargetOf(const Cookie& query) const;
  // Answers to our packets. Nothing when they belong to no dial of ours, or the dial goes on.
  std::optional<DialOutcome> OnQuery(const HandshakeQuery& query, const Datagram& datagram, Time now, Effects& out);
  std::optional<DialOutcome> OnResponse(const HandshakeResponse& response, const Datagram& datagram, Time now);
  // `from` dials us while we dial it, and only one handshake is needed: ours waits, once, for kYield.
  void Yield(const Endpoint& from, Time now);
  // The endpoint was proved without us: the dial ends without an outcome.
  void Cancel(const Endpoint& endpoint);
  // Likewise every dial whose request `matches`.
  template <typename Predicate>
  void CancelIf(Predicate matches) {
    for (auto it = dials_.begin(); it != dials_.end();) {
      const auto dial = it++;
      if (matches(dial->second.request)) Erase(dial);
    }
  }
  // Ends the dial that this query answers.
  std::optional<DialOutcome> Abort(const Cookie& query, Error why);
  // Retransmits what is due; appends what has failed.
  void Tick(Time now, Effects& out, std::vector<DialOutcome>& failed);
  Time NextDeadline() const;

 private:
  struct Dial {
    Initiator initiator;
    DialRequest request;
    std::size_t attempts = 0;
    std::size_t checks = 0;  // of responses, since the proof was sent
    Time sent_at{};
    Time deadline{};
    Bytes proof;  // the encoded proof, once made
    bool yielded = false;
    Time yields_until{};
    std::size_t AttemptsAllowed() const { return proof.empty() ? request.max_hellos : kMaxDialAttempts; }
  };
  using Dials = std::map<Cookie, Dial>;
  void Transmit(Dial& dial, Time now, Effects& out);
  Duration WaitAfter(const Dial& dial) const;
  void SetDeadline(Dial& dial, Time deadline);
  void Erase(Dials::iterator it);
  DialOutcome Finish(Dials::iterator it, Expected<Handshaken> result, Time now);

  const Identity& identity_;
  const NetworkKey& network_;
  const std::uint64_t boot_epoch_;
  const Rhythm& rhythm_;
  Codec& codec_;
  Rng& rng_;
  Counters& counters_;
  const std::size_t max_dials_;
  std::uint64_t dial_sequence_ = 0;
  Dials dials_;                                      // by our query
  std::map<Endpoint, Cookie> by_endpoint_;           // the same dials
  std::set<std::pair<Time, Cookie>> deadlines_;      // the same dials
  std::array<std::size_t, static_cast<std::size_t>(DialPurpose::kCrawl) + 1> pending_{};  // by purpose
  DatagramBuffer buffer_;
};

}  // namespace hearsay
