// SPDX-License-Identifier: MIT
//
// What `hearsay crawl` shows: a progress line while it runs, and the summary table at the end, in 80 columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crawler/census.h"
#include "crawler/crawl.h"
#include "crawler/report/places.h"
#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"

namespace hearsay {

// "1234 visits, 1000 nodes of about 1050, 256 under way, ETA 12s"; at most 79 columns with numbers below ten million.
std::string ProgressText(const CrawlProgress& progress, std::optional<Duration> left);
// Why a crawl found nobody, in one line, with the first few of those that were asked.
std::string NobodyAnsweredText(const Crawled& crawled, const CallNetwork& network);
// Several lines, each with its line break.
std::string SummaryText(const Crawled& crawled, const Places& places, std::string_view network);

// What was written and posted where, or how to have it written. Each line with its line break.
std::string MadeText(const CrawlOutputs::Made& made);

// Endpoints that were heard of and did not have their turn.
std::size_t NotVisited(const Census& census);

}  // namespace hearsay
