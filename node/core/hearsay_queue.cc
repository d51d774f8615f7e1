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
  const std::uint32_t waiting = Find(item.endpoint);
  if (!WouldTake(waiting, item.lane == HearsayLane::kDoubtful)) return false;
  Lane& lane = lanes_[static_cast<std::size_t>(item.lane)];
  if (lane.size >= kCapacity) return false;
  Source& source = lane.sources[item.source];
  if (source.size >= kPerSource) return false;
  if (waiting != FlatIndex::kNone) {
    LeaveIndex(waiting);
    places_[waiting].moved = true;
  }
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
    if (auto item = PopFrom(lanes_[static_cast<std::size_t>(lane)])) return item;
  }
  return std::nullopt;
}

bool HearsayQueue::WouldTake(const Endpoint& endpoint, bool doubtful) const {
  return WouldTake(Find(endpoint), doubtful);
}

bool HearsayQueue::WouldTake(std::uint32_t waiting, bool doubtful) const {
  return waiting == FlatIndex::kNone || (places_[waiting].lane == HearsayLane::kDoubtful && !doubtful);
}

std::uint32_t HearsayQueue::Find(const Endpoint& endpoint) const {
  return index_.Find(HashOf(endpoint), [&](std::uint32_t place) { return places_[place].endpoint == endpoint; });
}

std::optional<HearsayQueue::Item> HearsayQueue::PopFrom(Lane& lane) {
  while (!lane.sources.empty()) {
    auto it = lane.sources.upper_bound(lane.last);
    if (it == lane.sources.end()) it = lane.sources.begin();
    lane.last = it->first;
    Source& source = it->second;
    const std::uint32_t number = source.first;
    const Place place = places_[number];
    if (!place.moved) LeaveIndex(number);
    places_[number].next = free_;
    free_ = number;
    source.first = place.next;
    --lane.size;
    if (--source.size == 0) lane.sources.erase(it);
    if (place.moved) continue;
    return Item{.endpoint = place.endpoint, .source = lane.last, .speaker = place.speaker, .lane = place.lane};
  }
  return std::nullopt;
}

std::uint32_t HearsayQueue::Keep(const Item& item) {
  if (free_ == FlatIndex::kNone) {
    free_ = static_cast<std::uint32_t>(places_.size());
    PushTight(places_, {});
  }
  const std::uint32_t place = free_;
  free_ = places_[place].next;
  places_[place] = {.endpoint = item.endpoint, .lane = item.lane, .moved = false, .next = FlatIndex::kNone,
                    .speaker = item.speaker};
  index_.Insert(place, [this](std::uint32_t n) { return HashOf(places_[n].endpoint); });
  return place;
}

void HearsayQueue::LeaveIndex(std::uint32_t place) {
  index_.Erase(place, [this](std::uint32_t n) { return HashOf(places_[n].endpoint); });
}

}  // namespace hearsay
