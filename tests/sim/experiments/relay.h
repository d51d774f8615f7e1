// SPDX-License-Identifier: MIT
//
// Relay: passes on, at an endpoint of its own, what it is sent to another node and back, so that whoever dials it would
// find that node there: a man in the middle without a key. What a proof signs, both endpoints among it, prevents that.
#pragma once

#include <map>

#include "proto/codec.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class Relay {
 public:
  // The network is borrowed and outlives it.
  Relay(SimNetwork& network, const Endpoint& at, const Endpoint& to);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  std::uint64_t passed_there() const { return passed_there_; }
  std::uint64_t passed_back() const { return passed_back_; }

 private:
  void OnDatagram(const Delivery& delivery);

  SimNetwork& network_;
  const Endpoint to_;
  const NetworkKey key_ = NetworkKey::Open("simulation");
  HostId host_ = kNoHost;
  Codec codec_;
  std::map<Cookie, Endpoint> callers_;  // by their query
  std::uint64_t passed_there_ = 0;
  std::uint64_t passed_back_ = 0;
};

}  // namespace hearsay::sim
