// SPDX-License-Identifier: MIT
#include "crawler/history/history.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "crawler/good_set.h"
#include "crawler/group_share.h"
#include "crawler/suspects.h"

namespace hearsay {
namespace {

bool IdBelow(const NodeLife& life, const NodeId& id) { return life.id < id; }

// May strangers make up many of its kind? Not on private and loopback networks, as in Frontier.
bool IsBounded(const NodeLife& life) {
  return !life.addresses.empty() && life.addresses.front().endpoint.scope() == Scope::kGlobal;
}

// What a census says about endpoints at which a node did not prove itself.
class Evidence {
 public:
  explicit Evidence(const Census& census) : census_(census) {
    if (census.complete) return;  // nobody will ask
    for (const MappedNode& node : census.nodes) {
      proved_.insert(proved_.end(), node.endpoints.begin(), node.endpoints.end());
      proved_.insert(proved_.end(), node.unconfirmed.begin(), node.unconfirmed.end());
    }
    std::sort(proved_.begin(), proved_.end());
  }
  // Asked of an endpoint at which the node in question is not found.
  bool TriedInVain(const Endpoint& endpoint) const {
    // Who is not named any more is gone, unless something that was named was not looked at.
    const bool looked_at_all = census_.complete && census_.distrusted == 0;
    if (looked_at_all || std::binary_search(proved_.begin(), proved_.end(), endpoint)) return true;
    const auto found = std::lower_bound(census_.silent.begin(), census_.silent.end(), endpoint,
                                        [](const MappedEndpoint& one, const Endpoint& e) { return one.endpoint < e; });
    return found != census_.silent.end() && found->endpoint == endpoint && found->verdict != Verdict::kNotVisited;
  }
  // Is there any about a node that was not found?
  bool AgainstAbsent(const NodeLife& life) const {
    if (census_.nodes.empty()) return false;
    return std::all_of(life.addresses.begin(), life.addresses.end(),
                       [this](const NodeAddress& address) { return TriedInVain(address.endpoint); });
  }

 private:
  const Census& census_;
  std::vector<Endpoint> proved_;
};

void RememberPast(NodeLife& life, const NodeAddress& left) {
  std::erase_if(life.past, [&](const NodeAddress& one) { return one.endpoint == left.endpoint; });
  if (life.past.size() >= NodeLife::kMaxPast) life.past.erase(life.past.begin());
  life.past.push_back(left);
}

// Takes over where the node was found. True when the set of its addresses is another than before.
bool UpdateAddresses(NodeLife& life, const std::vector<Endpoint>& found, const Evidence& evidence, Time now) {
  std::vector<NodeAddress> kept;
  for (NodeAddress& address : life.addresses) {
    const bool proved = std::binary_search(found.begin(), found.end(), address.endpoint);
    if (proved) {
      address.until = now;
    } else if (evidence.TriedInVain(address.endpoint)) {
      RememberPast(life, address);
      continue;
    }
    kept.push_back(address);
  }
  const auto is_kept = [&](const Endpoint& endpoint) {
    return std::any_of(kept.begin(), kept.end(), [&](const NodeAddress& one) { return one.endpoint == endpoint; });
  };
  for (const Endpoint& endpoint : found) {
    if (is_kept(endpoint)) continue;
    kept.push_back({.endpoint = endpoint, .since = now, .until = now});
  }
  // Where it was found goes before where nobody looked.
  const auto is_found = [&](const NodeAddress& one) {
    return std::binary_search(found.begin(), found.end(), one.endpoint);
  };
  std::stable_partition(kept.begin(), kept.end(), is_found);
  if (kept.size() > NodeLife::kMaxAddresses) kept.resize(NodeLife::kMaxAddresses);
  std::sort(kept.begin(), kept.end(),
            [](const NodeAddress& a, const NodeAddress& b) { return a.endpoint < b.endpoint; });
  kept.shrink_to_fit();
  const bool differs =
      !std::ranges::equal(kept, life.addresses, {}, &NodeAddress::endpoint, &NodeAddress::endpoint);
  life.addresses = std::move(kept);
  return differs;
}

// The most that a result may be worth, whatever the clock says.
Duration MostAge(const Reliability& reliability) {
  const Duration usual = std::max(reliability.MeanAge(), Reliability::kFirstAge);
  return std::max(History::kMostAges * usual, std::min(reliability.silence(), History::kLongRest));
}

void AddResult(NodeLife& life, Answer answer, Time now) {
  life.reliability.Add(answer, std::min(now - life.last_tried, MostAge(life.reliability)));
  life.last_tried = now;
  if (answer == Answer::kProved) life.last_seen = now;
}

// Takes back what a clock said that was ahead.
void LowerTimes(NodeLife& life, Time now) {
  for (Time* const time : {&life.first_seen, &life.last_seen, &life.last_tried, &life.software_since}) {
    *time = std::min(*time, now);
  }
  for (std::vector<NodeAddress>* const addresses : {&life.addresses, &life.past}) {
    for (NodeAddress& address : *addresses) {
      address.since = std::min(address.since, now);
      address.until = std::min(address.until, now);
    }
  }
}

// True when the software is another than before.
bool UpdateRecord(NodeLife& life, const NodeRecord& record, Time now) {
  const bool differs = life.software != record.software;
  if (differs) {
    life.software = record.software;
    life.software_since = now;
  }
  life.name = record.name;
  life.role = record.role;
  life.attributes = record.attributes;
  return differs;
}

void OnFound(NodeLife& life, const MappedNode& node, const Evidence& evidence, const Census& census,
             HistoryChange& change) {
  const Time now = census.finished_at;
  const bool is_new = life.reliability.tries() == 0;
  AddResult(life, Answer::kProved, now);
  if (!life.present) change.came.push_back(life.id);
  life.present = true;
  life.reachable = node.verdict == Verdict::kReachable;
  life.suspect = node.suspect || (life.suspect && !census.complete && !IsJudged(node));
  // Its refusal may have been lost on the way: who gave no record does not welcome crawlers again.
  life.excluded = node.excluded || (life.excluded && !node.record);
  if (UpdateAddresses(life, node.endpoints, evidence, now) && !is_new) change.moved.push_back(life.id);
  if (node.record) {
    const bool had_record = !life.software.empty();
    if (UpdateRecord(life, *node.record, now) && had_record) change.changed.push_back(life.id);
  }
}

void OnAbsent(NodeLife& life, Time now, HistoryChange& change) {
  AddResult(life, Answer::kNone, now);
  if (life.present) change.went.push_back(life.id);
  life.present = false;
}

}  // namespace

bool History::Restore(NodeLife life) {
  if (nodes_.size() >= limits_.nodes || (!nodes_.empty() && !(nodes_.back().id < life.id))) return false;
  nodes_.push_back(std::move(life));
  return true;
}

const NodeLife* History::Find(const NodeId& id) const {
  const auto found = std::lower_bound(nodes_.begin(), nodes_.end(), id, IdBelow);
  return found != nodes_.end() && found->id == id ? &*found : nullptr;
}

HistoryChange History::Apply(const Census& census) {
  const Time now = census.finished_at;
  const Evidence evidence(census);
  const bool was_ahead = timeline_.WasAhead(now);
  if (was_ahead) {
    for (NodeLife& life : nodes_) LowerTimes(life, now);
  }
  HistoryChange change;
  std::vector<NodeLife> fresh;
  if (nodes_.empty()) fresh.reserve(census.nodes.size());
  auto known = nodes_.begin();
  const auto pass_absent = [&](auto end) {
    for (; known != end; ++known) {
      if (evidence.AgainstAbsent(*known)) OnAbsent(*known, now, change);
    }
  };
  for (const MappedNode& node : census.nodes) {
    pass_absent(std::lower_bound(known, nodes_.end(), node.id, IdBelow));
    if (known != nodes_.end() && known->id == node.id) {
      OnFound(*known++, node, evidence, census, change);
      continue;
    }
    NodeLife& life = fresh.emplace_back();
    life.id = node.id;
    life.first_seen = life.last_tried = now;
    OnFound(life, node, evidence, census, change);
  }
  pass_absent(nodes_.end());

  if (!census.nodes.empty()) Forget(change.forgotten);
  Insert(std::move(fresh));
  KeepWithinBounds(change.forgotten);
  std::sort(change.forgotten.begin(), change.forgotten.end());

  for (std::uint32_t place = 0; place < nodes_.size(); ++place) {
    const bool had_result = nodes_[place].last_tried == now;
    if (had_result || was_ahead) change.rows.push_back(place);
  }
  change.point = MakePoint(census);
  change.point.came = change.came.size();
  change.point.went = change.went.size();
  change.point.moved = change.moved.size();
  change.timeline = timeline_.Add(change.point);
  change.point.at = change.timeline.at;
  return change;
}

void History::Insert(std::vector<NodeLife> fresh) {
  if (nodes_.empty()) {
    nodes_ = std::move(fresh);
    return;
  }
  const auto middle = static_cast<std::ptrdiff_t>(nodes_.size());
  nodes_.reserve(nodes_.size() + fresh.size());
  std::move(fresh.begin(), fresh.end(), std::back_inserter(nodes_));
  std::inplace_merge(nodes_.begin(), nodes_.begin() + middle, nodes_.end(),
                     [](const NodeLife& a, const NodeLife& b) { return a.id < b.id; });
}

void History::Forget(std::vector<NodeId>& forgotten) {
  std::erase_if(nodes_, [&](const NodeLife& life) {
    const bool old = !life.present && life.reliability.silence() > limits_.forget_after;
    if (old) forgotten.push_back(life.id);
    return old;
  });
}

std::span<const std::uint32_t> History::FirstToGo(std::span<std::uint32_t> places, std::size_t count) const {
  const auto last = places.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(places.begin(), last, places.end(), [&](std::uint32_t x, std::uint32_t y) {
    const NodeLife& a = nodes_[x];
    const NodeLife& b = nodes_[y];
    if (a.present != b.present) return b.present;
    if (!a.present && a.last_seen != b.last_seen) return a.last_seen < b.last_seen;
    return a.first_seen != b.first_seen ? a.first_seen > b.first_seen : a.id < b.id;
  });
  return places.first(count);
}

void History::Drop(const std::vector<bool>& goes, std::vector<NodeId>& forgotten) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (goes[i]) {
      forgotten.push_back(nodes_[i].id);
      continue;
    }
    if (kept != i) nodes_[kept] = std::move(nodes_[i]);
    ++kept;
  }
  nodes_.resize(kept);
}

void History::KeepGroupsWithinBounds(std::vector<NodeId>& forgotten) {
  if (nodes_.size() <= limits_.of_one_group) return;
  std::vector<GroupPlace> order;
  for (std::uint32_t place = 0; place < nodes_.size(); ++place) {
    if (IsBounded(nodes_[place])) order.push_back({nodes_[place].addresses.front().endpoint.group(), place});
  }
  std::ranges::sort(order);
  std::vector<bool> goes(nodes_.size());
  bool any = false;
  std::vector<std::uint32_t> crowd;
  for (auto at = order.begin(); at != order.end();) {
    const auto end = std::find_if(at, order.end(), [&](const GroupPlace& one) { return one.group != at->group; });
    const auto size = static_cast<std::size_t>(end - at);
    if (size > limits_.of_one_group) {
      crowd.clear();
      std::transform(at, end, std::back_inserter(crowd), [](const GroupPlace& one) { return one.place; });
      for (const std::uint32_t place : FirstToGo(crowd, size - limits_.of_one_group)) goes[place] = any = true;
    }
    at = end;
  }
  if (any) Drop(goes, forgotten);
}

void History::KeepWithinBounds(std::vector<NodeId>& forgotten) {
  KeepGroupsWithinBounds(forgotten);
  if (nodes_.size() <= limits_.nodes) return;
  std::vector<std::uint32_t> order(nodes_.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<bool> goes(nodes_.size());
  for (const std::uint32_t place : FirstToGo(order, nodes_.size() - limits_.nodes)) goes[place] = true;
  Drop(goes, forgotten);
}

std::vector<Endpoint> History::Contacts(std::size_t count) const {
  const CensusPoint* const last = timeline_.Last();
  const Time now = last == nullptr ? Time{} : last->at;
  std::vector<const NodeLife*> order;
  for (const NodeLife& life : nodes_) {
    const std::uint16_t failures = life.reliability.failures();
    const bool rested = now - life.last_tried >= kLongRest;  // incomplete censuses may have brought no result
    if (failures <= kEagerFailures || std::has_single_bit(failures) || rested) order.push_back(&life);
  }
  const auto rank = [](const NodeLife* life) {
    const bool once = life->reliability.successes() < 2;
    const float up = life->reliability.windows().back().reliability;
    return std::tuple(once, !life->present, life->last_tried, -up);
  };
  std::ranges::stable_sort(order, {}, rank);
  std::vector<Endpoint> out;
  std::map<AddressGroup, std::size_t> of_group;
  for (const NodeLife* life : order) {
    for (const NodeAddress& address : life->addresses) {
      if (out.size() >= count) return out;
      const bool bounded = address.endpoint.scope() == Scope::kGlobal;
      if (bounded && ++of_group[address.endpoint.group()] > kContactsOfOneGroup) continue;
      out.push_back(address.endpoint);
    }
  }
  return out;
}

std::optional<Time> History::ProvedSince(double share) const {
  std::vector<std::pair<AddressGroup, Time>> proofs;
  for (const NodeLife& life : nodes_) {
    if (life.present && life.MayBeServed()) {
      proofs.emplace_back(life.addresses.front().endpoint.group(), life.last_seen);
    }
  }
  if (proofs.empty()) return std::nullopt;
  std::ranges::sort(proofs);
  std::map<Time, double, std::greater<>> weights;  // of a draw, were there one group; the latest proofs first
  double groups = 0;
  for (auto at = proofs.begin(); at != proofs.end(); ++groups) {
    const auto end = std::find_if(at, proofs.end(), [&](const auto& one) { return one.first != at->first; });
    const double each = 1.0 / static_cast<double>(end - at);
    for (; at != end; ++at) weights[at->second] += each;
  }
  constexpr double kRounding = 1e-9;
  double sum = 0;
  for (const auto& [time, weight] : weights) {
    sum += weight;
    if (sum >= share * groups * (1 - kRounding)) return time;
  }
  return weights.rbegin()->first;
}

GoodNodes History::Good(const GoodRule& rule, std::size_t wanted,
                        const std::function<bool(const NodeLife&)>& may) const {
  std::vector<const NodeLife*> eligible;
  std::vector<Candidate> candidates;
  for (const NodeLife& life : nodes_) {
    if (!life.MayBeServed() || (may && !may(life))) continue;
    eligible.push_back(&life);
    candidates.push_back({&life.reliability, &life.addresses.front().endpoint});
  }
  const GoodSet set = SelectGood(candidates, rule, wanted);
  GoodNodes out{.nodes = {}, .good = set.good, .few = set.few, .doubtful = set.doubtful, .gone = set.gone};
  std::vector<AddressGroup> groups;
  for (const std::uint32_t member : set.members) {
    groups.push_back(eligible[member]->addresses.front().endpoint.group());
  }
  for (const std::uint32_t taken : ShareByGroup(groups, kMaxServed)) {
    out.nodes.push_back(eligible[set.members[taken]]);
  }
  return out;
}

}  // namespace hearsay
