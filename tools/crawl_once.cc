// SPDX-License-Identifier: MIT
#include "tools/crawl_once.h"

#include "node/io/entropy.h"
#include "node/io/version.h"

namespace hearsay {

Result<Crawled> CrawlOnce(const CrawlOrder& order, const CrawlWatch& watch) {
  const auto driver = CrawlDriver::Open();
  if (!driver) return tl::unexpected(driver.error());
  CrawlConfig config;
  config.seeds = order.seeds;
  config.software = std::string(Software());
  config.in_flight = order.in_flight;

  const SystemClock clock;
  const Time start = clock.Now();
  Crawl crawl(std::move(config), Identity(DrawSeed()), order.network.key, DrawSeed(), start);
  CrawlDriver::Watch driver_watch{.interval = watch.interval, .show = {}};
  if (watch.show) driver_watch.show = [&] { watch.show(crawl.Progress(), clock.Now() - start); };
  const CrawlDriver::End end = (*driver)->Run(crawl, clock, order.limit, driver_watch);
  return Crawled{.census = crawl.Result(clock.Now()), .end = end};
}

}  // namespace hearsay
