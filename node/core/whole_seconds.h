// SPDX-License-Identifier: MIT
//
// WholeSeconds: a Time in four bytes, for what is kept of thousands of peers: whole seconds, rounded down, from 1970 to
// 2106. What lies outside becomes the nearest of the two.
#pragma once

#include <algorithm>
#include <cstdint>

#include "proto/time.h"

namespace hearsay {

class WholeSeconds {
 public:
  WholeSeconds() = default;
  WholeSeconds(Time t)  // NOLINT: it is a Time
      : seconds_(static_cast<std::uint32_t>(std::clamp<std::int64_t>(UnixSeconds(t), 0, UINT32_MAX))) {}
  operator Time() const { return FromUnixSeconds(seconds_); }  // NOLINT: the same

  // The standard's operators are templates, which see no conversions.
  friend Time operator+(WholeSeconds t, Duration d) { return Time{t} + d; }
  friend Duration operator-(Time a, WholeSeconds b) { return a - Time{b}; }

 private:
  std::uint32_t seconds_ = 0;
};

}  // namespace hearsay
