// SPDX-License-Identifier: MIT
#include "crawler/crawl.h"

#include <algorithm>
#include <numeric>

#include "crawler/suspects.h"
#include "node/core/tight_vector.h"
#include "proto/check.h"

namespace hearsay {

Crawl::Crawl(CrawlConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now)
    : config_(std::move(config)),
      started_at_(now),
      caller_(std::move(identity), network, config_.software, seed, config_.in_flight + config_.patient, now),
      frontier_(config_.frontier, caller_.rng().Array<16>()),
      nodes_(caller_.rng().Array<16>()) {
  for (const CrawlConfig::Seed& one : config_.seeds) {
    if (!AddEndpoint(one.endpoint)) continue;
    if (one.pin) pins_.emplace(one.endpoint, *one.pin);
  }
}

std::size_t Crawl::MaxPacketsPerEndpoint(const VisitLimits& visit) {
  return std::accumulate(kHellos.begin(), kHellos.end(), std::size_t{0}) + kAnsweredDials * kMaxDialAttempts +
         visit.packets;
}

std::optional<Frontier::Index> Crawl::AddEndpoint(const Endpoint& endpoint) {
  const auto added = frontier_.Add(endpoint);
  if (!added) return std::nullopt;
  if (added->fresh) PushTight(spots_, Spot{});
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
  if (heard.fault) NoteFault(datagram, *heard.fault);
  if (heard.outcome) OnDial(*heard.outcome, now, out);
  if (heard.session) {
    if (const auto turn = turns_.find(*heard.session); turn != turns_.end()) {
      const Time before = turn->second.visit.NextDeadline();
      named_.clear();
      turn->second.visit.Receive(datagram.bytes, now, out, named_);
      Remember(turn->second, named_);
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
    turn->second.visit.Tick(now, out);
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
    const Time before = turn->second.visit.NextDeadline();
    turn->second.visit.Stop(out);
    Reschedule(turn, before);
  }
  FinishStep(now, out, first_effect);
}

void Crawl::FinishStep(Time now, Effects& out, std::size_t first_effect) {
  if (!stopped_ && started_) StartDials(now, out);
  caller_.CountSends(out, first_effect);
  if (started_ && frontier_.waiting() == 0 && frontier_.in_turn() == 0) done_ = true;
}

void Crawl::StartDials(Time now, Effects& out) {
  const auto dial = [&](Frontier::Turn turn) {
    const auto place = frontier_.Take(turn);
    if (!place) return false;
    Move(*place, EndpointEvent::kTurn);
    DialRequest request{.endpoint = frontier_.At(*place), .pin = {}, .purpose = DialPurpose::kCrawl, .expected = {},
                        .heard_from = {}, .max_hellos = kHellos[spots_[*place].dials]};
    if (const auto pin = pins_.find(request.endpoint); pin != pins_.end()) request.pin = pin->second;
    ++spots_[*place].dials;
    HEARSAY_CHECK(caller_.dialler().Start(request, now, out));
    return true;
  };
  while (busy_ < config_.in_flight && dial(Frontier::Turn::kFirst)) ++busy_;
  while (patient_ < config_.patient && dial(Frontier::Turn::kAgain)) ++patient_;
}

void Crawl::Move(Frontier::Index place, EndpointEvent event) { spots_[place].state = Next(spots_[place].state, event); }

// Whoever answers with what we cannot read is there, but of another version or network.
void Crawl::NoteFault(const Datagram& datagram, Error fault) {
  if (fault != Error::kWrongVersion && fault != Error::kWrongNetwork) return;
  if (caller_.dialler().IsDialling(datagram.from)) faults_[datagram.from] = fault;
}

void Crawl::OnDial(const DialOutcome& outcome, Time now, Effects& out) {
  const Frontier::Index place = PlaceOf(outcome.request.endpoint);
  --(spots_[place].dials == 1 ? busy_ : patient_);
  if (outcome.answered) ++spots_[place].answered;
  if (outcome.result && outcome.result->peer != caller_.id()) {
    OnProof(place, outcome, now, out);
  } else {
    OnFailure(place, outcome);
  }
  if (spots_[place].state == EndpointState::kDone) faults_.erase(outcome.request.endpoint);
}

Verdict Crawl::VerdictOf(Frontier::Index place, const DialOutcome& outcome) const {
  if (outcome.result || outcome.result.error() == Error::kSelf) return Verdict::kSelf;
  if (outcome.result.error() == Error::kWrongNodeId) return Verdict::kWrongNodeId;
  if (const auto fault = faults_.find(outcome.request.endpoint); fault != faults_.end()) {
    return fault->second == Error::kWrongVersion ? Verdict::kWrongVersion : Verdict::kWrongNetwork;
  }
  return spots_[place].answered > 0 ? Verdict::kRefused : Verdict::kTimeout;
}

void Crawl::OnFailure(Frontier::Index place, const DialOutcome& outcome) {
  Spot& spot = spots_[place];
  const bool silent = !outcome.result && outcome.result.error() == Error::kTimeout;
  if (silent && spot.dials < kHellos.size() && spot.answered < kAnsweredDials) {
    Move(place, EndpointEvent::kSilence);
    return frontier_.Requeue(place);
  }
  spot.verdict = VerdictOf(place, outcome);
  if (spot.verdict != Verdict::kSelf) ++unreachable_;
  Move(place, EndpointEvent::kFailure);
  frontier_.Release(place);
}

void Crawl::OnProof(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out) {
  Spot& spot = spots_[place];
  spot.node = nodes_.NumberOf(outcome.result->peer);
  spot.verdict = outcome.result->confirmed ? Verdict::kReachable : Verdict::kUnconfirmed;
  const std::uint64_t session = outcome.result->keys.receive_id;
  // While its other endpoint is being visited, a packet on this channel would replace that one. It stays unconfirmed.
  const bool silently = nodes_.visiting(spot.node) || turns_.contains(session);  // the latter: 2^-64, one id twice
  if (silently || nodes_.spoke(spot.node)) {
    Move(place, EndpointEvent::kSameNode);
    if (!silently) {
      Visit(caller_, &frontier_, config_.visit, frontier_.At(place), *outcome.result, outcome.rtt, now).Stop(out);
    }
    return frontier_.Release(place);
  }
  Move(place, EndpointEvent::kNewNode);
  ++busy_;
  nodes_.set_visiting(spot.node, true);
  const auto turn = turns_.emplace(session, Turn{Visit(caller_, &frontier_, config_.visit, frontier_.At(place),
                                                       *outcome.result, outcome.rtt, now), {}}).first;
  turn->second.visit.Begin(now, out);
  deadlines_.emplace(turn->second.visit.NextDeadline(), session);
}

void Crawl::Remember(Turn& turn, const std::vector<Endpoint>& named) {
  for (const Endpoint& endpoint : named) {
    const auto place = AddEndpoint(endpoint);
    if (!place || tellings_ >= config_.tellings) {
      cut_off_ = true;
      continue;
    }
    turn.told.push_back(*place);
    ++tellings_;
  }
}

void Crawl::Reschedule(Turns::iterator turn, Time before) {
  const Visit& visit = turn->second.visit;
  const Time after = visit.NextDeadline();
  if (after == before) return;
  deadlines_.erase({before, turn->first});
  if (visit.over()) return EndTurn(turn);
  deadlines_.emplace(after, turn->first);
}

void Crawl::EndTurn(Turns::iterator turn) {
  const Visit& visit = turn->second.visit;
  const Frontier::Index place = PlaceOf(visit.endpoint());
  const FoundNodes::Number node = spots_[place].node;
  nodes_.set_visiting(node, false);
  if (visit.spoke()) nodes_.set_spoke(node);
  if (visit.end() == VisitEnd::kExcluded) nodes_.set_excluded(node);
  if (visit.record()) nodes_.SetRecord(node, *visit.record());
  if (!visit.rtts().empty()) nodes_.AddRtt(node, *std::min_element(visit.rtts().begin(), visit.rtts().end()));
  nodes_.told(node).Merge(std::move(turn->second.told), [this](Frontier::Index told) {
    if (spots_[told].named < UINT16_MAX) ++spots_[told].named;
  });
  for (const IdPrefix id : visit.hidden()) {
    if (const auto known = hidden_.find(id); known != hidden_.end()) {
      ++known->second;
    } else if (hidden_.size() < config_.hidden) {
      hidden_.emplace(id, 1);
    } else {
      cut_off_ = true;
    }
  }
  turns_.erase(turn);
  --busy_;
  ++visits_;
  Move(place, EndpointEvent::kVisitOver);
  frontier_.Release(place);
}

Namings Crawl::CountNamings() const {
  Namings counted;
  for (const Spot& spot : spots_) {
    if (spot.verdict == Verdict::kSelf) continue;
    const bool alive = spot.node != kNoNode && spot.verdict == Verdict::kReachable;
    const bool pending = spot.node == kNoNode && spot.verdict == Verdict::kNotVisited;
    if (!alive && !pending) {
      ++counted.dead;
      continue;
    }
    Namings::Kind& kind = alive ? counted.alive : counted.pending;
    ++kind.heard;
    if (spot.named == 1) ++kind.once;
    if (spot.named == 2) ++kind.twice;
    counted.namings += spot.named;
  }
  return counted;
}

CrawlProgress Crawl::Progress() const {
  return {.nodes = nodes_.size(),
          .visits = visits_,
          .endpoints = frontier_.size(),
          .unreachable = unreachable_,
          .waiting = frontier_.waiting(),
          .in_flight = busy_ + patient_,
          .tellings = tellings_,
          .estimate = EstimateNodes(CountNamings())};
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
  census.estimate = EstimateNodes(CountNamings());
  AddNodes(census);
  AddEdges(census);
  AddHidden(census);
  FlagSuspects(census);
  return census;
}

void Crawl::AddNodes(Census& census) const {
  const std::vector<FoundNodes::Number> order = nodes_.Ordered();
  std::vector<std::uint32_t> place_of(order.size());  // found number -> place in the census
  for (const FoundNodes::Number number : order) {
    place_of[number] = static_cast<std::uint32_t>(census.nodes.size());
    MappedNode& node = census.nodes.emplace_back();
    node.id = nodes_.IdOf(number);
    node.verdict = Verdict::kUnconfirmed;
    node.record = nodes_.RecordOf(number);
    node.rtt = nodes_.RttOf(number);
    node.sampled = nodes_.told(number).size();
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
void Crawl::AddHidden(Census& census) const {
  std::set<IdPrefix> found;
  for (const MappedNode& node : census.nodes) found.insert(PrefixOf(node.id));
  for (const auto& [id, named] : hidden_) {
    if (named >= kHiddenNamings && !found.contains(id)) census.hidden.push_back({.id = id, .named_by = named});
  }
}

void Crawl::AddEdges(Census& census) const {
  const std::vector<FoundNodes::Number> order = nodes_.Ordered();
  std::vector<std::uint32_t> place_of(order.size());
  for (std::uint32_t place = 0; place < order.size(); ++place) place_of[order[place]] = place;
  for (std::uint32_t place = 0; place < order.size(); ++place) {
    MappedNode& node = census.nodes[place];
    nodes_.told(order[place]).ForEach([&](Frontier::Index told) {
      const Spot& spot = spots_[told];
      if (spot.node == kNoNode) {
        if (spot.verdict != Verdict::kNotVisited) ++node.sampled_silent;
        return;
      }
      ++node.sampled_verified;
      if (place_of[spot.node] != place) census.edges.emplace_back(place, place_of[spot.node]);
    });
  }
  std::sort(census.edges.begin(), census.edges.end());
  census.edges.erase(std::unique(census.edges.begin(), census.edges.end()), census.edges.end());
  for (const auto& [from, to] : census.edges) ++census.nodes[to].named_by;
}

}  // namespace hearsay
