// SPDX-License-Identifier: MIT
//
// Speakers: whose word proves true. Every endpoint that a peer told us of and that we dialled counts for or against it.
//
// A sample holds only peers that its sender proved itself within minutes, so an honest speaker's word fails as often as
// peers vanish within minutes (churn), and no more often than the others' words. One whose word fails in more than half
// of at least kTrials cases, and twice as often as everybody's, is doubtful: its hearsay waits behind the rest and it
// is asked less often. One that goes on like that to kLiarTrials is a liar: it is not read any more and loses its
// channel for kShunTime. (While others have told less than kLiarTrials in all, doubtful is the worst.)
// What an attacker gains by lying: kLiarTrials dials a member, an hour; after the first kTrials of them it gets one in
// HearsayQueue::kDoubtfulShare of the budget. To frame an honest speaker it needs members that answer the speaker
// and not us, in more than half of what is new to us in that speaker's word: many groups of them, because what fails in
// an address group counts once (until kGroups other groups have failed), and what is known already does not count.
// Not caught: lies that lie in fewer than kTrials address groups, and those of so many members that their failures make
// half of everybody's. Both cost the budget of unanswered dials, each endpoint once a day (unanswered.h).
// Counts are halved at kWindow, so that what was true long ago is forgotten.
#pragma once

#include <algorithm>
#include <array>
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
  static constexpr std::uint32_t kTrials = 8;
  static constexpr std::uint32_t kLiarTrials = 32;
  static constexpr std::uint32_t kWindow = 128;
  static constexpr Duration kShunTime = std::chrono::hours{1};

  static constexpr std::size_t kGroups = 8;

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
  void Failed(IdPrefix speaker, std::uint64_t group, Time now) {
    if (const auto it = records_.find(speaker); it != records_.end()) {
      auto& groups = it->second.failed_groups;
      if (std::find(groups.begin(), groups.end(), group) != groups.end()) return;
    }
    Count(speaker, now, &Record::failed);
    if (const auto it = records_.find(speaker); it != records_.end()) {
      it->second.failed_groups[it->second.next_group++ % kGroups] = group;
    }
  }

  Influence Of(IdPrefix speaker, Time now) const {
    const auto it = records_.find(speaker);
    if (it == records_.end()) return Influence::kFull;
    const Record& r = it->second;
    if (r.trials() < kTrials || r.failed * 2 <= r.trials()) return Influence::kFull;
    // Everybody's failures but its own, so that nobody is measured by itself.
    const std::uint64_t failed = all_.failed - std::min(all_.failed, r.failed);
    const std::uint64_t trials = all_.trials() - std::min(all_.trials(), r.trials());
    // While nobody else has spoken there is nothing to measure it by: a seed may remember a network that went down.
    if (trials < kLiarTrials) return Influence::kDoubtful;
    if (std::uint64_t{r.failed} * trials <= 2 * failed * r.trials()) return Influence::kFull;
    return r.trials() >= kLiarTrials && now < r.at + kShunTime ? Influence::kNone : Influence::kDoubtful;
  }
  // What is known of a speaker: zeros when nothing is.
  Record Of(IdPrefix speaker) const {
    const auto it = records_.find(speaker);
    return it == records_.end() ? Record{} : it->second;
  }
  std::size_t size() const { return records_.size(); }

 private:
  void Count(IdPrefix speaker, Time now, std::uint32_t Record::* what) {
    if (speaker == 0) return;
    if (records_.size() >= kCapacity && !records_.contains(speaker)) {
      records_.erase(std::min_element(records_.begin(), records_.end(),
                                      [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
    }
    for (Record* r : {&records_[speaker], &all_}) {
      ++(r->*what);
      r->at = now;
      if (r->trials() < (r == &all_ ? kWindow * 8 : kWindow)) continue;
      r->proved /= 2;
      r->failed /= 2;
    }
  }

  std::map<IdPrefix, Record> records_;
  Record all_;
};

}  // namespace hearsay
