// SPDX-License-Identifier: MIT
//
// Ledger: amplification, in bytes, for every pair of a node and an endpoint.
//
// Property 1 of the wire: until an endpoint has returned a valid cookie, a node sends it no more than it received from
// it. Padding makes both directions equal at best, so the bound is exact: one byte more is a violation. What starts an
// exchange is counted apart, because budgets of their own pay for it: the hello of a dial, and a sealed path challenge
// (asked(), to be bounded by the test that names a victim). An answer to our own hello proves an endpoint as well as a
// cookie of ours would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "tests/sim/endpoint_index.h"

namespace hearsay::sim {

class Ledger {
 public:
  void Received(const Endpoint& from, BytesView bytes);
  // The endpoint completed a handshake, or answered a path challenge.
  void Proven(const Endpoint& endpoint) { Of(endpoint).proven = true; }
  // What is wrong, or nothing. `challenge`: the packet may be a path challenge, for the node counted one.
  enum class Why : std::uint8_t { kPlain, kChallenge };
  std::optional<std::string> Sent(const Endpoint& to, BytesView bytes, Why why);
  // The process died: what it had proven is gone.
  void Clear() { *this = Ledger(); }
  // Bytes of hellos and challenges to an endpoint that has proven nothing.
  std::uint64_t asked(const Endpoint& endpoint) const;

 private:
  struct Entry {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t asked = 0;
    bool dialled = false;
    bool proven = false;
  };
  Entry& Of(const Endpoint& endpoint);

  EndpointIndex index_;
  std::vector<Entry> entries_;
};

}  // namespace hearsay::sim
