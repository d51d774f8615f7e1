// SPDX-License-Identifier: MIT
#include "crawler/crawl.h"

#include <algorithm>
#include <numeric>

#include "proto/check.h"

namespace hearsay {

Crawl::Crawl(CrawlConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now)
    : config_(std::move(config)),
      started_at_(now),
      caller_(std::move(identity), network, config_.software, seed, config_.in_flight + config_.patient, now),
      frontier_(config_.frontier, caller_.rng().Array<16>()),
      nodes_(caller_.rng().Array<16>()),
      hidden_(config_.hidden, caller_.rng().Array<16>()) {}

void Crawl::AddSeeds() {
  if (config_.keeps_journal && !resumed_) journal_.Begin(caller_.network(), started_at_);
  for (const CrawlConfig::Seed& one : config_.seeds) {
    if (!AddEndpoint(one.endpoint)) continue;
    if (one.pin) pins_.emplace(one.endpoint, *one.pin);
  }
}

std::size_t Crawl::MaxPacketsPerEndpoint(const VisitLimits& visit) {
  return std::accumulate(kHellos.begin(), kHellos.end(), std::size_t{0}) + kAnsweredDials * kMaxDialAttempts +
         visit.packets + kLookHellos + kMaxDialAttempts + 1;
}

std::optional<Frontier::Index> Crawl::AddEndpoint(const Endpoint& endpoint, std::optional<Frontier::Index> teller) {
  const auto added = frontier_.Add(endpoint, teller);
  if (!added) return std::nullopt;
  if (added->fresh) {
    spots_.push_back(Spot{});
    if (config_.keeps_journal) journal_.Heard(endpoint);
  }
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
  if (!std::exchange(started_, true)) AddSeeds();
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
  walked_ = Walked();
  while (!turns_.empty()) {
    const auto turn = turns_.begin();
    const Time before = turn->second.visit.NextDeadline();
    turn->second.visit.Stop(out);
    Reschedule(turn, before);
  }
  FinishStep(now, out, first_effect);
}

void Crawl::FinishStep(Time now, Effects& out, std::size_t first_effect) {
  if (!stopped_ && started_) {
    StartDials(now, out);
    // Nothing waits, and who is still dialled is dialled for the last time: what is left takes as long as a look.
    if (!looks_drawn_ && frontier_.waiting() == 0 && frontier_.in_turn() == last_dials_) DrawLooks();
    if (!to_look_at_.empty()) {
      RecallLooks();
      StartDials(now, out);
    }
    walked_ = Walked();
  }
  caller_.CountSends(out, first_effect);
  if (started_ && frontier_.waiting() == 0 && frontier_.in_turn() == 0 && to_look_at_.empty()) done_ = true;
}

void Crawl::StartDials(Time now, Effects& out) {
  while (busy_ < config_.in_flight && Dial(Frontier::Turn::kFirst, now, out)) ++busy_;
  // Who answers a further dial is visited at once, beyond `in_flight` too: then there are fewer further dials.
  const std::size_t in_all = config_.in_flight + config_.patient;
  while (patient_ < config_.patient && busy_ + patient_ < in_all && Dial(Frontier::Turn::kAgain, now, out)) ++patient_;
}

bool Crawl::Dial(Frontier::Turn turn, Time now, Effects& out) {
  auto place = frontier_.Take(turn);
  const auto is_hopeless = [&] {
    return turn == Frontier::Turn::kAgain && IsMute(spots_[*place]) && frontier_.IsHopeless(*place);
  };
  while (place && is_hopeless() && spots_[*place].dials > 1) {
    GiveUp(*place);
    place = frontier_.Take(turn);
  }
  if (!place) return false;
  Spot& spot = spots_[*place];
  DialRequest request{.endpoint = frontier_.At(*place), .pin = {}, .purpose = DialPurpose::kCrawl, .expected = {},
                      .heard_from = {}, .max_hellos = kLookHellos};
  if (spot.state == EndpointState::kLooking) {
    request.pin = nodes_.IdOf(spot.node);
  } else {
    Move(*place, EndpointEvent::kTurn);
    request.max_hellos = kHellos[spot.dials];
    if (is_hopeless()) {
      // Strangers may have named the silent ones to keep us from somebody who lost a packet: it has one more.
      request.max_hellos = 1;
      spot.dials = kHellos.size() - 1;
    }
    if (const auto pin = pins_.find(request.endpoint); pin != pins_.end()) request.pin = pin->second;
    if (++spot.dials == kHellos.size()) ++last_dials_;
  }
  HEARSAY_CHECK(caller_.dialler().Start(request, now, out));
  return true;
}

// Two of its dials were not answered, and nobody of its group answers further ones.
void Crawl::GiveUp(Frontier::Index place) {
  Move(place, EndpointEvent::kTurn);
  spots_[place].verdict = Verdict::kTimeout;
  ++unreachable_;
  Finish(place, EndpointEvent::kFailure);
}

void Crawl::Move(Frontier::Index place, EndpointEvent event) { spots_[place].state = Next(spots_[place].state, event); }

// Whoever answers with what we cannot read is there, but of another version or network.
void Crawl::NoteFault(const Datagram& datagram, Error fault) {
  if (fault != Error::kWrongVersion && fault != Error::kWrongNetwork) return;
  if (!caller_.dialler().IsDialling(datagram.from)) return;
  spots_[PlaceOf(datagram.from)].fault = fault == Error::kWrongVersion ? Fault::kVersion : Fault::kNetwork;
}

void Crawl::OnDial(const DialOutcome& outcome, Time now, Effects& out) {
  const Frontier::Index place = PlaceOf(outcome.request.endpoint);
  if (spots_[place].state == EndpointState::kLooking) return OnLook(place, outcome, now, out);
  --(spots_[place].dials == 1 ? busy_ : patient_);
  if (spots_[place].dials == kHellos.size()) --last_dials_;
  if (outcome.answered) ++spots_[place].answered;
  if (outcome.result && outcome.result->peer != caller_.id()) {
    OnProof(place, outcome, now, out);
  } else {
    OnFailure(place, outcome);
  }
}

Verdict Crawl::VerdictOf(Frontier::Index place, const DialOutcome& outcome) const {
  if (outcome.result || outcome.result.error() == Error::kSelf) return Verdict::kSelf;
  if (outcome.result.error() == Error::kWrongNodeId) return Verdict::kWrongNodeId;
  if (spots_[place].fault == Fault::kVersion) return Verdict::kWrongVersion;
  if (spots_[place].fault == Fault::kNetwork) return Verdict::kWrongNetwork;
  return spots_[place].answered > 0 ? Verdict::kRefused : Verdict::kTimeout;
}

void Crawl::OnFailure(Frontier::Index place, const DialOutcome& outcome) {
  Spot& spot = spots_[place];
  const bool silent = !outcome.result && outcome.result.error() == Error::kTimeout;
  if (silent && spot.dials > 1 && IsMute(spot)) frontier_.NoteSilence(place);
  if (silent && spot.dials < kHellos.size() && spot.answered < kAnsweredDials) {
    Move(place, EndpointEvent::kSilence);
    return frontier_.Requeue(place);
  }
  spot.verdict = VerdictOf(place, outcome);
  if (spot.verdict != Verdict::kSelf) ++unreachable_;
  Finish(place, EndpointEvent::kFailure);
}

void Crawl::OnProof(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out) {
  Spot& spot = spots_[place];
  spot.node = nodes_.NumberOf(outcome.result->peer);
  nodes_.SetProved(spot.node, now - started_at_, spot.dials > 1);
  if (spot.dials == kHellos.size()) looks_drawn_ = false;  // the walk seemed to be at its end, and goes on
  frontier_.NoteProof(place);
  spot.verdict = outcome.result->confirmed ? Verdict::kReachable : Verdict::kUnconfirmed;
  const std::uint64_t session = outcome.result->keys.receive_id;
  // While its other endpoint is being visited, a packet on this channel would replace that one. It stays unconfirmed.
  const bool silently = nodes_.visiting(spot.node) || turns_.contains(session);  // the latter: 2^-64, one id twice
  if (silently || nodes_.spoke(spot.node)) {
    if (!silently) SayGoodbye(place, outcome, now, out);
    return Finish(place, EndpointEvent::kSameNode);
  }
  Move(place, EndpointEvent::kNewNode);
  ++busy_;
  nodes_.set_visiting(spot.node, true);
  const auto turn = turns_.emplace(session, Turn{Visit(caller_, &frontier_, config_.visit, frontier_.At(place),
                                                       *outcome.result, outcome.rtt, now), {}}).first;
  turn->second.visit.Begin(now, out);
  deadlines_.emplace(turn->second.visit.NextDeadline(), session);
}

void Crawl::SayGoodbye(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out) {
  Visit(caller_, &frontier_, config_.visit, frontier_.At(place), *outcome.result, outcome.rtt, now).Stop(out);
}

void Crawl::Remember(Turn& turn, const std::vector<Endpoint>& named) {
  const Frontier::Index teller = PlaceOf(turn.visit.endpoint());
  for (const Endpoint& endpoint : named) {
    const auto place = AddEndpoint(endpoint, teller);
    if (!place) continue;  // counted by the frontier
    if (tellings_ >= config_.tellings) {
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
  if (config_.keeps_journal) {
    std::optional<Duration> rtt;
    if (!visit.rtts().empty()) rtt = *std::min_element(visit.rtts().begin(), visit.rtts().end());
    journal_.Visited({.node = visit.peer(), .spoke = visit.spoke(), .excluded = visit.end() == VisitEnd::kExcluded,
                      .rtt = rtt, .record = visit.signed_record(), .told = turn->second.told,
                      .hidden = {visit.hidden().begin(), visit.hidden().end()}});
  }
  nodes_.set_visiting(node, false);
  if (visit.spoke()) nodes_.set_spoke(node);
  if (visit.end() == VisitEnd::kExcluded) nodes_.set_excluded(node);
  if (visit.record()) nodes_.SetRecord(node, *visit.record());
  if (!visit.rtts().empty()) nodes_.AddRtt(node, *std::min_element(visit.rtts().begin(), visit.rtts().end()));
  AddTold(node, place, std::move(turn->second.told));
  for (const IdPrefix id : visit.hidden()) hidden_.Add(id, frontier_.GlobalGroupOf(place));
  turns_.erase(turn);
  --busy_;
  ++visits_;
  Finish(place, EndpointEvent::kVisitOver);
}

void Crawl::Finish(Frontier::Index place, EndpointEvent event) {
  Move(place, event);
  frontier_.Release(place);
  if (!config_.keeps_journal) return;
  const Spot& spot = spots_[place];
  JournalEnded ended{.endpoint = place, .verdict = spot.verdict, .node = {}, .proved_at = {}, .late = false};
  if (spot.node != kNoNode) {
    ended.node = nodes_.IdOf(spot.node);
    ended.proved_at = nodes_.ProvedAt(spot.node);
    ended.late = nodes_.late(spot.node);
  }
  journal_.Ended(ended);
}

void Crawl::AddTold(FoundNodes::Number node, Frontier::Index teller, std::vector<Frontier::Index> told) {
  for (const Frontier::Index index : nodes_.AddTold(node, std::move(told))) {
    if (spots_[index].named == 0) frontier_.NoteTeller(index, teller);
    if (spots_[index].named < UINT16_MAX) ++spots_[index].named;
  }
}

}  // namespace hearsay
