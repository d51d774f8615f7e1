// SPDX-License-Identifier: MIT
//
// FlightPool: the datagrams under way. A landed flight's buffer is used again, so that a running network allocates
// nothing a datagram; the pool is as large as the most that ever flew at once.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/bytes.h"
#include "proto/endpoint.h"

namespace hearsay::sim {

struct Flight {
  Endpoint from;  // as the receiver will see it
  Endpoint to;
  std::uint32_t target = 0;  // host or translator; the wire's business
  Bytes bytes;
};

class FlightPool {
 public:
  std::uint32_t Take() {
    if (free_.empty()) {
      flights_.emplace_back();
      return static_cast<std::uint32_t>(flights_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  void Release(std::uint32_t index) { free_.push_back(index); }
  Flight& operator[](std::uint32_t index) { return flights_[index]; }
  std::size_t flying() const { return flights_.size() - free_.size(); }

 private:
  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_;
};

}  // namespace hearsay::sim
