// SPDX-License-Identifier: MIT
//
// EntrySigner: signed entries of TXT records, at a bounded cost: a signature takes as long as a few answers.
//
// An entry lives for kLifetime and is signed anew when half of that is over, so what is given away is good for 29
// minutes at least. Signatures are kept while they are good, at most kMaxKept of them; when they are full all are
// dropped. Whoever asks for every name of a large network asks for more than that. So at most kSignaturesPerSecond are
// made, and who asks when they are used up gets entries that the name was answered with before, in another order:
// those of one answer a minute, the first after kRepeatFor, not the last one, which whoever asks most could choose.
// Where fewer than kFewest of them are left, as many are signed in any case: with the 1,030 names that a zone may have,
// 69 signatures a second more, and as many again each time that all peers of these are replaced. Pure. `now` is the
// system's clock, which readers compare with theirs: when it is set, entries are signed anew.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "crawler/seed/good_peers.h"
#include "node/core/token_bucket.h"
#include "node/io/seed_entry.h"

namespace hearsay {

class EntrySigner {
 public:
  static constexpr Duration kLifetime = std::chrono::hours{1};
  static constexpr std::size_t kMaxKept = 1 << 15;  // of about 400 bytes
  static constexpr std::uint32_t kSignaturesPerSecond = 500;  // and as many at once
  static constexpr Duration kRepeatFor = std::chrono::minutes{1};
  static constexpr std::size_t kFewest = 4;  // entries of an answer that nothing is left for, if so many were drawn
  static constexpr std::size_t kMaxNames = 1 << 11;  // whose last answers are kept: twice what a zone has

  struct Entry {
    IpAddress address;
    std::string text;  // of the TXT record
  };

  // `seed` outlives it.
  EntrySigner(std::string network, const Identity& seed) : network_(std::move(network)), seed_(&seed) {}

  // For TXT records of `name`, in random order: of the peers drawn, or those of an earlier draw whose addresses are
  // still among `good`, at least kFewest. To be drawn: as many as any answer may name. Good until the next call.
  const std::vector<Entry>& Sign(const std::string& name, const std::vector<const GoodPeer*>& drawn,
                                 const GoodPeers& good, Time now, Rng& rng);
  std::uint64_t signatures() const { return signatures_; }  // made so far

 private:
  static constexpr Rate kRate{.tokens = kSignaturesPerSecond, .burst = kSignaturesPerSecond};
  struct Kept {
    Time expires{};
    std::string text;
  };
  struct Answer {
    Time at{};
    std::vector<Entry> entries;
  };
  const std::string& SignOne(const std::string& name, const GoodPeer& peer, Time now);
  bool IsKept(const std::string& name, const GoodPeer& peer, Time now) const;

  std::string network_;
  const Identity* seed_;
  std::map<std::tuple<std::string, Endpoint, NodeId>, Kept> kept_;
  std::map<std::string, Answer, std::less<>> answers_;  // to be repeated, one a name
  std::vector<Entry> made_;                             // what Sign gave, where it repeated nothing
  TokenBucket budget_{kRate};
  Time asked_at_{};
  std::uint64_t signatures_ = 0;
};

}  // namespace hearsay
