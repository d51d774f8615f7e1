// SPDX-License-Identifier: MIT
//
// CrawlEvents: `hearsay crawl --events`, one JSON object a line on stdout, for programs that start a crawl and want to
// follow it; and the one object of `--json`, which is the last event without its name. crawler/README.md, "Events".
#pragma once

#include <optional>
#include <string>

#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"

namespace hearsay {

std::string StartedEvent(const CrawlOrder& order);
std::string ProgressEvent(const CrawlProgress& progress, Duration elapsed, std::optional<Duration> left);
std::string FinishedEvent(const Crawled& crawled, const CrawlOutputs::Made& made);
std::string FailedEvent(const std::string& error);
// These without "event".
std::string FinishedJson(const Crawled& crawled, const CrawlOutputs::Made& made);
std::string FailedJson(const std::string& error);

// With a line break, at once: a program waits for it.
void PrintEvent(const std::string& event);

}  // namespace hearsay
