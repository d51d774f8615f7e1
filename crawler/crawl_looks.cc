// SPDX-License-Identifier: MIT
// Crawl: the second look at nodes that were found, at the end of the walk (attendance.h).
#include "crawler/crawl.h"

namespace hearsay {

// By lot, each node alike (Vitter 1985, algorithm R). Who excludes crawlers is left alone.
void Crawl::DrawLooks() {
  looks_drawn_ = true;
  if (looks_.nodes >= config_.second_looks) return;  // before a kill
  const std::size_t most = config_.second_looks - looks_.nodes;
  std::vector<Frontier::Index> drawn;
  std::vector<bool> seen(nodes_.size());
  std::size_t passed = 0;
  for (Frontier::Index place = 0; place < spots_.size(); ++place) {
    const Spot& spot = spots_[place];
    if (spot.node == kNoNode || spot.verdict != Verdict::kReachable || spot.state != EndpointState::kDone) continue;
    if (seen[spot.node] || nodes_.drawn(spot.node) || nodes_.excluded(spot.node)) continue;
    seen[spot.node] = true;
    ++passed;
    if (drawn.size() < most) {
      drawn.push_back(place);
    } else if (const std::size_t other = caller_.rng().Below(passed); other < most) {
      drawn[other] = place;
    }
  }
  for (const Frontier::Index place : drawn) {
    Move(place, EndpointEvent::kDrawn);
    nodes_.set_drawn(spots_[place].node);
  }
  to_look_at_ = std::move(drawn);
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
