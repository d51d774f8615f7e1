// SPDX-License-Identifier: MIT
//
// Reliability: how well a node answered, in five windows that fade: 2 h, 8 h, 1 d, 1 w, 30 d. And: is it good?
//
// Source: bitcoin-seeder (sipa), db.h. A result is worth what time passed since the one before: for a window tau, with
// `age` that time and f = exp(-age / tau),
//     reliability = reliability * f + (1 - f if it answered, else 0)      the share of the window's time it was up
//     count       = count * f + 1                                        the results that still weigh
//     weight      = weight * f + (1 - f)                                  the share of the window that was watched
// The first result is worth kFirstAge. The weights of all windows follow from one sum of ages: 1 - exp(-sum / tau).
//
// Anchor: there, a node is good when it is new (at most 3 tries, half of them answered), or some window's reliability
// and count are above that window's bounds. Here too, and then a second rule, because nobody must be sent to a node
// that has just gone: its last try did not fail, or it is the first failure and the last proof is younger than
// `patience`. So two failures in a row take a node out, and with crawls further apart than that, one does; its next
// answer brings it back, if the windows still do. Differs from bitcoin-seeder, which drops a node at any failure:
// with visits each minute one lost visit is no news. Its ignoreTill is left out: there, a node whose time to be
// ignored has passed is never tried again.
//
// Total: a clock that went back gives an age of 0, which moves no window; a gap of years leaves the last result alone.
// 60 bytes. Single precision: 2^-24 of a window each result, far below what a census can tell.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "proto/time.h"

namespace hearsay {

enum class Answer : std::uint8_t { kNone, kProved };

struct ReliabilityWindow {
  float reliability = 0;  // 0 to 1
  float count = 0;
  bool operator==(const ReliabilityWindow&) const = default;
};

struct GoodRule;

class Reliability {
 public:
  static constexpr std::size_t kWindows = 5;
  static constexpr std::array<Duration, kWindows> kSpans{std::chrono::hours{2}, std::chrono::hours{8},
                                                         std::chrono::hours{24}, std::chrono::hours{168},
                                                         std::chrono::hours{720}};
  // MIN_RETRY of bitcoin-seeder: what it takes to have passed before the first try.
  static constexpr Duration kFirstAge = std::chrono::seconds{1000};

  // `age`: since the result before; not looked at for the first one.
  void Add(Answer answer, Duration age);

  const std::array<ReliabilityWindow, kWindows>& windows() const { return windows_; }
  double Weight(std::size_t window) const;
  std::uint32_t tries() const { return tries_; }          // at most 2^32 - 1, as all that counts here
  std::uint32_t successes() const { return successes_; }
  std::uint16_t failures() const { return failures_; }    // since the last answer; at most 65,535
  // What the results were worth on the average: how often the node is looked at. kFirstAge before there are any.
  Duration MeanAge() const;
  // From the last answer, or the first try, to the last try.
  Duration silence() const;
  // Gone, by the second rule alone.
  bool IsGone(const GoodRule& rule) const;
  bool IsGood(const GoodRule& rule) const;

  // All of it, to be stored. Restoring takes any numbers: what is out of range, or none, becomes the nearest in it.
  struct State {
    std::array<ReliabilityWindow, kWindows> windows{};
    float watched_seconds = 0;
    float silent_seconds = 0;
    std::uint32_t tries = 0;
    std::uint32_t successes = 0;
    std::uint16_t failures = 0;
    bool operator==(const State&) const = default;
  };
  State Save() const;
  static Reliability Restore(const State& state);
  bool operator==(const Reliability&) const = default;

 private:
  std::array<ReliabilityWindow, kWindows> windows_{};
  float watched_seconds_ = 0;  // the sum of ages
  float silent_seconds_ = 0;
  std::uint32_t tries_ = 0;
  std::uint32_t successes_ = 0;
  std::uint16_t failures_ = 0;
};
static_assert(sizeof(Reliability) <= 64);

// What is good enough. The defaults are bitcoin-seeder's, but for the last two lines.
struct GoodRule {
  struct Bound {
    float reliability = 0;
    float count = 0;
    bool operator==(const Bound&) const = default;
  };
  std::array<Bound, Reliability::kWindows> above{{{.85F, 2}, {.70F, 4}, {.55F, 8}, {.45F, 16}, {.35F, 32}}};
  std::uint32_t new_tries = 3;      // so long it is enough that half of them were answered
  // So long after the first try the share of all tries is held against the first bound. Differs from the anchor, whose
  // first window needs 3.8 h to fill: between its third try and then nobody would be good, and a new seed serve none.
  Duration new_time = std::chrono::hours{4};
  std::uint16_t gone_failures = 2;  // in a row
  Duration patience = std::chrono::minutes{10};  // Guess: a restart with an upgrade is over by then
};

}  // namespace hearsay
