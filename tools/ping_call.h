// SPDX-License-Identifier: MIT
//
// PingCall: drives a Probe over a connected UDP socket, so that the kernel tells us of a port where nobody listens.
#pragma once

#include <string>

#include "crawler/probe.h"
#include "node/io/clock.h"

namespace hearsay {

struct PingEnd {
  enum class Kind : std::uint8_t {
    kDone,     // the probe ended by itself
    kRefused,  // ICMP: nothing listens there
    kTimeout,  // no handshake within the time
    kFault,    // the machine's: no socket, no route
  };
  Kind kind = Kind::kDone;
  std::string fault;
};

// Blocks. `timeout` is for the handshake; what follows has the limits of the probe's visit.
PingEnd RunProbe(Probe& probe, const Endpoint& endpoint, const SystemClock& clock, Duration timeout);

}  // namespace hearsay
