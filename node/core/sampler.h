// SPDX-License-Identifier: MIT
//
// Sampler: whom we name: to a peer that pulls, to a crawler that asks by seed, to the application.
//
// Rule: only peers of the table that are verified, proved within kFresh, of a scope that may travel to the asker, and
// not the asker. Hearsay is never passed on, so a lie ends at whom it was told to: to be named, an attacker has to
// answer at an endpoint, to us, every five minutes. Drawn without replacement and without regard to slots: who is named
// tells nobody whom we chose.
// What an attacker gains: a share s of the fresh table gives a share s of each sample (Cyclon's and Brahms's uniform
// draw); one global address group, however full, gives at most kOfGroup of 32 places (12.5 %) while others are there.
// The application's draw is that of a slot with a new seed (view.h): a share a of the address groups gives a share a,
// and within a group each address the same; 100 ids of one /24 among 1,000 nodes get 0.1 % (tests/sim/EXPERIMENTS.md).
// Cost: a draw looks at kDraws peers at most. A table above kSmallTable is searched once in kGatherWait, and what went
// in between is left out. A seeded answer hashes every fresh peer: AskedWork says how many are given.
#pragma once

#include <vector>

#include "node/core/peer_book.h"
#include "proto/limits.h"
#include "proto/rng.h"

namespace hearsay {

class Sampler {
 public:
  struct Asker {
    Scope scope{};  // of the path to it
    NodeId id;
    std::uint64_t seed = 0;  // 0: drawn at random
  };
  static constexpr std::size_t kDraws = 256;     // enough for 32 of a table that is one group to seven eighths
  static constexpr std::ptrdiff_t kOfGroup = 4;  // of a global address group, while there are others
  static constexpr std::size_t kSmallTable = 512;
  static constexpr Duration kGatherWait = std::chrono::seconds{1};

  // Appends at most kMaxSampleEndpoints, each once. With a seed those whose hash under it is least, the same for the
  // same table, so that whoever asks with many seeds sees all of it in few pulls.
  void Fill(const PeerBook& book, const AddressGroups& groups, const Asker& asker, Time now, Rng& rng,
            std::vector<Endpoint>& out);

 private:
  void Gather(const PeerBook& book, Time now);
  // Null: who is at this place now is not to be named.
  static const Peer* Fitting(const PeerBook& book, std::uint32_t place, const Asker& asker, Time now);
  void FillBySeed(const PeerBook& book, const Asker& asker, Time now, std::vector<Endpoint>& out) const;

  std::vector<std::uint32_t> fresh_;  // places in the table of those proved within kFresh, as of gathered_at_
  Time gathered_at_{};
};

// For the application: uniform over the address groups of the verified peers, then over addresses. Null: there is none.
const Peer* DrawPeer(const PeerBook& book, const AddressGroups& groups, Rng& rng);

}  // namespace hearsay
