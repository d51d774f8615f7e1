// SPDX-License-Identifier: MIT
//
// Suspicions: of whom a probe of ours failed lately, to be named on keepalives for kLife. At most kMaxSuspicions; the
// newest stay. Others look for themselves and remove nobody on our word (Das 2002, SWIM section 4.2, without the word).
#pragma once

#include <vector>

#include "proto/keepalive.h"
#include "proto/limits.h"
#include "proto/time.h"

namespace hearsay {

class Suspicions {
 public:
  static constexpr Duration kLife = std::chrono::seconds{3};  // the longest ProbeTimeout (rhythm.h)

  void Expire(Time now) {
    std::erase_if(list_, [&](const Suspicion& s) { return s.until <= now; });
  }
  bool full() const { return list_.size() >= kMaxSuspicions; }
  // The oldest makes room.
  void Add(IdPrefix prefix, Time now) {
    std::erase_if(list_, [&](const Suspicion& s) { return s.prefix == prefix; });
    if (full()) list_.erase(list_.begin());
    list_.push_back({prefix, now + kLife});
  }
  void AppendTo(std::vector<IdPrefix>& out, Time now) const {
    for (const Suspicion& s : list_) {
      if (s.until > now) out.push_back(s.prefix);
    }
  }

 private:
  struct Suspicion {
    IdPrefix prefix = 0;
    Time until{};
  };
  std::vector<Suspicion> list_;  // newest last
};

}  // namespace hearsay
