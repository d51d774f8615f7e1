// SPDX-License-Identifier: MIT
//
// Probe: one endpoint, dialled and visited once: what `hearsay ping` does. A pure machine on the seam.
//
//   dialling ─► visiting ─► done
//        └───── no answer, wrong node id, ourselves ──► done
//
// A pin is compared with the id that the handshake proved, not with the one that the first answer claims, so that the
// result can name who really lives there.
#pragma once

#include <optional>
#include <vector>

#include "crawler/caller.h"
#include "crawler/visit.h"

namespace hearsay {

struct ProbeConfig {
  Endpoint endpoint;
  std::optional<NodeId> pin;
  std::string software;
  VisitLimits visit{.pulls = 0};
};

class Probe {
 public:
  Probe(ProbeConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now);
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void Receive(const Datagram& datagram, Time now, Effects& out);
  void Tick(Time now, Effects& out);
  Time NextDeadline() const;
  bool Done() const { return done_; }
  // Ends it with what it has; says goodbye when there is somebody to say it to.
  void Stop(Effects& out);

  // Absent while dialling, and when Stop came first.
  const std::optional<DialOutcome>& dial() const { return dial_; }
  bool PinHolds() const;
  Duration handshake_time() const { return handshake_time_; }  // from the first packet to the proof, repeats included
  const Visit* visit() const { return visit_ ? &*visit_ : nullptr; }

 private:
  void OnDial(const DialOutcome& outcome, Time now, Effects& out);

  const ProbeConfig config_;
  Caller caller_;
  Time start_;
  Duration handshake_time_{};
  std::optional<DialOutcome> dial_;
  std::optional<Visit> visit_;
  std::vector<Endpoint> named_;  // a probe pulls nothing; stays empty
  bool started_ = false;
  bool done_ = false;
};

}  // namespace hearsay
