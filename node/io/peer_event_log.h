// SPDX-License-Identifier: MIT
//
// PeerEventLog: how a peer event reads in the log, and how loud: what an operator must act on is a warning, the coming
// and going of peers is information, the channel's ups and downs are for debugging.
//
// Peers come and go as they like, so each kind of event has a budget of lines, kRate; the first line after some that
// were left out says how many they were (`left_out`). Counters and the API's events count all of them.
#pragma once

#include <map>

#include "node/core/seam.h"
#include "node/core/token_bucket.h"
#include "node/io/log.h"

namespace hearsay {

class PeerEventLog {
 public:
  // 3 MB an hour of one kind at most; a network of 500 that starts at once is logged whole.
  static constexpr Rate kRate{.tokens = 5, .period = std::chrono::seconds{1}, .burst = 500};

  explicit PeerEventLog(Log& log) : log_(log) {}
  void Write(const PeerEvent& event, Time now);

 private:
  struct Lines {
    TokenBucket budget{kRate};
    std::uint64_t left_out = 0;
  };

  Log& log_;
  std::map<PeerEventKind, Lines> lines_;
};

}  // namespace hearsay
