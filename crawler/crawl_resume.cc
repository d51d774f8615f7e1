// SPDX-License-Identifier: MIT
// Crawl: going on where another process was killed.
#include "crawler/crawl.h"
#include "proto/check.h"

namespace hearsay {

void Crawl::Resume(const JournalContent& journal) {
  HEARSAY_CHECK(!started_ && frontier_.size() == 0);
  resumed_ = true;
  started_at_ = journal.started_at;
  std::vector<bool> ended(journal.endpoints.size());
  for (const JournalEnded& one : journal.ended) ended[one.endpoint] = true;
  for (std::size_t i = 0; i < journal.endpoints.size(); ++i) {
    const Endpoint& endpoint = journal.endpoints[i];
    const auto added = ended[i] ? frontier_.AddDone(endpoint) : frontier_.Add(endpoint);
    // The numbers must stay the same: a bound that is smaller than it was, or an endpoint twice, ends the journal.
    if (!added || !added->fresh || added->index != i) {
      cut_off_ = true;
      break;
    }
    spots_.push_back(Spot{});
  }
  std::vector<Frontier::Index> place_of;  // of a found node: the last where it proved its id
  for (const JournalEnded& one : journal.ended) {
    if (one.endpoint >= spots_.size()) continue;
    Spot& spot = spots_[one.endpoint];
    spot.state = EndpointState::kDone;
    spot.verdict = one.verdict;
    if (one.node) {
      spot.node = nodes_.NumberOf(*one.node);
      if (spot.node >= place_of.size()) place_of.push_back({});
      place_of[spot.node] = one.endpoint;
      if (one.proved_at) nodes_.SetProved(spot.node, *one.proved_at, one.late);
    } else if (one.verdict != Verdict::kSelf) {
      ++unreachable_;
    }
  }
  for (const JournalVisited& visited : journal.visited) {
    const auto node = nodes_.Find(visited.node);
    if (node && *node < place_of.size()) Replay(visited, *node, place_of[*node]);
  }
  for (const JournalLooked& looked : journal.looked) Replay(looked);
}

void Crawl::Replay(const JournalLooked& looked) {
  if (looked.endpoint >= spots_.size() || spots_[looked.endpoint].node == kNoNode) return;
  const FoundNodes::Number node = spots_[looked.endpoint].node;
  if (nodes_.drawn(node) || looks_.nodes >= config_.second_looks) return;
  nodes_.set_drawn(node);
  looks_.Add(looked.gone, looked.watched);
}

void Crawl::Replay(const JournalVisited& visited, FoundNodes::Number node, Frontier::Index place) {
  if (visited.spoke) nodes_.set_spoke(node);
  if (visited.excluded) nodes_.set_excluded(node);
  if (const auto record = ReadRecord(visited.record, visited.node)) nodes_.SetRecord(node, *record);
  if (visited.rtt) nodes_.AddRtt(node, *visited.rtt);
  std::vector<Frontier::Index> told = visited.told;
  std::erase_if(told, [this](Frontier::Index index) { return index >= spots_.size(); });
  tellings_ += told.size();
  AddTold(node, place, std::move(told));
  for (const IdPrefix id : visited.hidden) hidden_.Add(id, frontier_.GlobalGroupOf(place));
  ++visits_;
}

}  // namespace hearsay
