// SPDX-License-Identifier: MIT
//
// Ledger: amplification, in bytes, for every pair of a node and an endpoint.
//
// Property 1 of the wire: until an endpoint has returned a valid cookie, a node sends it no more than it received from
// it. Two exceptions are what a dial is: hellos go to whoever was named, paid for by the dial budget (counted apart, see
// hellos_unanswered); and an answer to our own hello proves the endpoint as well as a cookie of ours would. Padding makes
// both directions equal at best, so the bound is exact: one byte more is a violation.
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
  // What is wrong, or nothing.
  std::optional<std::string> Sent(const Endpoint& to, BytesView bytes);
  // The process died: what it had proven is gone.
  void Clear() { *this = Ledger(); }
  std::uint64_t hellos_unanswered(const Endpoint& endpoint) const;

 private:
  struct Entry {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint32_t hellos = 0;  // since it last sent anything
    bool proven = false;
  };
  Entry& Of(const Endpoint& endpoint);

  EndpointIndex index_;
  std::vector<Entry> entries_;
};

}  // namespace hearsay::sim
