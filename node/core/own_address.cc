// SPDX-License-Identifier: MIT
#include "node/core/own_address.h"

#include <algorithm>
#include <utility>

#include "proto/limits.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxBound = 8;

bool Contains(const std::vector<Endpoint>& list, const Endpoint& e) {
  return std::find(list.begin(), list.end(), e) != list.end();
}

bool HasScope(const std::vector<Endpoint>& list, Scope scope) {
  return std::any_of(list.begin(), list.end(), [&](const Endpoint& e) { return e.scope() == scope; });
}

}  // namespace

bool OwnAddress::IsKnown(const Endpoint& e) const {
  return Contains(announced_, e) || Contains(bound_, e) || Contains(confirmed_, e);
}

OwnAddress::Verdict OwnAddress::Judge(const Endpoint& claimed, const Endpoint& local, Time now) const {
  if (claimed == local || Contains(announced_, claimed) || Contains(confirmed_, claimed)) return Verdict::kMine;
  // On a global or loopback address nothing translates: whoever dialled something else was relayed.
  if (local.scope() != Scope::kPrivate) return Verdict::kNotMine;
  // Behind a translation, knowing one endpoint of that scope is knowing which one is ours, unless it is changing.
  if (HasScope(announced_, claimed.scope())) return Verdict::kNotMine;
  const bool is_settled = HasScope(confirmed_, claimed.scope()) && GroupsThatSee(claimed, now) < kVoteGroups;
  return is_settled ? Verdict::kNotMine : Verdict::kUnknown;
}

bool OwnAddress::LearnBound(const Endpoint& local) {
  if (!local.IsDialable() || Contains(bound_, local)) return false;
  if (bound_.size() >= kMaxBound) bound_.pop_back();
  bound_.insert(bound_.begin(), local);
  return true;
}

bool OwnAddress::Vote(const Endpoint& voter, const AddressGroup& group, const Endpoint& observed, Time now) {
  if (voter.scope() != Scope::kGlobal || observed.scope() != Scope::kGlobal) return false;
  if (Contains(announced_, observed) || Contains(bound_, observed)) return false;
  std::erase_if(votes_, [&](const auto& v) { return now - v.second.at > kVoteLife; });
  if (votes_.size() >= kMaxVotes && !votes_.contains(group)) return false;
  votes_[group] = {observed, now};
  const auto winner = Winner(now);
  if (!winner) return false;
  return std::erase_if(confirmed_, [&](const Endpoint& e) { return e.address.IsV4() == winner->address.IsV4(); }) > 0;
}

std::size_t OwnAddress::GroupsThatSee(const Endpoint& endpoint, Time now) const {
  return static_cast<std::size_t>(std::count_if(votes_.begin(), votes_.end(), [&](const auto& v) {
    return v.second.endpoint == endpoint && now - v.second.at <= kVoteLife;
  }));
}

std::optional<Endpoint> OwnAddress::Winner(Time now) const {
  std::map<Endpoint, std::size_t> counts;
  for (const auto& [group, vote] : votes_) {
    if (now - vote.at <= kVoteLife && !Contains(confirmed_, vote.endpoint)) ++counts[vote.endpoint];
  }
  const auto best = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (best == counts.end() || best->second < kVoteGroups) return std::nullopt;
  // What is known stays alone while as many see us there.
  const bool outvoted = std::any_of(confirmed_.begin(), confirmed_.end(), [&](const Endpoint& known) {
    return known.address.IsV4() == best->first.address.IsV4() && GroupsThatSee(known, now) >= best->second;
  });
  return outvoted ? std::nullopt : std::optional(best->first);
}

void OwnAddress::NoteContacted(const IpAddress& address, Time now) {
  if (contacted_.size() >= kMaxContacted || now - generation_began_ > kContactLife) {
    if (!contacted_before_.empty()) forgot_until_ = std::max(forgot_until_, generation_began_ + kContactLife);
    contacted_before_ = std::exchange(contacted_, {});
    generation_began_ = now;
  }
  const auto place = std::lower_bound(contacted_.begin(), contacted_.end(), address);
  if (place == contacted_.end() || *place != address) contacted_.insert(place, address);
}

bool OwnAddress::MayHaveContacted(const IpAddress& address, Time now) const {
  const auto has = [&](const Addresses& list) { return std::binary_search(list.begin(), list.end(), address); };
  return now < forgot_until_ || has(contacted_) || has(contacted_before_);
}

bool OwnAddress::OnProofFrom(const Endpoint& source, const Endpoint& dialled, Time now) {
  if (source.scope() != Scope::kGlobal || IsKnown(dialled) || confirmed_.size() >= kMaxBound) return false;
  if (MayHaveContacted(source.address, now)) return false;
  if (Winner(now) != dialled) return false;
  confirmed_.push_back(dialled);
  return true;
}

std::vector<Endpoint> OwnAddress::EndpointsFor(Scope peer) const {
  std::vector<Endpoint> out;
  for (const auto* list : {&announced_, &confirmed_, &bound_}) {
    for (const Endpoint& e : *list) {
      if (out.size() < kMaxRecordEndpoints && MayTravel(e.scope(), peer) && !Contains(out, e)) out.push_back(e);
    }
  }
  return out;
}

std::vector<Endpoint> OwnAddress::All() const {
  std::vector<Endpoint> out = announced_;
  for (const auto* list : {&confirmed_, &bound_}) {
    for (const Endpoint& e : *list) {
      if (!Contains(out, e)) out.push_back(e);
    }
  }
  return out;
}

}  // namespace hearsay
