// SPDX-License-Identifier: MIT
//
// TraceHash: one running BLAKE2b over everything that happened: each event, and each effect of each step with its
// bytes. Two runs of one seed that differ anywhere differ here. It is a fingerprint for people to compare.
#pragma once

#include <sodium.h>

#include <array>
#include <string>

#include "node/core/seam.h"
#include "tests/sim/event_queue.h"

namespace hearsay::sim {

class TraceHash {
 public:
  TraceHash();
  void AddEvent(const Event& event);
  void AddStep(std::uint32_t host, const Effects& effects);
  // Of everything so far; 32 hex digits.
  std::string ToString() const;

 private:
  void Add(BytesView bytes);
  void AddNumber(std::uint64_t number);
  void AddEndpoint(const Endpoint& endpoint);
  void AddEffect(const Effect& effect);
  void Drain();

  crypto_generichash_state state_;
  std::array<std::byte, 4096> buffer_;  // updates are small; the hash likes them large
  std::size_t used_ = 0;
};

}  // namespace hearsay::sim
