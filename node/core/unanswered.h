// SPDX-License-Identifier: MIT
//
// Unanswered: endpoints that were told to us, were dialled, and did not answer. They are not dialled again for a day,
// then for twice as long, up to a week.
//
// This is what a victim of reflected dials is protected by: whoever gossips its endpoint to n nodes makes each of them
// send it one packet a day (two, where it would take one of the 64 slots), n / 1440 a minute in all, however many tell
// it and however often. Nothing is lost: a living node whose packet was lost dials us itself, and table peers are not
// in here (they have a back-off of their own).
// While few peers are known (a small network wants everybody, over links that lose packets too) it begins with half a
// minute and doubles as well: a dozen dials in the first day.
//
// What failed at one address is counted too: from kOfAnAddress on all of its endpoints are left alone, for a day (an
// hour while few are known), until somebody returns our cookie from there. Otherwise a liar would name a victim's ports
// in turn. (Whoever names made-up ports of an honest node keeps us from dialling what we are told of it, until it dials
// us, as every node does that is told of us.) So are path challenges to where a peer announces that it lives: each of
// its ids brings a victim three at most, and all of them together kOfAnAddress a day and those that were under way: 4
// packets a minute from 1,000 nodes (experiment reflector), 17 at most.
// Nothing is stored: after a restart a victim is asked again.
//
// A cache of fingerprints: 8 bytes each, four to a set, at most kMaxEntries (128 kB); in a full set the one that would
// be forgiven first makes room. An endpoint that is not in a full cache is taken for one that is once in 2^18 look-ups,
// and nobody can choose which: the hash is keyed. Who fills it with endpoints of its own making needs a dial of ours
// for each, or a challenge (Work::kElsewhere): more than two hours at both budgets.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/endpoint.h"
#include "proto/siphash.h"
#include "proto/time.h"

namespace hearsay {

class Unanswered {
 public:
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kMaxEntries = 16'384;
  static constexpr Duration kFirst = std::chrono::hours{24};  // so that 1,000 nodes send less than a packet a minute
  static constexpr Duration kFirstWhenFew = std::chrono::seconds{30};      // two rounds
  static constexpr std::uint32_t kOfAnAddress = 15;                        // Guess: a table keeps 16 ports of one
  static constexpr Duration kAddressTime = std::chrono::hours{24};         // as kFirst
  static constexpr Duration kAddressTimeWhenFew = std::chrono::hours{1};   // Guess
  static constexpr Duration kLongest = std::chrono::hours{24 * 7};         // Guess

  explicit Unanswered(const SipKey& secret, Time start) : secret_(secret), start_(start) {}

  // It did not answer; `first` is kFirst or kFirstWhenFew.
  void Add(const Endpoint& endpoint, Duration first, Time now);
  // Something else that was sent to this address was not answered. `few`: few peers are known.
  void AddToAddress(const IpAddress& address, bool few, Time now);
  bool Contains(const Endpoint& endpoint, Time now) const;
  // It proved itself, and that its address is nobody's victim.
  void Remove(const Endpoint& endpoint);
  // Somebody there answered us: it is nobody's victim, and its other endpoints may be asked again.
  void ForgiveAddress(const IpAddress& address) { Clear(HashOfAddress(address)); }
  std::size_t size() const { return used_; }

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t until : 28 = 0;  // seconds since start_: eight years; 0 is a free place
    std::uint32_t failures : 4 = 0;
  };
  static_assert(sizeof(Entry) == 8);
  std::uint32_t HashOfAddress(const IpAddress& address) const { return Hash({address, 0}); }
  std::uint32_t Hash(const Endpoint& endpoint) const {
    return static_cast<std::uint32_t>(SipHash(secret_, endpoint.ToBytes()));
  }
  std::uint32_t Seconds(Time t) const {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(t - start_).count()) + 1;
  }
  Entry* SetOf(std::uint32_t hash) { return &entries_[hash % (entries_.size() / kWays) * kWays]; }
  const Entry* Find(std::uint32_t hash) const;
  Entry& Place(std::uint32_t hash);
  Entry& Take(std::uint32_t hash);
  void Clear(std::uint32_t hash);
  void Grow();

  SipKey secret_;
  Time start_;
  std::vector<Entry> entries_;  // a power of two; empty until the first failure
  std::size_t used_ = 0;
};

}  // namespace hearsay
