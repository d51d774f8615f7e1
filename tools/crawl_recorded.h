// SPDX-License-Identifier: MIT
//
// Recorded crawls: `hearsay crawl --data-dir D`, once, or again and again with `--every`. Each census enters the
// history of the data directory (crawler/history) in one transaction, and whom the history knows is tried again.
//
// What happens in a series: a crawl that meets nobody, names that cannot be looked up, outputs or rows that cannot be
// written are said in one line each, and the next crawl may do better. A crawl ends after CrawlLimit
// (crawl_schedule.h), or --timeout, with what it has, which is recorded as incomplete. SIGINT and SIGTERM stop the
// crawl that runs, record it as incomplete, and end the series. Killed otherwise, all censuses that were recorded stay.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"

namespace hearsay {

struct RecordOptions {
  std::string data_dir;
  std::string every;
  bool Wanted() const { return !data_dir.empty() || !every.empty(); }
};
void AddRecordOptions(CLI::App& app, RecordOptions& options);

struct RecordedCrawl {
  enum class Said : std::uint8_t { kText, kJson, kEvents };

  CrawlOrder order;  // its seeds are looked up anew for each crawl:
  std::function<std::vector<CrawlConfig::Seed>()> seeds;
  CrawlOutputs& outputs;
  Said said = Said::kText;
  // Makes the outputs of a single crawl, with the timeline as JSON, and shows its result. Returns the exit code.
  std::function<ExitCode(const Crawled&, std::string_view history_json)> finish;
};
// Blocks until the one crawl, or the series, is over.
ExitCode CrawlRecorded(const RecordOptions& options, RecordedCrawl& crawl);

}  // namespace hearsay
