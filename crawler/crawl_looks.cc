// SPDX-License-Identifier: MIT
// Crawl: the second look at nodes that were found, at the end of the walk (attendance.h).
#include "crawler/crawl.h"

namespace hearsay {

// By lot, but for what is too many of one address group. Who excludes crawlers is left alone.
void Crawl::DrawLooks() {
  looks_drawn_ = true;
  std::size_t had = looks_.nodes + looks_open_ + to_look_at_.size();  // before a kill, or a late find
  if (had >= config_.second_looks) return;
  std::vector<Frontier::Index> places;
  std::vector<bool> seen(nodes_.size());
  for (Frontier::Index place = 0; place < spots_.size(); ++place) {
    const Spot& spot = spots_[place];
    if (spot.node == kNoNode || spot.verdict != Verdict::kReachable || spot.state != EndpointState::kDone) continue;
    if (seen[spot.node] || nodes_.drawn(spot.node) || nodes_.excluded(spot.node)) continue;
    seen[spot.node] = true;
    places.push_back(place);
  }
  // As many of a group as take it some seconds, whoever answers or not.
  const std::size_t most_of_group = std::size_t{kLookRounds} * config_.frontier.in_flight_per_group / 2;
  std::vector<std::size_t> of_group(frontier_.groups());
  for (std::size_t i = 0; i < places.size() && had < config_.second_looks; ++i) {
    std::swap(places[i], places[i + caller_.rng().Below(places.size() - i)]);
    const auto group = frontier_.GlobalGroupOf(places[i]);
    if (group && ++of_group[*group] > most_of_group) continue;
    Move(places[i], EndpointEvent::kDrawn);
    nodes_.set_drawn(spots_[places[i]].node);
    to_look_at_.push_back(places[i]);
    ++had;
  }
}

// As many at a time as visits.
void Crawl::RecallLooks() {
  while (busy_ + looks_open_ < config_.in_flight && !to_look_at_.empty()) {
    frontier_.Recall(to_look_at_.back());
    to_look_at_.pop_back();
    ++looks_open_;
  }
}

// Who answered and did not finish the handshake is there, and full or tired of us.
void Crawl::OnLook(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out) {
  --patient_;
  const FoundNodes::Number node = spots_[place].node;
  const bool gone = !outcome.result && !outcome.answered;
  const Duration since_proof = now - started_at_ - nodes_.ProvedAt(node).value_or(Duration{});
  const Duration watched = std::max(since_proof, Duration{});
  looks_.Add(gone, watched);
  if (config_.keeps_journal) journal_.Looked({.endpoint = place, .gone = gone, .watched = watched});
  // While another of its endpoints is being visited, a packet on this channel would replace that one.
  if (outcome.result && !nodes_.visiting(node)) SayGoodbye(place, outcome, now, out);
  Move(place, EndpointEvent::kLookOver);
  frontier_.Release(place);
  --looks_open_;
}

}  // namespace hearsay
