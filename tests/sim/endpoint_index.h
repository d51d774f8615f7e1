// SPDX-License-Identifier: MIT
//
// EndpointIndex: endpoint to number, the one lookup on every datagram's way.
//
// Open addressing with linear probing and backward-shift deletion; at most half full. It is never iterated, so its
// order cannot leak into a run. Port 0 is an ordinary key: the wire uses it for "any port of this address".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/endpoint.h"

namespace hearsay::sim {

class EndpointIndex {
 public:
  std::optional<std::uint32_t> Find(const Endpoint& endpoint) const;
  // False, and unchanged, when the endpoint is already there.
  bool Insert(const Endpoint& endpoint, std::uint32_t value);
  void Erase(const Endpoint& endpoint);
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    Endpoint key;
    bool used = false;
    std::uint32_t value = 0;
  };
  std::size_t Home(const Endpoint& endpoint) const;
  std::size_t Next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  void Grow();

  std::vector<Slot> slots_;  // a power of two, or empty
  std::size_t size_ = 0;
};

}  // namespace hearsay::sim
