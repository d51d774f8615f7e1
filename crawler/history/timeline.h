// SPDX-License-Identifier: MIT
//
// Timeline: censuses as single rows, the newer the finer, bounded for good.
//
//   age at the census           kept
//   up to 7 days                every one, but no more than the last kMaxFine; what is above that counts as older
//   up to 92 days               one an hour
//   up to 3,653 days            one a day
//   older                       nothing
//
// What is merged loses no change: `came`, `went` and `moved` are summed, `censuses` counts. The other numbers are those
// of the last complete census among them, or of the last one. At most kMaxFine + 92 * 24 + 1 + 3,653 + 1 points, of
// 200 to 800 bytes.
//
// Clocks: points are in order of `at`, numbered in that of recording. A clock that was set back puts points where their
// time says, and thins nothing that is in the future. A census thins as of its time or that of the one recorded before
// it, whichever is earlier: a single one whose clock was ahead thins nothing; two thin as if that time had passed. What
// is later than a census was recorded by a clock that was ahead, or this clock is behind: it is left alone until more
// censuses were recorded since than it stands for. Then it was ahead (WasAhead), and becomes one with the census that
// shows it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawler/census.h"
#include "proto/time.h"

namespace hearsay {

struct CensusPoint {
  static constexpr std::size_t kMaxVersions = 8;
  using VersionCount = std::pair<std::string, std::uint64_t>;

  Time at{};  // its end; no two points have the same
  std::uint64_t number = 0;  // rising as they are recorded; 0: by a program of before there were numbers
  Duration duration{};
  bool complete = false;
  std::uint32_t censuses = 1;  // that this point stands for
  std::uint64_t nodes = 0;
  std::uint64_t reachable = 0;
  std::uint64_t unreachable = 0;
  std::uint64_t suspects = 0;
  std::optional<Estimate> estimate;
  std::uint64_t came = 0;
  std::uint64_t went = 0;
  std::uint64_t moved = 0;
  std::vector<VersionCount> versions;  // the most frequent, falling; nodes without a record are "unknown"
  std::uint64_t other_versions = 0;    // nodes of all further versions
};
bool operator==(const CensusPoint& a, const CensusPoint& b);

// Everything but came, went, moved and the number.
CensusPoint MakePoint(const Census& census);

class Timeline {
 public:
  static constexpr std::size_t kMaxFine = 4096;
  static constexpr Duration kFineFor = std::chrono::hours{7 * 24};
  static constexpr Duration kHourlyFor = std::chrono::hours{92 * 24};
  static constexpr Duration kDailyFor = std::chrono::hours{3653 * 24};

  // What became of points on the way, by their times: rows to write and rows to take out. Ordered, none in both.
  struct Edit {
    Time at{};  // of the new point; it may be among neither, merged into another one at once
    std::vector<Time> put;
    std::vector<Time> dropped;
  };
  // One whose time is taken moves on by a microsecond until it is free. Numbers it.
  Edit Add(CensusPoint point);
  // One that was kept; of a time that is taken, the first stays.
  void Restore(CensusPoint point);

  const std::vector<CensusPoint>& points() const { return points_; }
  const CensusPoint* Find(Time at) const;
  // The one recorded last, of those wanted (all, when empty); of equal numbers the latest. Null: there is none.
  const CensusPoint* Last(const std::function<bool(const CensusPoint&)>& wanted = {}) const;
  // When the crawl of the last point began. Absent: there is none.
  std::optional<Time> LastStart() const;
  // Whether, with a census that ends now, what is later than now is known to be of a clock that was ahead.
  bool WasAhead(Time now) const;

 private:
  std::vector<CensusPoint>::iterator Place(Time at);
  // Takes in what is later than the point, and says when that was.
  std::vector<Time> TakeInLater(CensusPoint& point);

  std::vector<CensusPoint> points_;
};

}  // namespace hearsay
