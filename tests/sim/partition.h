// SPDX-License-Identifier: MIT
//
// Partition: which hosts cannot hear which, now.
//
// Each host stands on one of eight sides (0 until told otherwise); a cut is directed, so that one-way failures, the
// kind that fools failure detectors, can be made. A datagram is lost when its way is cut at the moment it is sent.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/check.h"

namespace hearsay::sim {

class Partition {
 public:
  static constexpr unsigned kSides = 8;

  void Place(std::uint32_t host, unsigned side) {
    HEARSAY_CHECK(side < kSides);
    if (host >= sides_.size()) sides_.resize(host + 1, 0);
    sides_[host] = static_cast<std::uint8_t>(side);
  }
  void CutOneWay(unsigned from, unsigned to) { cuts_ |= Bit(from, to); }
  void Cut(unsigned a, unsigned b) {
    CutOneWay(a, b);
    CutOneWay(b, a);
  }
  void Heal() { cuts_ = 0; }
  bool Passes(std::uint32_t from, std::uint32_t to) const {
    return cuts_ == 0 || (cuts_ & Bit(Side(from), Side(to))) == 0;
  }

 private:
  static std::uint64_t Bit(unsigned from, unsigned to) { return 1ull << (from * kSides + to); }
  unsigned Side(std::uint32_t host) const { return host < sides_.size() ? sides_[host] : 0u; }

  std::vector<std::uint8_t> sides_;
  std::uint64_t cuts_ = 0;
};

}  // namespace hearsay::sim
