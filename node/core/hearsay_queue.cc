// SPDX-License-Identifier: MIT
#include "node/core/hearsay_queue.h"

#include "node/core/tight_vector.h"

namespace hearsay {
namespace {

using Order = std::array<HearsayLane, 3>;
constexpr Order kPlainTurn = {HearsayLane::kWinner, HearsayLane::kPlain, HearsayLane::kDoubtful};
constexpr Order kDoubtfulTurn = {HearsayLane::kDoubtful, HearsayLane::kWinner, HearsayLane::kPlain};

}  // namespace

bool HearsayQueue::Push(const Item& item) {
  Lane& lane = lanes_[static_cast<std::size_t>(item.lane)];
  if (lane.size >= kCapacity || Waits(item.endpoint)) return false;
  Source& source = lane.sources[item.source];
  if (source.size >= kPerSource) return false;
  const std::uint32_t place = Keep(item);
  (source.size == 0 ? source.first : places_[source.last].next) = place;
  source.last = place;
  ++source.size;
  ++lane.size;
  return true;
}

std::optional<HearsayQueue::Item> HearsayQueue::Pop() {
  const bool doubtful_turn = ++pops_ % kDoubtfulShare == 0;
  for (const HearsayLane lane : doubtful_turn ? kDoubtfulTurn : kPlainTurn) {
    if (auto item = PopFrom(lane)) return item;
  }
  return std::nullopt;
}

bool HearsayQueue::Waits(const Endpoint& endpoint) const {
  const auto is_it = [&](std::uint32_t place) { return places_[place].endpoint == endpoint; };
  return index_.Find(HashOf(endpoint), is_it) != FlatIndex::kNone;
}

std::optional<HearsayQueue::Item> HearsayQueue::PopFrom(HearsayLane which) {
  Lane& lane = lanes_[static_cast<std::size_t>(which)];
  if (lane.sources.empty()) return std::nullopt;
  auto it = lane.sources.upper_bound(lane.last);
  if (it == lane.sources.end()) it = lane.sources.begin();
  lane.last = it->first;
  Source& source = it->second;
  const std::uint32_t number = source.first;
  const Place place = places_[number];
  Free(number);
  source.first = place.next;
  --lane.size;
  if (--source.size == 0) lane.sources.erase(it);
  return Item{.endpoint = place.endpoint, .source = lane.last, .speaker = place.speaker, .lane = which};
}

std::uint32_t HearsayQueue::Keep(const Item& item) {
  if (free_ == FlatIndex::kNone) {
    free_ = static_cast<std::uint32_t>(places_.size());
    PushTight(places_, {});
  }
  const std::uint32_t place = free_;
  free_ = places_[place].next;
  places_[place] = {.endpoint = item.endpoint, .next = FlatIndex::kNone, .speaker = item.speaker};
  index_.Insert(place, [this](std::uint32_t n) { return HashOf(places_[n].endpoint); });
  return place;
}

void HearsayQueue::Free(std::uint32_t place) {
  index_.Erase(place, [this](std::uint32_t n) { return HashOf(places_[n].endpoint); });
  places_[place].next = free_;
  free_ = place;
}

}  // namespace hearsay
