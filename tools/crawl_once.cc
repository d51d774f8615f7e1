// SPDX-License-Identifier: MIT
#include "tools/crawl_once.h"

#include "node/io/entropy.h"
#include "node/io/version.h"
#include "tools/crawl_journal.h"
#include "tools/report.h"

namespace hearsay {
namespace {

constexpr Duration kJournalInterval = std::chrono::seconds{1};
constexpr int kRestAfterProgress = 20;  // of a million nodes it takes 50 ms, in which nothing is answered

}  // namespace

Result<Crawled> CrawlOnce(const CrawlOrder& order, const CrawlWatch& watch) {
  const auto driver = CrawlDriver::Open();
  if (!driver) return tl::unexpected(driver.error());
  const SystemClock clock;
  const Time start = clock.Now();
  std::unique_ptr<CrawlJournal> journal;
  if (!order.journal.empty()) {
    auto opened = CrawlJournal::Open(order.journal, order.network.key, order.recorded, start);
    if (!opened) return tl::unexpected(opened.error());
    journal = std::move(*opened);
    if (!journal->lost().empty()) Fail("crawl", journal->lost());  // a warning: the crawl goes on
  }
  CrawlConfig config;
  config.seeds = order.seeds;
  config.software = std::string(Software());
  config.in_flight = order.in_flight;
  config.keeps_journal = journal != nullptr;
  Crawl crawl(std::move(config), Identity(DrawSeed()), order.network.key, DrawSeed(), start);
  if (journal) {
    if (const auto found = journal->TakeFound()) crawl.Resume(*found);
  }
  const std::size_t resumed = crawl.Progress().visits;

  Bytes written;
  Time written_at = start;
  Time show_at = start;
  const auto write = [&](Time now) {
    written_at = now;
    written.clear();
    crawl.TakeJournal(written);
    journal->Append(written);
  };
  const auto look = [&] {
    const Time now = clock.Now();
    if (journal && now >= written_at + kJournalInterval) write(now);
    if (!watch.show || now < show_at) return;
    watch.show(crawl.Progress(), now - start);
    show_at = now + kRestAfterProgress * (clock.Now() - now);
  };
  CrawlDriver::Watch driver_watch{.interval = watch.show ? watch.interval : kJournalInterval, .show = {}};
  if (journal || watch.show) driver_watch.show = look;
  const CrawlDriver::End end = (*driver)->Run(crawl, clock, order.limit, driver_watch);
  if (journal) write(clock.Now());
  return Crawled{.census = crawl.Result(clock.Now()), .end = end, .resumed = resumed};
}

}  // namespace hearsay
