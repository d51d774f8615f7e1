// SPDX-License-Identifier: MIT
#include "crawler/crawl.h"

#include <algorithm>

#include "proto/check.h"

namespace hearsay {

Crawl::Crawl(CrawlConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now)
    : config_(std::move(config)),
      started_at_(now),
      caller_(std::move(identity), network, config_.software, seed, now),
      frontier_(config_.frontier, caller_.rng().Array<16>()) {
  for (const CrawlConfig::Seed& one : config_.seeds) {
    if (!AddEndpoint(one.endpoint)) continue;
    if (one.pin) pins_.emplace(one.endpoint, *one.pin);
  }
}

std::size_t Crawl::MaxPacketsPerEndpoint(const VisitLimits& visit) {
  return kDialAttempts * 2 * kMaxDialAttempts + visit.packets;  // hellos and proofs of each dial
}

std::optional<Frontier::Index> Crawl::AddEndpoint(const Endpoint& endpoint) {
  const auto added = frontier_.Add(endpoint);
  if (!added) return std::nullopt;
  if (added->fresh) spots_.emplace_back();
  return added->index;
}

Frontier::Index Crawl::PlaceOf(const Endpoint& endpoint) const {
  const auto place = frontier_.Find(endpoint);
  HEARSAY_CHECK(place);
  return *place;
}

void Crawl::Receive(const Datagram& datagram, Time now, Effects& out) {
  if (done_) return;
  const std::size_t first_effect = out.list.size();
  const Caller::Heard heard = caller_.Receive(datagram, now, out);
  if (heard.outcome) OnDial(*heard.outcome, now, out);
  if (heard.session) {
    if (const auto turn = turns_.find(*heard.session); turn != turns_.end()) {
      const Time before = turn->second.NextDeadline();
      named_.clear();
      turn->second.Receive(datagram.bytes, now, out, named_);
      Remember(spots_[PlaceOf(turn->second.endpoint())].node, named_);
      Reschedule(turn, before);
    } else {
      caller_.counters().Drop(Error::kUnknownSession);
    }
  }
  FinishStep(now, out, first_effect);
}

void Crawl::Tick(Time now, Effects& out) {
  if (done_) return;
  started_ = true;
  const std::size_t first_effect = out.list.size();
  failed_.clear();
  caller_.dialler().Tick(now, out, failed_);
  for (const DialOutcome& outcome : failed_) OnDial(outcome, now, out);
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto turn = turns_.find(deadlines_.begin()->second);
    const Time before = deadlines_.begin()->first;
    turn->second.Tick(now, out);
    Reschedule(turn, before);
  }
  FinishStep(now, out, first_effect);
}

Time Crawl::NextDeadline() const {
  if (done_) return kNever;
  if (!started_) return started_at_;
  const Time visits = deadlines_.empty() ? kNever : deadlines_.begin()->first;
  return std::min(visits, caller_.dialler().NextDeadline());
}

void Crawl::Stop(Time now, Effects& out) {
  if (done_) return;
  const std::size_t first_effect = out.list.size();
  stopped_ = done_ = true;
  while (!turns_.empty()) {
    const auto turn = turns_.begin();
    const Time before = turn->second.NextDeadline();
    turn->second.Stop(out);
    Reschedule(turn, before);
  }
  FinishStep(now, out, first_effect);
}

void Crawl::FinishStep(Time now, Effects& out, std::size_t first_effect) {
  if (!stopped_ && started_) StartDials(now, out);
  caller_.CountSends(out, first_effect);
  if (started_ && frontier_.waiting() == 0 && frontier_.in_flight() == 0) done_ = true;
}

void Crawl::StartDials(Time now, Effects& out) {
  while (frontier_.in_flight() < config_.in_flight && caller_.dialler().pending() < Dialler::kMaxDials) {
    const auto place = frontier_.Take();
    if (!place) return;
    ++spots_[*place].dials;
    DialRequest request{.endpoint = frontier_.At(*place), .pin = {}, .purpose = DialPurpose::kCrawl, .expected = {},
                        .heard_from = {}};
    if (const auto pin = pins_.find(request.endpoint); pin != pins_.end()) request.pin = pin->second;
    HEARSAY_CHECK(caller_.dialler().Start(request, now, out));
  }
}

void Crawl::OnDial(const DialOutcome& outcome, Time now, Effects& out) {
  const Frontier::Index place = PlaceOf(outcome.request.endpoint);
  if (outcome.result && outcome.result->peer != caller_.id()) return OnProof(place, outcome, now, out);
  OnFailure(place, outcome);
}

void Crawl::OnFailure(Frontier::Index place, const DialOutcome& outcome) {
  Spot& spot = spots_[place];
  const bool self = outcome.result || outcome.result.error() == Error::kSelf;
  if (!self && outcome.result.error() == Error::kTimeout && spot.dials < kDialAttempts) {
    return frontier_.Requeue(place);
  }
  if (self) {
    spot.verdict = Verdict::kSelf;
  } else if (outcome.result.error() == Error::kWrongNodeId) {
    spot.verdict = Verdict::kWrongNodeId;
  } else {
    spot.verdict = outcome.answered ? Verdict::kRefused : Verdict::kTimeout;
  }
  if (!self) ++unreachable_;
  frontier_.Release(place);
}

void Crawl::OnProof(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out) {
  Spot& spot = spots_[place];
  spot.node = NodeOf(outcome.result->peer);
  spot.verdict = outcome.result->confirmed ? Verdict::kReachable : Verdict::kUnconfirmed;
  Found& node = nodes_[spot.node];
  // While its other endpoint is being visited, a packet on this channel would replace that one. It stays unconfirmed.
  if (node.visiting) return frontier_.Release(place);
  const std::uint64_t session = outcome.result->keys.receive_id;
  const auto [turn, fresh] = turns_.try_emplace(
      session, caller_, config_.visit, frontier_.At(place), *outcome.result, outcome.rtt, now);
  if (!fresh) return frontier_.Release(place);  // 2^-64: the same id drawn twice
  node.visiting = true;
  if (node.spoke) {
    turn->second.Stop(out);  // one more endpoint of a node that had its turn: goodbye
    return EndTurn(turn);
  }
  turn->second.Begin(now, out);
  deadlines_.emplace(turn->second.NextDeadline(), session);
}

std::uint32_t Crawl::NodeOf(const NodeId& id) {
  const auto [it, fresh] = node_index_.emplace(id, static_cast<std::uint32_t>(nodes_.size()));
  if (fresh) nodes_.emplace_back().id = id;
  return it->second;
}

void Crawl::Remember(std::uint32_t node, const std::vector<Endpoint>& named) {
  for (const Endpoint& endpoint : named) {
    const auto place = AddEndpoint(endpoint);
    if (!place || tellings_ >= config_.tellings) {
      cut_off_ = true;
      continue;
    }
    nodes_[node].told.push_back(*place);
    ++tellings_;
  }
}

void Crawl::Reschedule(Turns::iterator turn, Time before) {
  const Visit& visit = turn->second;
  const Time after = visit.NextDeadline();
  if (after == before) return;
  deadlines_.erase({before, turn->first});
  if (visit.over()) return EndTurn(turn);
  deadlines_.emplace(after, turn->first);
}

void Crawl::EndTurn(Turns::iterator turn) {
  const Visit& visit = turn->second;
  const Frontier::Index place = PlaceOf(visit.endpoint());
  Found& node = nodes_[spots_[place].node];
  node.visiting = false;
  node.spoke = node.spoke || visit.spoke();
  if (visit.record()) node.record = visit.record();
  if (!visit.rtts().empty()) {
    const Duration shortest = *std::min_element(visit.rtts().begin(), visit.rtts().end());
    node.rtt = node.rtt ? std::min(*node.rtt, shortest) : shortest;
  }
  turns_.erase(turn);
  frontier_.Release(place);
}

CrawlProgress Crawl::Progress() const {
  return {.nodes = nodes_.size(),
          .endpoints = frontier_.size(),
          .unreachable = unreachable_,
          .waiting = frontier_.waiting(),
          .in_flight = frontier_.in_flight(),
          .tellings = tellings_};
}

Census Crawl::Result(Time now) const {
  Census census;
  census.started_at = started_at_;
  census.finished_at = now;
  census.complete = done_ && !stopped_ && !cut_off_ && frontier_.refused() == 0;
  const Counters& counters = caller_.counters();
  census.traffic = {.packets_sent = counters[Counter::kDatagramsSent],
                    .bytes_sent = counters[Counter::kBytesSent],
                    .packets_received = counters[Counter::kDatagramsReceived],
                    .bytes_received = counters[Counter::kBytesReceived]};
  std::vector<std::uint32_t> order(nodes_.size());  // found number -> place in the census
  for (const auto& [id, number] : node_index_) {
    order[number] = static_cast<std::uint32_t>(census.nodes.size());
    const Found& found = nodes_[number];
    census.nodes.push_back({.id = id, .endpoints = {}, .verdict = Verdict::kUnconfirmed, .record = found.record,
                            .rtt = found.rtt, .sampled = found.told.size(), .sampled_verified = 0, .named_by = 0,
                            .suspect = false});
  }
  for (Frontier::Index i = 0; i < spots_.size(); ++i) {
    const Spot& spot = spots_[i];
    if (spot.node == kNoNode) {
      if (spot.verdict != Verdict::kSelf) census.silent.push_back({frontier_.At(i), spot.verdict});
      continue;
    }
    MappedNode& node = census.nodes[order[spot.node]];
    node.endpoints.push_back(frontier_.At(i));
    if (spot.verdict == Verdict::kReachable) node.verdict = Verdict::kReachable;
  }
  for (std::uint32_t number = 0; number < nodes_.size(); ++number) {
    for (const Frontier::Index told : nodes_[number].told) {
      if (spots_[told].node == kNoNode) continue;
      ++census.nodes[order[number]].sampled_verified;
      if (spots_[told].node != number) census.edges.emplace_back(order[number], order[spots_[told].node]);
    }
  }
  for (MappedNode& node : census.nodes) std::sort(node.endpoints.begin(), node.endpoints.end());
  std::sort(census.silent.begin(), census.silent.end(),
            [](const MappedEndpoint& a, const MappedEndpoint& b) { return a.endpoint < b.endpoint; });
  std::sort(census.edges.begin(), census.edges.end());
  census.edges.erase(std::unique(census.edges.begin(), census.edges.end()), census.edges.end());
  for (const auto& [from, to] : census.edges) ++census.nodes[to].named_by;
  return census;
}

}  // namespace hearsay
