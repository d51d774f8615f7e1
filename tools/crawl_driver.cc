// SPDX-License-Identifier: MIT
#include "tools/crawl_driver.h"

#include <csignal>

namespace hearsay {

CrawlDriver::CrawlDriver() : signals_(io_, SIGINT, SIGTERM), limit_(io_), watch_(io_) {}

Result<std::unique_ptr<CrawlDriver>> CrawlDriver::Open() {
  std::unique_ptr<CrawlDriver> driver(new CrawlDriver);
  auto walk = CrawlWalk::Open(driver->io_);
  if (!walk) return tl::unexpected(walk.error());
  driver->walk_ = std::move(*walk);
  return driver;
}

CrawlDriver::End CrawlDriver::Run(Crawl& crawl, const SystemClock& clock, std::optional<Duration> limit,
                                  const Watch& watch) {
  signals_.async_wait([this](const std::error_code& error, int) {
    if (!error) Stop(End::kInterrupted);
  });
  if (limit) {
    limit_.expires_after(*limit);
    limit_.async_wait([this](const std::error_code& error) {
      if (!error) Stop(End::kOutOfTime);
    });
  }
  if (watch.show) ArmWatch(watch);
  walk_->Start(crawl, clock, [this] { io_.stop(); });
  if (!crawl.Done()) io_.run();
  return end_;
}

void CrawlDriver::Stop(End why) {
  end_ = why;
  walk_->Stop();
}

void CrawlDriver::ArmWatch(const Watch& watch) {
  watch_.expires_after(watch.interval);
  watch_.async_wait([this, &watch](const std::error_code& error) {
    if (error) return;
    watch.show();
    ArmWatch(watch);
  });
}

}  // namespace hearsay
