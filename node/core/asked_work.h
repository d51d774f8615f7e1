// SPDX-License-Identifier: MIT
//
// AskedWork: what others may make this node do besides answering them, all of them together: a bucket for each kind.
// (What each of them may send is admission.h; whom we dial of our own accord is Rhythm::VerificationRate.) Rates that
// give no reason are guesses.
// What an attacker gains: these rates, whatever its channels and groups; what honest peers ask for in that kind waits.
#pragma once

#include <array>

#include "node/core/token_bucket.h"

namespace hearsay {

enum class Work : std::uint8_t {
  kChallenge,   // a path challenge to where a peer says it lives: cheaper than a dial, one sealed packet each way
  kElsewhere,   // such a challenge to a global endpoint that its packets do not come from: it may be a victim's
  kToldProbe,   // a ping to whom somebody suspects; we find the dead ourselves too
  kSeededPull,  // a pull that names a seed (a crawler's): it ranks the whole table
  kRecordTell,  // our new record, to everybody at once; over the rate it rides on keepalives that go anyway
  kResetSend,   // "I hold no such session"
  kResetRead,   // such a hint looked at: it walks the channels. Apart from those sent, so that junk can't silence ours
};

class AskedWork {
 public:
  bool Take(Work what, Time now) { return buckets_[At(what)].Take(kRates[At(what)], now); }

 private:
  static constexpr std::array<Rate, 7> kRates = {{
      {.tokens = 32, .period = std::chrono::seconds{1}, .burst = 256},  // as our own dials; all inbound peers at once
      {.tokens = 16, .period = std::chrono::seconds{15}, .burst = 64},  // as dials to what was told (rhythm.h)
      {.tokens = 16, .period = std::chrono::seconds{1}, .burst = 128},  // a full view twice at once
      {.tokens = 100, .period = std::chrono::seconds{1}, .burst = 400},
      {.tokens = 1, .period = std::chrono::seconds{5}, .burst = 4},
      {.tokens = 10, .period = std::chrono::seconds{1}, .burst = 20},
      {.tokens = 100, .period = std::chrono::seconds{1}, .burst = 400},
  }};
  static constexpr std::size_t At(Work what) { return static_cast<std::size_t>(what); }

  std::array<TokenBucket, kRates.size()> buckets_ = {TokenBucket(kRates[0]), TokenBucket(kRates[1]),
                                                     TokenBucket(kRates[2]), TokenBucket(kRates[3]),
                                                     TokenBucket(kRates[4]), TokenBucket(kRates[5]),
                                                     TokenBucket(kRates[6])};
};

}  // namespace hearsay
