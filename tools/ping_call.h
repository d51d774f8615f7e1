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
    kStopped,  // SIGINT or SIGTERM
  };
  Kind kind = Kind::kDone;
  std::string fault;
};

// SIGINT and SIGTERM as something that can be waited for, from its construction on. They stay held back when it goes:
// its command has come to its end then, and a second one (timeout(1) sends two) may not take what it has yet to print.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Readable when one came; -1: the machine has no descriptor, and they keep their effect.
  int fd() const { return fd_; }
  bool Came() const;  // since it was asked last

 private:
  int fd_ = -1;
};

// Blocks, until a signal comes at the latest: then the node has been told goodbye. `timeout` is for the handshake; what
// follows has the limits of the probe's visit.
PingEnd RunProbe(Probe& probe, const Endpoint& endpoint, const SystemClock& clock, Duration timeout,
                 const Interrupt& interrupt);

}  // namespace hearsay
