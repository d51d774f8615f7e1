// SPDX-License-Identifier: MIT
//
// HostileWire: somebody on the path, who sees every datagram and holds no key.
//
// One datagram in `one_in` is replayed late, replayed or diverted with a victim's source address, altered in one bit,
// or sent back to its author. The victim is a socket that never speaks: whatever it receives, the attacker made the
// nodes send. It counts, so that the run can hold it against what was spent in its name.
#pragma once

#include <cstdint>

#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class HostileWire {
 public:
  // Adds the victim to the network, which is borrowed; sits on its tap until End() or its own end.
  HostileWire(SimNetwork& network, const Endpoint& victim, std::uint32_t one_in);
  ~HostileWire() { End(); }
  HostileWire(const HostileWire&) = delete;
  HostileWire& operator=(const HostileWire&) = delete;
  void End() { network_.wire().SetTap({}); }

  std::uint64_t attacks() const { return attacks_; }
  std::uint64_t spent_on_victim() const { return spent_on_victim_; }
  std::uint64_t victim_received() const { return victim_received_; }

 private:
  TapVerdict OnDatagram(const TapView& view);

  SimNetwork& network_;
  Endpoint victim_;
  std::uint32_t one_in_;
  Rng rng_;
  std::uint64_t attacks_ = 0;
  std::uint64_t spent_on_victim_ = 0;
  std::uint64_t victim_received_ = 0;
};

}  // namespace hearsay::sim
