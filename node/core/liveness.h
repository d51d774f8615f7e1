// SPDX-License-Identifier: MIT
//
// LivenessProbe: "are you alive?", asked a few times, and the answer's round trip.
//
// Each attempt has a ping number of its own, so that a late answer still tells which attempt it answers: retransmitting
// early costs no measurement (RFC 6298's estimator without Karn's restriction).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "proto/time.h"

namespace hearsay {

// The share of probes that went unanswered by peers who were alive, as a moving average in thousandths.
class LossEstimate {
 public:
  void AddAnswered(int unanswered_before) {
    for (int i = 0; i < unanswered_before; ++i) permille_ += (1000 - permille_) / kWeight;
    permille_ -= permille_ / kWeight;
  }
  int permille() const { return permille_; }
  auto operator<=>(const LossEstimate&) const = default;

 private:
  static constexpr int kWeight = 16;  // Guess: half of RFC 6298's 1/8
  int permille_ = 0;
};

// RFC 6298's estimate, and the lowest sample: what the distance alone takes. The first samples of a network that starts
// all at once are mostly waiting for a processor, and the next ones come seconds later.
struct RoundTrip {
  std::optional<Duration> smoothed;
  Duration variance{};
  Duration lowest = Duration::max();  // before the first sample
  static constexpr int kEarlySamples = 8;  // Guess
  int samples = 0;

  void Add(Duration sample) {
    ++samples;
    lowest = std::min(lowest, sample);
    if (!smoothed) {
      smoothed = sample;
      variance = sample / 2;
      return;
    }
    const Duration error = sample > *smoothed ? sample - *smoothed : *smoothed - sample;
    // The first ones weigh half, not RFC 6298's eighth: seconds apart, they would be felt for a minute.
    const bool early = samples <= kEarlySamples;
    variance = early ? (variance + error) / 2 : (3 * variance + error) / 4;
    smoothed = early ? (*smoothed + sample) / 2 : (7 * *smoothed + sample) / 8;
  }
};

// How late our own timers run. A starved process, on a machine where its peers starve too, must not call them dead for
// it (local health awareness: Dadgar 2018, "Lifeguard"). Decays within a few ticks.
class Lateness {
 public:
  void Add(Duration late) {
    late_ = std::max(std::min<Duration>(late, std::chrono::milliseconds{250}), late_ * 7 / 8);
  }
  // Of an answer's timeout: both sides' awakenings, and then as much again.
  Duration Allowance() const { return late_ < std::chrono::milliseconds{2} ? Duration{} : 4 * late_; }

 private:
  Duration late_{};
};

class LivenessProbe {
 public:
  static constexpr int kMaxAttempts = 8;
  enum class Cause : std::uint8_t { kOwn, kTold };  // others' word made us look

  bool open() const { return attempts_ > 0; }
  int attempts() const { return attempts_; }
  Time last_attempt() const { return sent_at_[static_cast<std::size_t>(attempts_ - 1)]; }
  Cause cause() const { return cause_; }
  // The ping number of the next attempt, never 0. At most kMaxAttempts in one probe; the first one's cause is its, and
  // its number is drawn, so that nobody can answer what it does not receive.
  std::uint32_t Attempt(Time now, std::uint64_t draw, Cause cause = Cause::kOwn) {
    if (attempts_ == 0) {
      cause_ = cause;
      last_ping_ = static_cast<std::uint32_t>(draw);
    }
    if (++last_ping_ == 0) ++last_ping_;
    sent_at_[static_cast<std::size_t>(attempts_++)] = now;
    return last_ping_;
  }
  struct Answer {
    Duration round_trip{};
    int unanswered_before = 0;
    Cause cause{};
  };
  // Ends the probe when `pong` answers one of its attempts.
  std::optional<Answer> OnPong(std::uint32_t pong, Time now) {
    const std::uint32_t back = last_ping_ - pong;
    if (pong == 0 || back >= static_cast<std::uint32_t>(attempts_)) return std::nullopt;
    const int index = attempts_ - 1 - static_cast<int>(back);
    attempts_ = 0;
    return Answer{now - sent_at_[static_cast<std::size_t>(index)], index, cause_};
  }
  void Close() { attempts_ = 0; }

 private:
  std::uint32_t last_ping_ = 0;
  Cause cause_ = Cause::kOwn;
  int attempts_ = 0;
  std::array<Time, kMaxAttempts> sent_at_{};
};

}  // namespace hearsay
