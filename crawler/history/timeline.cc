// SPDX-License-Identifier: MIT
#include "crawler/history/timeline.h"

#include <algorithm>
#include <set>

namespace hearsay {
namespace {

// Which points are one: those of the same grain and the same slot in it. Fine ones are alone.
struct Slot {
  enum class Grain : std::uint8_t { kFine, kHour, kDay, kNone } grain = Grain::kFine;
  std::int64_t number = 0;
  bool SharesPointWith(const Slot& other) const {
    return grain != Grain::kFine && grain == other.grain && number == other.number;
  }
};

Slot SlotOf(Time at, Time now, bool may_be_fine) {
  using std::chrono::days;
  using std::chrono::floor;
  using std::chrono::hours;
  const Duration age = now - at;
  if (age <= Timeline::kFineFor && may_be_fine) return {};
  if (age <= Timeline::kHourlyFor) return {Slot::Grain::kHour, floor<hours>(at.time_since_epoch()).count()};
  if (age <= Timeline::kDailyFor) return {Slot::Grain::kDay, floor<days>(at.time_since_epoch()).count()};
  return {Slot::Grain::kNone, 0};
}

CensusPoint Merge(const CensusPoint& before, const CensusPoint& after) {
  CensusPoint out = before.complete && !after.complete ? before : after;
  out.number = std::max(before.number, after.number);
  out.censuses = before.censuses + after.censuses;
  out.came = before.came + after.came;
  out.went = before.went + after.went;
  out.moved = before.moved + after.moved;
  return out;
}

}  // namespace

bool operator==(const CensusPoint& a, const CensusPoint& b) {
  const auto same = [](const std::optional<Estimate>& x, const std::optional<Estimate>& y) {
    if (!x || !y) return !x && !y;
    return x->nodes == y->nodes && x->low == y->low && x->high == y->high;
  };
  return a.at == b.at && a.number == b.number && a.duration == b.duration && a.complete == b.complete &&
         a.censuses == b.censuses && a.nodes == b.nodes && a.reachable == b.reachable &&
         a.unreachable == b.unreachable && a.suspects == b.suspects && same(a.estimate, b.estimate) &&
         a.came == b.came && a.went == b.went && a.moved == b.moved && a.versions == b.versions &&
         a.other_versions == b.other_versions;
}

CensusPoint MakePoint(const Census& census) {
  const CensusSummary summary = Summarize(census);
  CensusPoint point;
  point.at = census.finished_at;
  point.duration = std::max(summary.duration, Duration::zero());
  point.complete = census.complete;
  point.nodes = summary.nodes;
  point.reachable = summary.reachable;
  point.unreachable = summary.unreachable;
  point.suspects = summary.suspects;
  point.estimate = census.estimate;
  point.versions.assign(summary.versions.begin(), summary.versions.end());
  std::stable_sort(point.versions.begin(), point.versions.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  while (point.versions.size() > CensusPoint::kMaxVersions) {
    point.other_versions += point.versions.back().second;
    point.versions.pop_back();
  }
  return point;
}

std::vector<CensusPoint>::iterator Timeline::Place(Time at) {
  return std::lower_bound(points_.begin(), points_.end(), at,
                          [](const CensusPoint& point, Time time) { return point.at < time; });
}

const CensusPoint* Timeline::Find(Time at) const {
  const auto found = std::lower_bound(points_.begin(), points_.end(), at,
                                      [](const CensusPoint& point, Time time) { return point.at < time; });
  return found != points_.end() && found->at == at ? &*found : nullptr;
}

const CensusPoint* Timeline::Last(const std::function<bool(const CensusPoint&)>& wanted) const {
  const CensusPoint* last = nullptr;
  for (const CensusPoint& point : points_) {
    if (wanted && !wanted(point)) continue;
    if (last == nullptr || point.number >= last->number) last = &point;
  }
  return last;
}

std::optional<Time> Timeline::LastStart() const {
  const CensusPoint* const last = Last();
  return last == nullptr ? std::nullopt : std::optional(last->at - last->duration);
}

bool Timeline::WasAhead(Time now) const {
  std::uint64_t censuses = 0;
  std::uint64_t newest = 0;
  for (auto later = points_.rbegin(); later != points_.rend() && later->at > now; ++later) {
    censuses += later->censuses;
    newest = std::max(newest, later->number);
  }
  return censuses > 0 && censuses < Last()->number + 1 - newest;
}

std::vector<Time> Timeline::TakeInLater(CensusPoint& point) {
  std::vector<Time> taken;
  while (!points_.empty() && points_.back().at > point.at) {
    CensusPoint merged = Merge(points_.back(), point);
    merged.at = point.at;
    merged.duration = point.duration;
    taken.push_back(points_.back().at);
    points_.pop_back();
    point = std::move(merged);
  }
  return taken;
}

void Timeline::Restore(CensusPoint point) {
  const auto place = Place(point.at);
  if (place == points_.end() || place->at != point.at) points_.insert(place, std::move(point));
}

Timeline::Edit Timeline::Add(CensusPoint point) {
  const CensusPoint* const before = Last();
  point.number = before == nullptr ? 1 : before->number + 1;
  const Time thinned_at = before == nullptr ? point.at : std::min(point.at, before->at);
  std::set<Time> dropped;
  if (WasAhead(point.at)) {
    const std::vector<Time> taken = TakeInLater(point);
    dropped.insert(taken.begin(), taken.end());
  }
  auto place = Place(point.at);
  while (place != points_.end() && place->at == point.at) {
    point.at += Duration{1};
    ++place;
  }
  const Time now = point.at;
  points_.insert(place, std::move(point));
  std::set<Time> put{now};
  const auto drop = [&](Time at) {
    put.erase(at);
    if (at != now) dropped.insert(at);  // the new one was never a row
  };
  std::size_t kept = 0;
  Slot last;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    CensusPoint& one = points_[i];
    const Slot slot = SlotOf(one.at, thinned_at, points_.size() - i <= kMaxFine);
    if (slot.grain == Slot::Grain::kNone) {
      drop(one.at);
      continue;
    }
    if (kept > 0 && slot.SharesPointWith(last)) {
      CensusPoint merged = Merge(points_[kept - 1], one);
      drop(merged.at == one.at ? points_[kept - 1].at : one.at);
      put.insert(merged.at);
      points_[kept - 1] = std::move(merged);
    } else {
      if (kept != i) points_[kept] = std::move(one);
      ++kept;
    }
    last = slot;
  }
  points_.resize(kept);
  for (const Time at : put) dropped.erase(at);  // the new one may stand where one was taken in
  return {.at = now, .put = {put.begin(), put.end()}, .dropped = {dropped.begin(), dropped.end()}};
}

}  // namespace hearsay
