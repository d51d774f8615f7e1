// SPDX-License-Identifier: MIT
//
// Recorded crawls: `hearsay crawl --data-dir D`, once, or again and again with `--every`. Each census enters the
// history of the data directory (crawler/history) in one transaction, and whom the history knows is tried again.
//
// What happens in a series: a crawl that meets nobody, names that cannot be looked up, outputs or rows that cannot be
// written are said in one line each, and the next crawl may do better. A crawl ends after CrawlLimit
// (crawl_schedule.h), or --timeout, with what it has, which is recorded as incomplete. SIGINT and SIGTERM stop the
// crawl that runs, record it as incomplete, and end the series; the outputs stay those of the crawl before, which is
// whole. Killed otherwise, all censuses that were recorded stay.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/crawl_ending.h"
#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"

namespace hearsay {

struct RecordOptions {
  std::string data_dir;
  std::string every;
  bool Wanted() const { return !data_dir.empty() || !every.empty(); }
  // Whether a crawl may find somewhere to start although its targets led nowhere.
  bool MayFindSeeds(const std::vector<std::string>& targets) const;
};
void AddRecordOptions(CLI::App& app, RecordOptions& options);

// Where the targets of the command line led.
struct SeedLookup {
  std::vector<CrawlConfig::Seed> seeds;
  std::vector<std::string> faults;  // of names that could not be looked up, a line each
};
// There are no seeds: because of the faults, or because nobody gave any.
Refusal NowhereToStart(std::vector<std::string> faults);

struct RecordedCrawl {
  CrawlOrder order;  // its seeds are looked up anew for each crawl:
  std::function<SeedLookup()> seeds;
  CrawlOutputs& outputs;
  CrawlSaid said = CrawlSaid::kText;
};
// Blocks until the one crawl, or the series, is over. Of a series the exit code is that of its last crawl; one that was
// stopped makes nothing good again.
ExitCode CrawlRecorded(const RecordOptions& options, RecordedCrawl& crawl);

}  // namespace hearsay
