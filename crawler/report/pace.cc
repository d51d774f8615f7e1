// SPDX-License-Identifier: MIT
#include "crawler/report/pace.h"

#include <cmath>

namespace hearsay {

std::size_t EndpointsDone(const CrawlProgress& progress) {
  const std::size_t left = progress.waiting + progress.in_flight;
  return progress.endpoints > left ? progress.endpoints - left : 0;
}

std::optional<Duration> Pace::Left(const CrawlProgress& progress, Duration elapsed) {
  points_.push_back({elapsed, EndpointsDone(progress)});
  while (points_.front().elapsed + kWindow < elapsed || points_.size() > kMaxPoints) points_.pop_front();
  const Point& first = points_.front();
  const Duration watched = elapsed - first.elapsed;
  if (watched < kLeast || points_.back().done <= first.done) return std::nullopt;
  const auto finished = static_cast<double>(points_.back().done - first.done);
  const auto left = static_cast<double>(progress.waiting + progress.in_flight);
  return Duration(std::llround(static_cast<double>(watched.count()) / finished * left));
}

}  // namespace hearsay
