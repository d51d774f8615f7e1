// SPDX-License-Identifier: MIT
//
// HelloGate: under a flood of hellos, the share of them that the kernel is to let into the socket.
//
// A hello costs a stranger nothing, and the core answers kRate of them a second (admission.h, kHelloRate). Whatever
// comes above that would only take processor time and the room of honest peers' packets: the kernel drops what does
// not fit in the socket without asking what it is. So above kRate a filter at the socket drops hellos by lot, and lets
// everything else through. A newcomer's hello is answered with the probability kRate / flood, as it was before.
// The share is set anew every kWindow, from what was read and the share that let it in. When more comes than can be
// read, that is too little at first; each window halves the share until it fits. Pure: no clock, no socket.
// What an attacker gains: the processor time of kRate hellos, whatever it sends. Packets of other kinds are not gated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "node/core/admission.h"
#include "proto/time.h"

namespace hearsay {

class HelloGate {
 public:
  static constexpr std::uint32_t kRate = kHelloRate.tokens;  // a second
  static constexpr Duration kWindow = std::chrono::milliseconds{100};
  static constexpr std::uint32_t kOpen = UINT32_MAX;
  static constexpr std::uint32_t kLeast = kOpen / 1024;

  // So many hellos were read since the last call. Returns the new share (of 2^32; kOpen: all) when it changes.
  std::optional<std::uint32_t> Note(std::size_t hellos, Time now) {
    hellos_ += hellos;
    const Duration elapsed = now - since_;
    if (elapsed < kWindow) return std::nullopt;
    const double come = static_cast<double>(hellos_) * kOpen / share_;
    shed_ += static_cast<std::uint64_t>(come) - hellos_;
    hellos_ = 0;
    since_ = now;
    const double rate = come / std::chrono::duration<double>(elapsed).count();
    const double fits = rate <= kRate ? 1 : kRate / rate;
    const auto share = std::max(kLeast, static_cast<std::uint32_t>(fits * kOpen));
    return std::exchange(share_, share) == share ? std::nullopt : std::optional(share);
  }
  bool open() const { return share_ == kOpen; }
  // Hellos dropped by lot so far: an estimate, from those that came in.
  std::uint64_t shed() const { return shed_; }

 private:
  std::uint32_t share_ = kOpen;
  std::uint64_t hellos_ = 0;  // of this window
  std::uint64_t shed_ = 0;
  Time since_{};
};

}  // namespace hearsay
