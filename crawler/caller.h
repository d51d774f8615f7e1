// SPDX-License-Identifier: MIT
//
// Caller: what a crawl or a ping is to the nodes that it calls: an identity, a network, a record, a dialler.
//
// It calls and is never called: hellos and proofs that reach it stay unanswered, because it is no node and must not
// enter anybody's table. Its own hellos that come back to it (a node named our own endpoint) end their dial as `self`.
// Its record says role crawler, so that nodes know whom they talk to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "node/core/counters.h"
#include "node/core/dialler.h"
#include "node/core/rhythm.h"
#include "node/core/seam.h"
#include "proto/codec.h"
#include "proto/identity.h"
#include "proto/keepalive.h"
#include "proto/network.h"
#include "proto/rng.h"

namespace hearsay {

class Caller {
 public:
  Caller(Identity identity, const NetworkKey& network, std::string_view software, const Rng::Seed& seed,
         std::size_t max_dials, Time now);
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // What one datagram was, when it was anything to us.
  struct Heard {
    std::optional<DialOutcome> outcome;      // a dial ended
    std::optional<std::uint64_t> session;    // a sealed packet for the session with this id of ours
    std::optional<Error> fault;              // it was no packet of ours
  };
  Heard Receive(const Datagram& datagram, Time now, Effects& out);
  // Counts what was sent: the Sends of `out` from `first` on.
  void CountSends(const Effects& out, std::size_t first);

  const NodeId& id() const { return identity_.id(); }
  const NetworkKey& network() const { return network_; }
  const Rhythm& rhythm() const { return rhythm_; }
  Dialler& dialler() { return dialler_; }
  const Dialler& dialler() const { return dialler_; }
  Codec& codec() { return codec_; }
  Rng& rng() { return rng_; }
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }
  // Scratch messages: decoded into and encoded from, so that visits allocate nothing for them.
  Keepalive& incoming() { return incoming_; }
  Keepalive& outgoing() { return outgoing_; }
  // Our own signed record and its sequence.
  const Bytes& record() const { return record_; }
  std::uint64_t record_sequence() const { return boot_epoch_; }

 private:
  const Identity identity_;
  const NetworkKey network_;
  const std::uint64_t boot_epoch_;
  const Rhythm rhythm_{Profile::kAuto};
  Rng rng_;
  Codec codec_;
  Counters counters_;
  Keepalive incoming_;
  Keepalive outgoing_;
  const Bytes record_;
  Dialler dialler_;
};

}  // namespace hearsay
