// SPDX-License-Identifier: MIT
//
// TimelineJson: a timeline as a JSON array, oldest first, for programs and for the page that draws it.
//
//   {"at":"2026-11-21T02:00:00.000Z","nodes":25,"reachable":25,"estimate":25.4|null,"low":25|null,"high":27|null,
//    "came":0,"went":0,"moved":0,"complete":true,"censuses":1,"duration_seconds":0.4,"unreachable":2,"suspects":0,
//    "versions":{"hearsay/0.1.0":25},"other_versions":0}
// One object a line. Keys may be added. Only ASCII: what else a version string holds is escaped.
#pragma once

#include <span>
#include <string>

#include "crawler/history/timeline.h"

namespace hearsay {

std::string TimelineJson(std::span<const CensusPoint> points);

}  // namespace hearsay
