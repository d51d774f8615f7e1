// SPDX-License-Identifier: MIT
//
// Speakers: whose word proves true. Every endpoint that a peer told us of and that we dialled counts for or against it.
//
// A sample holds only peers that its sender proved itself within minutes, so an honest speaker's word fails as often as
// peers vanish within minutes (churn), and no more often than the others' words. One whose word fails in more than half
// of at least kTrials cases, and twice as often as that of the median speaker, is doubtful: its hearsay waits behind
// the rest and it is asked less often. One that goes on like that to kLiarTrials is a liar: it is not read any more and
// loses its channel for kShunTime. (While the others have told less than kLiarTrials in all, doubtful is the worst.)
// The median, because each speaker counts once, however much it says: liars tell much that is new, and would soon be
// most of any sum. Of a speaker with less than kTrials the rest counts as proved.
// What an attacker gains by lying: kLiarTrials dials a member, an hour; after the first kTrials of them it gets one in
// HearsayQueue::kDoubtfulShare of the budget. To frame an honest speaker it needs members that answer the speaker
// and not us, in more than half of what is new to us in that speaker's word: many groups of them, because what fails in
// an address group counts once (until kGroups other groups have failed), and what is known already does not count.
// Not caught: lies that lie in fewer than kTrials address groups, and those of members who are half of all that we
// asked lately. Both cost the budget of unanswered dials, each endpoint once a day (unanswered.h), of which an attacker
// gets its share of the speakers' groups whether or not it lies (hearsay_queue.h).
// Counts are halved at kWindow, so that what was true long ago is forgotten. Nothing is stored: after a restart a liar
// has kLiarTrials lies again.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>

#include "proto/keepalive.h"
#include "proto/time.h"

namespace hearsay {

enum class Influence : std::uint8_t { kFull, kDoubtful, kNone };
std::string_view InfluenceName(Influence influence);  // "full", "doubtful", "none"

class Speakers {
 public:
  static constexpr std::size_t kCapacity = 512;  // eight times the view; the one unheard for longest makes room
  // Whose word fails one time in ten fails in five of eight once in 2,300 times.
  static constexpr std::uint32_t kTrials = 8;
  static constexpr std::uint32_t kLiarTrials = 32;              // Guess: four times kTrials
  static constexpr std::uint32_t kWindow = 128;                 // Guess: four samples
  static constexpr Duration kShunTime = std::chrono::hours{1};  // as nano-node excludes a peer
  static constexpr std::size_t kGroups = kTrials;

  struct Record {
    std::uint32_t proved = 0;
    std::uint32_t failed = 0;
    Time at{};  // of the last outcome
    std::array<std::uint64_t, kGroups> failed_groups{};  // the last ones, in a ring
    std::uint32_t next_group = 0;
    std::uint32_t trials() const { return proved + failed; }
  };

  void Proved(IdPrefix speaker, Time now) { Count(speaker, now, &Record::proved); }
  // `group`: a number for the address group of what was told.
  void Failed(IdPrefix speaker, std::uint64_t group, Time now);

  Influence Of(IdPrefix speaker, Time now) const;
  // What is known of a speaker: zeros when nothing is.
  Record Of(IdPrefix speaker) const {
    const auto it = records_.find(speaker);
    return it == records_.end() ? Record{} : it->second;
  }
  std::size_t size() const { return records_.size(); }

 private:
  void Count(IdPrefix speaker, Time now, std::uint32_t Record::* what);
  static std::uint32_t FailedPermille(const Record& record);
  std::uint32_t MedianFailedPermille() const;  // of all on record, of which there is one

  std::map<IdPrefix, Record> records_;
};

}  // namespace hearsay
