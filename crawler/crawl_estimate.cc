// SPDX-License-Identifier: MIT
// Crawl: what the estimate is reckoned from: how often endpoints were named, and who was met when.
#include <algorithm>
#include <cmath>

#include "crawler/crawl.h"
#include "crawler/fair_count.h"
#include "crawler/median.h"

namespace hearsay {
namespace {

using Places = std::vector<Frontier::Index>;

// Rare ones, each on the account of an address group, or of nobody where that is no stranger's.
class RareTally {
 public:
  explicit RareTally(const std::vector<std::size_t>& all) : groups_(all.size()) {
    for (std::size_t i = 0; i < all.size(); ++i) groups_[i].all = all[i];
  }
  void Add(std::optional<std::uint32_t> group) {
    ++rare_;
    if (!group) {
      ++others_;
    } else {
      ++groups_[*group].rare;
    }
  }
  template <typename GroupOf>
  static double FairShare(const std::vector<std::size_t>& all, const Places& rare, GroupOf group_of) {
    RareTally tally(all);
    for (const Frontier::Index place : rare) tally.Add(group_of(place));
    return tally.FairShare();
  }
  double Fair() const { return static_cast<double>(others_) + FairCount(groups_); }
  double FairShare() const { return rare_ == 0 ? 1 : Fair() / static_cast<double>(rare_); }

 private:
  std::vector<GroupRare> groups_;
  std::size_t others_ = 0;
  std::size_t rare_ = 0;
};

}  // namespace

std::vector<std::size_t> Crawl::NamingsByGroup() const {
  std::vector<std::size_t> namings(frontier_.groups());
  std::vector<bool> known(nodes_.size());
  for (Frontier::Index place = 0; place < spots_.size(); ++place) {
    const FoundNodes::Number node = spots_[place].node;
    const auto group = frontier_.GlobalGroupOf(place);
    if (node == kNoNode || known[node] || !group) continue;
    known[node] = true;
    namings[*group] += nodes_.ToldCount(node);
  }
  return namings;
}

// A node at several endpoints is counted at the first of them; the others are endpoints that brought no node.
Namings Crawl::CountNamings() const {
  Namings counted;
  std::vector<std::size_t> of_group(frontier_.groups());  // alive or pending
  Places once;                                            // likewise
  Places twice;
  Places undialled;  // pending, and named by more
  std::vector<bool> known(nodes_.size());
  for (Frontier::Index place = 0; place < spots_.size(); ++place) {
    const Spot& spot = spots_[place];
    if (spot.verdict == Verdict::kSelf) continue;
    bool alive = spot.node != kNoNode && spot.verdict == Verdict::kReachable;
    if (alive && known[spot.node]) alive = false;
    if (alive) known[spot.node] = true;
    const bool open = spot.node == kNoNode && spot.verdict == Verdict::kNotVisited;
    if (open && spot.state == EndpointState::kDialling && spot.dials == 1) {
      ++counted.asked;
      continue;
    }
    // Who left its first packet unanswered is most likely dead, and the last dial takes its time to say so.
    const bool pending = open && spot.dials == 0;
    Namings::Kind& kind = alive ? counted.alive : pending ? counted.pending : counted.dead;
    ++kind.heard;
    if (spot.named == 1) ++kind.once;
    if (spot.named == 2) ++kind.twice;
    if (alive || pending) {
      counted.namings += spot.named;
      counted.pairs += static_cast<double>(spot.named) * std::max(0, spot.named - 1);
      if (const auto group = frontier_.GlobalGroupOf(place)) ++of_group[*group];
      if (spot.named == 1) once.push_back(place);
      if (spot.named == 2) twice.push_back(place);
      if (pending && spot.named > 2) undialled.push_back(place);
    }
    if (alive && spot.named > 0) counted.fewest = std::min<std::size_t>(counted.fewest, spot.named);
  }
  // On the account of who named it first, and of its own group: those of one group may have gone to honest ones first.
  const std::vector<std::size_t> namings = NamingsByGroup();
  const auto teller = [this](Frontier::Index place) { return frontier_.TellerOf(place); };
  const auto own = [this](Frontier::Index place) { return frontier_.GlobalGroupOf(place); };
  counted.fair_once = std::min(RareTally::FairShare(namings, once, teller), RareTally::FairShare(of_group, once, own));
  counted.fair_twice =
      std::min(RareTally::FairShare(namings, twice, teller), RareTally::FairShare(of_group, twice, own));
  counted.fair_undialled = RareTally::FairShare(of_group, undialled, own);
  return counted;
}

// It left its first packet unanswered, and not because it is too far away to answer in time.
bool Crawl::IsLate(Frontier::Index place) const {
  const FoundNodes::Number node = spots_[place].node;
  const auto rtt = nodes_.RttOf(node);
  return nodes_.late(node) && !(rtt && *rtt > caller_.rhythm().DialWait(frontier_.At(place).scope(), 0));
}

Crawl::Attended Crawl::Attend() const {
  std::vector<Duration> prompt;
  std::vector<Duration> late;
  std::vector<std::size_t> found_of_group(frontier_.groups());
  std::vector<std::optional<std::uint32_t>> late_groups;
  std::vector<bool> known(nodes_.size());
  std::size_t found = 0;
  for (Frontier::Index place = 0; place < spots_.size(); ++place) {
    const Spot& spot = spots_[place];
    if (spot.node == kNoNode || spot.verdict != Verdict::kReachable || known[spot.node]) continue;
    known[spot.node] = true;
    const auto proved = nodes_.ProvedAt(spot.node);
    if (!proved) continue;  // an old journal's
    ++found;
    const auto group = frontier_.GlobalGroupOf(place);
    if (group) ++found_of_group[*group];
    if (!IsLate(place)) {
      prompt.push_back(*proved);
      continue;
    }
    late.push_back(*proved);
    late_groups.push_back(group);
  }
  Attended attended;
  Attendance& attendance = attended.attendance;
  attendance.looks = looks_;
  attendance.late = late.size();
  if (found == 0) return attended;
  RareTally tally(found_of_group);
  for (const auto& group : late_groups) tally.Add(group);
  attendance.looks.lost = tally.Fair() / static_cast<double>(found);
  attended.moment = MedianOf(prompt.empty() ? late : prompt);
  for (const Duration at : prompt) attendance.apart += std::abs(SecondsOf(at - attended.moment));
  for (const Duration at : late) attendance.after += std::max(at - attended.moment, Duration{});
  if (!late.empty()) attendance.after /= static_cast<std::int64_t>(late.size());
  return attended;
}

CrawlProgress Crawl::Progress() const {
  return {.nodes = nodes_.size(),
          .visits = visits_,
          .endpoints = frontier_.size(),
          .unreachable = unreachable_,
          .waiting = frontier_.waiting(),
          .in_flight = busy_ + patient_,
          .tellings = tellings_,
          .estimate = EstimateNodes(CountNamings(), Attend().attendance)};
}

}  // namespace hearsay
