// SPDX-License-Identifier: MIT
//
// CrawlEnding: what becomes of a census, that of a single crawl and each of a series alike.
//
//   1. It enters the history, when there is one, and the crawl's journal goes.
//   2. The outputs are made of it; but not when nobody was found, nor when a series was stopped: the map of the crawl
//      before is whole, and stays.
//   3. Each thing that could not be made is one line on stderr. So is a census that found nobody, unless a series was
//      stopped before anybody could answer.
//   4. stdout says the rest:
//
//               text                      --json                    --events
//      single   the summary               the object of the census  the history's events, then `finished` or `failed`
//      series   a line (census_event.h)   an object                 the history's events
//
// A single crawl that could not be recorded changed nothing, and tells no events of the history: they are those of the
// crawl after it. A series has what it could not record in memory and records it with the next census, so it tells them
// now, and that they are not recorded.
//
// The post to a database comes after all that does not tell of it (of a series: after everything), because it may wait
// for a server for minutes.
//
// A crawl of which no census comes (no seeds, no socket, no history) is FailCrawl's: whenever the exit code is 1,
// programs have read why.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "crawler/history/history_store.h"
#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"
#include "tools/report.h"

namespace hearsay {

enum class CrawlSaid : std::uint8_t { kText, kJson, kEvents };

// Says why there is no census: on stderr, and to programs as the `failed` event, or as --json's object. Wrong usage is
// said to people only. Returns the exit code.
ExitCode FailCrawl(CrawlSaid said, const Refusal& why);

class CrawlEnding {
 public:
  enum class Kind : std::uint8_t { kSingle, kSeries };
  struct Config {
    Kind kind = Kind::kSingle;
    CrawlSaid said = CrawlSaid::kText;
    const CrawlOrder& order;         // borrowed
    CrawlOutputs& outputs;           // borrowed
    HistoryStore* store = nullptr;   // borrowed; null: no history is kept
    // Runs the post; false when it did not, because a signal came first. Empty: it is run.
    std::function<bool(const std::function<void()>& post)> around_post = {};
  };
  explicit CrawlEnding(const Config& config) : config_(config) {}

  ExitCode Conclude(const Crawled& crawled) const;

 private:
  HistoryStore::Recorded Record(const Crawled& crawled) const;
  MapHeader Header() const;
  CrawlOutputs::Made MakeOutputs(const Census& census) const;
  void Post(const Census& census, CrawlOutputs::Made& made) const;
  void SayChange(const HistoryStore::Recorded& recorded) const;
  void SaySummary(const Crawled& crawled, const CrawlOutputs::Made& made,
                  const HistoryStore::Recorded* recorded) const;

  const Config config_;
};

}  // namespace hearsay
