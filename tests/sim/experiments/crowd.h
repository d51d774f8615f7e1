// SPDX-License-Identifier: MIT
//
// Crowd: the members of a CrowdPlan on the wire of a SimNetwork. They answer handshakes, pings and pulls as nodes do
// and begin nothing. What is kept of a member is its open channels: until goodbye, or a minute of silence.
#pragma once

#include "tests/sim/experiments/answerer.h"
#include "tests/sim/experiments/crowd_plan.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class Crowd {
 public:
  // Both are borrowed and outlive the crowd. A network has at most one.
  Crowd(SimNetwork& network, const CrowdPlan& plan, std::uint64_t seed);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  std::size_t channels() const { return answerer_.links(); }

 private:
  Time Now() const { return SimClock::Epoch() + network_.now(); }
  void OnDatagram(const Delivery& delivery);
  void OnSealed(const SealedPacket& packet, const Delivery& delivery);
  void Answer(Answerer::Link& link, const Delivery& delivery);
  template <typename P>
  void Send(const Delivery& answered, const P& packet);
  void Sweep();

  SimNetwork& network_;
  const CrowdPlan& plan_;
  const NetworkKey key_ = NetworkKey::Open("simulation");
  Rng rng_;
  Answerer answerer_{key_};
  std::uint64_t next_session_ = 1;
  Keepalive incoming_;
  Keepalive answer_;
  DatagramBuffer buffer_;
};

}  // namespace hearsay::sim
