// SPDX-License-Identifier: MIT
// Crawl: what it has found, counted.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "crawler/crawl.h"
#include "crawler/fair_count.h"
#include "crawler/suspects.h"

namespace hearsay {
namespace {

// What one node named, of each address group at most kJudgedOfGroup: for each node anew, without clearing.
class GroupTally {
 public:
  void Begin() { ++turn_; }
  bool Takes(std::uint32_t group) {
    if (group >= seen_.size()) seen_.resize(group + 1);
    Seen& seen = seen_[group];
    if (seen.turn != turn_) seen = {.turn = turn_, .count = 0};
    return ++seen.count <= kJudgedOfGroup;
  }

 private:
  struct Seen {
    std::uint32_t turn = 0;
    std::uint32_t count = 0;
  };
  std::uint32_t turn_ = 0;
  std::vector<Seen> seen_;
};

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
  const std::vector<std::size_t> namings = NamingsByGroup();
  RareTally once(namings);  // on the account of who named it first
  RareTally twice(namings);
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
    }
    if ((alive || pending) && spot.named == 1) once.Add(frontier_.TellerOf(place));
    if ((alive || pending) && spot.named == 2) twice.Add(frontier_.TellerOf(place));
    if (alive && spot.named > 0) counted.fewest = std::min<std::size_t>(counted.fewest, spot.named);
  }
  counted.fair_once = once.FairShare();
  counted.fair_twice = twice.FairShare();
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
    if (IsLate(place)) late_groups.push_back(group);
    (IsLate(place) ? late : prompt).push_back(*proved);
  }
  Attended attended;
  Attendance& attendance = attended.attendance;
  attendance.looks = looks_;
  attendance.late = late.size();
  if (found == 0) return attended;
  RareTally tally(found_of_group);
  for (const auto& group : late_groups) tally.Add(group);
  attendance.lost = tally.Fair() / static_cast<double>(found);
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

Census Crawl::Result(Time now) const {
  Census census;
  census.started_at = started_at_;
  census.finished_at = now;
  census.complete = walked_ && !cut_off_ && frontier_.refused() == 0;
  const Counters& counters = caller_.counters();
  census.traffic = {.packets_sent = counters[Counter::kDatagramsSent],
                    .bytes_sent = counters[Counter::kBytesSent],
                    .packets_received = counters[Counter::kDatagramsReceived],
                    .bytes_received = counters[Counter::kBytesReceived]};
  const Attended attended = Attend();
  census.estimate = EstimateNodes(CountNamings(), attended.attendance);
  census.moment = started_at_ + attended.moment;
  census.looks = looks_;
  census.distrusted = frontier_.distrusted();
  const std::vector<FoundNodes::Number> order = nodes_.Ordered();
  std::vector<std::uint32_t> place_of(order.size());  // found number -> place in the census
  for (std::uint32_t place = 0; place < order.size(); ++place) place_of[order[place]] = place;
  AddNodes(order, place_of, census);
  AddEdges(order, place_of, census);
  AddHiddenNodes(census);
  FlagSuspects(census);
  return census;
}

void Crawl::AddNodes(const std::vector<FoundNodes::Number>& order, const std::vector<std::uint32_t>& place_of,
                     Census& census) const {
  census.nodes.reserve(order.size());
  for (const FoundNodes::Number number : order) {
    MappedNode& node = census.nodes.emplace_back();
    node.id = nodes_.IdOf(number);
    node.verdict = Verdict::kUnconfirmed;
    node.record = nodes_.RecordOf(number);
    node.rtt = nodes_.RttOf(number);
    node.sampled = nodes_.ToldCount(number);
    node.excluded = nodes_.excluded(number);
  }
  for (Frontier::Index i = 0; i < spots_.size(); ++i) {
    const Spot& spot = spots_[i];
    if (spot.node == kNoNode) {
      if (spot.verdict != Verdict::kSelf) census.silent.push_back({frontier_.At(i), spot.verdict});
      continue;
    }
    MappedNode& node = census.nodes[place_of[spot.node]];
    node.endpoints.push_back(frontier_.At(i));
    if (spot.verdict == Verdict::kReachable) node.verdict = Verdict::kReachable;
  }
  for (MappedNode& node : census.nodes) std::sort(node.endpoints.begin(), node.endpoints.end());
  std::sort(census.silent.begin(), census.silent.end(),
            [](const MappedEndpoint& a, const MappedEndpoint& b) { return a.endpoint < b.endpoint; });
}

// One node may make ids up; what two say, and nobody found at an endpoint, is there. Liars together may invent some.
void Crawl::AddHiddenNodes(Census& census) const {
  census.hidden = hidden_.NamedBy(kHiddenNamings);
  // Both are in the order of their ids.
  auto node = census.nodes.begin();
  std::erase_if(census.hidden, [&](const HiddenNode& hidden) {
    while (node != census.nodes.end() && PrefixOf(node->id) < hidden.id) ++node;
    return node != census.nodes.end() && PrefixOf(node->id) == hidden.id;
  });
}

void Crawl::AddEdges(const std::vector<FoundNodes::Number>& order, const std::vector<std::uint32_t>& place_of,
                     Census& census) const {
  std::vector<std::uint32_t> named;  // by one node; places in the census
  GroupTally verified;
  GroupTally silent;
  census.edges.reserve(CountEdges());
  for (std::uint32_t place = 0; place < order.size(); ++place) {
    MappedNode& node = census.nodes[place];
    named.clear();
    verified.Begin();
    silent.Begin();
    for (const Frontier::Index told : nodes_.Told(order[place])) {
      const Spot& spot = spots_[told];
      const auto group = frontier_.GlobalGroupOf(told);
      if (spot.node == kNoNode) {
        if (spot.verdict == Verdict::kNotVisited) continue;
        if (!group || silent.Takes(*group)) ++node.judged_silent;
        continue;
      }
      ++node.sampled_verified;
      if (!group || verified.Takes(*group)) ++node.judged_verified;
      if (place_of[spot.node] != place) named.push_back(place_of[spot.node]);
    }
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    for (const std::uint32_t to : named) {
      census.edges.emplace_back(place, to);
      ++census.nodes[to].named_by;
    }
  }
}

// About: several endpoints of one node are counted apart.
std::size_t Crawl::CountEdges() const {
  std::size_t edges = 0;
  for (const Spot& spot : spots_) edges += spot.node == kNoNode ? 0 : spot.named;
  return edges;
}

}  // namespace hearsay
