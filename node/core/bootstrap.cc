// SPDX-License-Identifier: MIT
#include "node/core/bootstrap.h"

#include <algorithm>

namespace hearsay {
namespace {

std::string Describe(Error why) {
  switch (why) {
    case Error::kTimeout: return "no answer: down, filtered, or of another network or key";
    case Error::kWrongNodeId: return "another node id lives there than the pin says";
    case Error::kSelf: return "that is this node itself";
    case Error::kNotMyEndpoint: return "the answer was relayed: it sees us at an endpoint that is not ours";
    case Error::kBanned: return "it is banned here: `hearsay bans` says why";
    default: return std::string(ErrorName(why));
  }
}

}  // namespace

Bootstrap::Bootstrap(const CoreConfig& config) { Reconfigure(config); }

void Bootstrap::Reconfigure(const CoreConfig& config) {
  weights_ = config.weights;
  minimum_ = config.online_weight_minimum;
  if (std::ranges::equal(entries_, config.preconfigured, {}, &Entry::preconfigured)) return;
  entries_.clear();
  contacts_.clear();
  for (const Preconfigured& p : config.preconfigured) entries_.push_back({p, false});
  changed_ = true;
  delay_ = kFirstDelay;
  next_ = Time{};
}

std::uint64_t Bootstrap::WeightOf(const NodeId& id) const {
  if (weights_.empty()) return 1;
  const auto it = weights_.find(id);
  return it == weights_.end() ? 0 : it->second;
}

std::uint64_t Bootstrap::minimum() const {
  if (minimum_) return *minimum_;
  if (!weights_.empty()) {
    // With a weights file and no minimum of the operator's: more than half of the total.
    std::uint64_t total = 0;
    for (const auto& [id, weight] : weights_) total += std::min(weight, UINT64_MAX - total);
    return total / 2 + 1;
  }
  return std::min<std::uint64_t>(kDefaultMinimum, std::max<std::uint64_t>(contacts_.size(), 1));
}

Time Bootstrap::Tick(Time now, std::uint64_t online_weight, Rng& rng, Effects& out) {
  if (entries_.empty()) return kNever;
  if (online_weight >= minimum() && !changed_) {
    delay_ = kFirstDelay;
    next_ = now;
    return kNever;
  }
  if (now < next_) return next_;
  changed_ = false;
  for (std::size_t i = 0; i < entries_.size(); ++i) out.Add(Resolve{i});
  // Jitter of a quarter either way: nodes that started together do not stay together.
  const auto quarter = static_cast<std::uint64_t>(delay_.count() / 4);
  next_ = now + delay_ - Duration{quarter} + Duration{static_cast<std::int64_t>(rng.Below(2 * quarter + 1))};
  delay_ = std::min(delay_ * 2, kMaxDelay);
  return next_;
}

std::vector<Resolved::Contact> Bootstrap::OnResolved(const Resolved& resolved, Counters& counters, Effects& out) {
  if (resolved.entry >= entries_.size()) return {};
  Entry& entry = entries_[resolved.entry];
  if (resolved.contacts.empty()) {
    Complain(resolved.entry, {}, resolved.error, counters, out);
    return {};
  }
  std::vector<Resolved::Contact> dial;
  std::erase_if(contacts_, [&](const auto& c) { return c.second == resolved.entry; });  // where it was before
  for (const Resolved::Contact& contact : resolved.contacts) {
    if (!contact.endpoint.IsDialable() || dial.size() >= kMaxResolvedContacts) continue;
    dial.push_back(contact);
    if (entry.preconfigured.pin) dial.back().pin = entry.preconfigured.pin;
    if (contacts_.size() < kMaxResolvedContacts) contacts_[contact.endpoint] = resolved.entry;
  }
  counters.Add(Counter::kBootstrapContacts, dial.size());
  return dial;
}

void Bootstrap::OnDialFailed(const Endpoint& endpoint, Error why, Counters& counters, Effects& out) {
  const auto it = contacts_.find(endpoint);
  if (it == contacts_.end()) return;
  const std::size_t entry = it->second;
  // Our own address in a list that all nodes share is no fault, and no contact.
  if (why == Error::kSelf) {
    contacts_.erase(it);
    return;
  }
  Complain(entry, endpoint, Describe(why), counters, out);
}

void Bootstrap::OnDialed(const Endpoint& endpoint) {
  const auto it = contacts_.find(endpoint);
  if (it != contacts_.end()) entries_[it->second].complained = false;
}

void Bootstrap::Complain(std::size_t entry, const Endpoint& endpoint, const std::string& why, Counters& counters,
                         Effects& out) {
  counters.Add(Counter::kBootstrapFailures);
  if (entries_[entry].complained) return;
  entries_[entry].complained = true;
  PeerEvent event;
  event.kind = PeerEventKind::kBootstrapFailed;
  event.endpoint = endpoint;
  event.detail = entries_[entry].preconfigured.text + ": " + why;
  out.Add(std::move(event));
}

}  // namespace hearsay
