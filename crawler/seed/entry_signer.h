// SPDX-License-Identifier: MIT
//
// EntrySigner: signed entries of TXT records, kept while they are good: a signature costs as much as a hundred answers.
//
// An entry lives for kLifetime and is signed anew when half of that is over, so what is given away is good for half an
// hour at least. Pure. At most kMaxKept entries; when they are full all are dropped, and signed again as they are asked
// for: whoever asks for every name costs one signature an answer at worst, as without this.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "crawler/seed/good_peers.h"
#include "node/io/seed_entry.h"

namespace hearsay {

class EntrySigner {
 public:
  static constexpr Duration kLifetime = std::chrono::hours{1};
  static constexpr std::size_t kMaxKept = 1 << 15;  // of about 400 bytes

  // `seed` outlives it.
  EntrySigner(std::string network, const Identity& seed) : network_(std::move(network)), seed_(&seed) {}

  // For a TXT record of `name`; good until the next call.
  const std::string& Sign(const std::string& name, const GoodPeer& peer, Time now);

 private:
  struct Kept {
    Time expires{};
    std::string text;
  };
  std::string network_;
  const Identity* seed_;
  std::map<std::tuple<std::string, Endpoint, NodeId>, Kept> kept_;
};

}  // namespace hearsay
