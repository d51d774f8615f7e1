// SPDX-License-Identifier: MIT
#include "crawler/good_set.h"

#include <algorithm>
#include <set>

namespace hearsay {
namespace {

// Of two nodes that are not good: fewer failures in a row first, then who was up more.
struct Standing {
  std::uint32_t place;
  std::uint16_t failures;
  double up;
};

std::vector<Standing> RankByStanding(std::span<const Candidate> all, const std::vector<std::uint32_t>& places) {
  std::vector<Standing> ranked;
  for (const std::uint32_t place : places) {
    double up = 0;
    for (const ReliabilityWindow& window : all[place].reliability->windows()) up += window.reliability;
    ranked.push_back({place, all[place].reliability->failures(), up});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Standing& a, const Standing& b) {
    return a.failures != b.failures ? a.failures < b.failures : a.up > b.up;
  });
  return ranked;
}

// The members, and the groups that they stand in: as many of these as are wanted, and no more are looked at.
class Selection {
 public:
  Selection(std::span<const Candidate> all, std::size_t wanted, std::vector<std::uint32_t>& members)
      : all_(all), wanted_(wanted), members_(members) {
    for (const std::uint32_t member : members_) {
      if (!few()) break;
      groups_.insert(all_[member].endpoint->group());
    }
  }
  bool few() const { return groups_.size() < wanted_; }
  // How many came in.
  std::size_t Fill(const std::vector<std::uint32_t>& places) {
    const std::size_t before = members_.size();
    std::vector<std::uint32_t> others;
    for (const Standing& one : RankByStanding(all_, places)) {
      if (few() && groups_.insert(all_[one.place].endpoint->group()).second) {
        members_.push_back(one.place);
      } else {
        others.push_back(one.place);
      }
    }
    for (const std::uint32_t place : others) {
      if (members_.size() >= wanted_) break;
      members_.push_back(place);
    }
    return members_.size() - before;
  }

 private:
  const std::span<const Candidate> all_;
  const std::size_t wanted_;
  std::vector<std::uint32_t>& members_;
  std::set<AddressGroup> groups_;
};

}  // namespace

GoodSet SelectGood(std::span<const Candidate> all, const GoodRule& rule, std::size_t wanted) {
  GoodSet set;
  std::vector<std::uint32_t> doubtful, gone;
  for (std::uint32_t place = 0; place < all.size(); ++place) {
    const Reliability& one = *all[place].reliability;
    if (one.successes() == 0) continue;
    if (one.IsGood(rule)) {
      set.members.push_back(place);
    } else {
      (one.IsGone(rule) ? gone : doubtful).push_back(place);
    }
  }
  set.good = set.members.size();
  Selection selection(all, wanted, set.members);
  set.few = selection.few();
  if (set.few) set.doubtful = selection.Fill(doubtful);
  if (set.members.empty()) set.gone = selection.Fill(gone);
  return set;
}

}  // namespace hearsay
