// SPDX-License-Identifier: MIT
//
// TokenBucket: `rate` a second on average, `burst` at once. Integer arithmetic in micro-tokens; 16 bytes of state.
#pragma once

#include <algorithm>
#include <cstdint>

#include "proto/time.h"

namespace hearsay {

struct Rate {
  std::uint32_t tokens = 0;  // per `period`; at most 8 millions, where the period is a second
  Duration period = std::chrono::seconds{1};
  std::uint32_t burst = 0;
};

class TokenBucket {
 public:
  // Starts full.
  explicit TokenBucket(Rate rate) : micro_(Micro(rate.burst)) {}

  bool Take(Rate rate, Time now, std::size_t tokens = 1) {
    Refill(rate, now);
    const std::int64_t cost = kUnit * static_cast<std::int64_t>(tokens);
    if (micro_ < cost) return false;
    micro_ -= cost;
    return true;
  }
  // Would a Take of so many succeed?
  bool Holds(Rate rate, Time now, std::size_t tokens) {
    Refill(rate, now);
    return micro_ >= kUnit * static_cast<std::int64_t>(tokens);
  }
  // When the next Take may succeed; `now` when it would.
  Time ReadyAt(Rate rate, Time now) {
    Refill(rate, now);
    if (micro_ >= kUnit || rate.tokens == 0) return now;
    const std::int64_t missing = kUnit - micro_;
    return now + Duration{(missing * rate.period.count()) / (static_cast<std::int64_t>(rate.tokens) * kUnit) + 1};
  }

 private:
  static constexpr std::int64_t kUnit = 1'000'000;
  static std::int64_t Micro(std::uint32_t tokens) { return static_cast<std::int64_t>(tokens) * kUnit; }

  void Refill(Rate rate, Time now) {
    if (now <= updated_) return;
    // At most a day counts, so that the product stays within 64 bits.
    const std::int64_t elapsed = std::min<std::int64_t>((now - updated_).count(), 86'400'000'000);
    micro_ = std::min(Micro(rate.burst), micro_ + Gain(rate, elapsed));
    updated_ = now;
  }
  static std::int64_t Gain(Rate rate, std::int64_t elapsed_us) {
    const std::int64_t period = rate.period.count();
    const std::int64_t whole = elapsed_us / period;
    const std::int64_t rest = elapsed_us % period;
    const std::int64_t cap = Micro(rate.burst);
    if (rate.tokens != 0 && whole > cap / Micro(rate.tokens)) return cap;
    return whole * Micro(rate.tokens) + rest * rate.tokens * kUnit / period;
  }

  std::int64_t micro_;
  Time updated_{};
};

}  // namespace hearsay
