// SPDX-License-Identifier: MIT
#include "tools/crawl_ending.h"

#include <cstdio>
#include <optional>

#include "crawler/history/timeline_json.h"
#include "node/io/version.h"
#include "tools/census_event.h"
#include "tools/commands.h"
#include "tools/crawl_events.h"
#include "tools/crawl_journal.h"
#include "tools/crawl_report.h"
#include "tools/standard_streams.h"

namespace hearsay {
namespace {

// A fault is said at the end, of a round or of the program.
void Print(const std::string& text) { (void)WriteStandardOutput(text); }

}  // namespace

ExitCode FailCrawl(CrawlSaid said, const Refusal& why) {
  if (why.exit_code == kExitFailed && said == CrawlSaid::kEvents) PrintEvent(FailedEvent(why.Text()));
  if (why.exit_code == kExitFailed && said == CrawlSaid::kJson) PrintEvent(FailedJson(why.Text()));
  return Refuse("crawl", why);
}

ExitCode CrawlEnding::Conclude(const Crawled& crawled) const {
  const bool nobody = crawled.census.nodes.empty();
  const bool stopped = config_.kind == Kind::kSeries && crawled.end == CrawlDriver::End::kInterrupted;
  std::optional<HistoryStore::Recorded> recorded;
  if (config_.store != nullptr) recorded = Record(crawled);
  CrawlOutputs::Made made;
  if (!nobody && !stopped) made = MakeOutputs(crawled.census);
  if (recorded && !recorded->error.empty()) made.errors.insert(made.errors.begin(), recorded->error);
  for (const std::string& error : made.errors) Fail("crawl", error);

  const bool series = config_.kind == Kind::kSeries;
  if (recorded && (series || (config_.said == CrawlSaid::kEvents && recorded->error.empty()))) SayChange(*recorded);
  if (!nobody && !stopped && config_.outputs.MayPost()) Post(crawled.census, made);
  if (nobody && !stopped) {
    const Refusal why = Refusal::Failed(NobodyAnsweredText(crawled, config_.order.network));
    // A series has said what it found: nobody.
    return config_.kind == Kind::kSeries ? Refuse("crawl", why) : FailCrawl(config_.said, why);
  }
  if (config_.kind == Kind::kSingle) SaySummary(crawled, made, recorded ? &*recorded : nullptr);
  return made.errors.empty() ? kExitFine : kExitFailed;
}

// A crawl that a kill cut in two is recorded as one, and so is one of which the disk had no room. Of a series, what the
// disk had no room for is in memory and is written with the next census; a single crawl that could not be recorded
// leaves its journal to the next one.
HistoryStore::Recorded CrawlEnding::Record(const Crawled& crawled) const {
  if (crawled.resumed > 0) {
    std::fprintf(stderr, "crawl: went on where one that was not recorded had made %zu visits\n", crawled.resumed);
  }
  HistoryStore::Recorded recorded = config_.store->Record(crawled.census);
  if (recorded.error.empty() || config_.kind == Kind::kSeries) CrawlJournal::Remove(config_.order.journal);
  return recorded;
}

MapHeader CrawlEnding::Header() const {
  return {.software = std::string(Software()), .network = config_.order.network.name};
}

CrawlOutputs::Made CrawlEnding::MakeOutputs(const Census& census) const {
  const HistoryStore* store = config_.store;
  const std::string history = store != nullptr ? TimelineJson(store->history().timeline().points()) : "null";
  return config_.outputs.Make(census, Header(), history);
}

void CrawlEnding::Post(const Census& census, CrawlOutputs::Made& made) const {
  const std::size_t said = made.errors.size();
  const auto post = [&] { config_.outputs.Post(census, Header(), made); };
  if (!config_.around_post) {
    post();
  } else if (!config_.around_post(post)) {
    made.errors.push_back("the census was not posted: a signal came first");
  }
  for (std::size_t i = said; i < made.errors.size(); ++i) Fail("crawl", made.errors[i]);
}

void CrawlEnding::SayChange(const HistoryStore::Recorded& recorded) const {
  switch (config_.said) {
    case CrawlSaid::kText: return Print(CensusLine(recorded) + "\n");
    case CrawlSaid::kJson: return Print(CensusEvent(recorded, config_.store->history()));
    case CrawlSaid::kEvents: return Print(CensusEvents(recorded, config_.store->history()));
  }
}

void CrawlEnding::SaySummary(const Crawled& crawled, const CrawlOutputs::Made& made,
                             const HistoryStore::Recorded* recorded) const {
  switch (config_.said) {
    case CrawlSaid::kText:
      Print(SummaryText(crawled, made.places, config_.order.network.name) + MadeText(made));
      if (recorded != nullptr) Print("  history       " + ChangeText(*recorded) + "\n");
      return;
    case CrawlSaid::kJson: return PrintEvent(FinishedJson(crawled, made));
    case CrawlSaid::kEvents: return PrintEvent(FinishedEvent(crawled, made));
  }
}

}  // namespace hearsay
