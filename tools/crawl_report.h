// SPDX-License-Identifier: MIT
//
// What `hearsay crawl` shows: a progress line while it runs, and the summary table at the end, in 80 columns.
#pragma once

#include <string>
#include <string_view>

#include "crawler/census.h"
#include "crawler/crawl.h"

namespace hearsay {

// "12 nodes, 30 endpoints heard, 5 in flight, 3 waiting, 1 silent, 140 tellings, 0.8 s"
std::string ProgressText(const CrawlProgress& progress, Duration elapsed);
// Several lines, each with its line break.
std::string SummaryText(const Census& census, std::string_view network);

}  // namespace hearsay
