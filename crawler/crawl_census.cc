// SPDX-License-Identifier: MIT
// Crawl: what it has found, counted.
#include <algorithm>

#include "crawler/crawl.h"
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

}  // namespace

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
  census.looks = attended.attendance.looks;
  census.distrusted = frontier_.distrusted() + hidden_.refused();
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
      if (spot.verdict != Verdict::kSelf) census.silent.push_back({frontier_.At(i), spot.verdict, spot.named});
      continue;
    }
    MappedNode& node = census.nodes[place_of[spot.node]];
    const bool confirmed = spot.verdict == Verdict::kReachable;
    (confirmed ? node.endpoints : node.unconfirmed).push_back(frontier_.At(i));
    if (confirmed) node.verdict = Verdict::kReachable;
  }
  for (MappedNode& node : census.nodes) {
    if (node.endpoints.empty()) std::swap(node.endpoints, node.unconfirmed);
    std::sort(node.endpoints.begin(), node.endpoints.end());
    std::sort(node.unconfirmed.begin(), node.unconfirmed.end());
  }
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
        if (spot.verdict == Verdict::kNotVisited) {
          ++node.untried;
          continue;
        }
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
