// SPDX-License-Identifier: MIT
#include "tools/seed_crawl.h"

#include <algorithm>

#include <asio/post.hpp>

#include "crawler/seed/freshness.h"
#include "crawler/seed/seed_peers.h"
#include "node/io/entropy.h"
#include "node/io/version.h"
#include "tools/crawl_schedule.h"

namespace hearsay {
namespace {

constexpr Duration kRetry = std::chrono::seconds{2};  // while the node knows nobody yet

}  // namespace

Result<std::unique_ptr<SeedCrawl>> SeedCrawl::Open(asio::io_context& io, Config config, const Driver& driver) {
  std::unique_ptr<SeedCrawl> out(new SeedCrawl(io, std::move(config), driver));
  if (!out->config_.data_dir.empty()) {
    auto store = HistoryStore::Open(out->config_.data_dir, out->config_.network);
    if (!store) return tl::unexpected(store.error());
    out->store_ = std::move(*store);
  }
  const CensusPoint* const last =
      out->history().timeline().Last([](const CensusPoint& point) { return point.complete && point.nodes > 0; });
  if (last != nullptr) out->health_.last_at = last->at;
  out->health_.proved_at = out->history().ProvedSince(kProvedShare);
  return out;
}

void SeedCrawl::Later(Duration wait) {
  timer_.expires_after(wait);
  timer_.async_wait([this](const asio::error_code& error) {
    if (!error) Turn();
  });
}

void SeedCrawl::Turn() {
  clock_ = SystemClock();
  if (!Begin(clock_.Now())) Later(kRetry);
}

bool SeedCrawl::Begin(Time now) {
  CrawlConfig config = NextSeedCrawl(driver_.Peers(), history(), std::string(Software()));
  if (config.seeds.empty()) return false;
  auto walk = CrawlWalk::Open(io_);
  if (!walk) {
    SetFault(walk.error());
    return false;
  }
  began_at_ = now;
  walk_ = std::move(*walk);
  crawl_ = std::make_unique<Crawl>(std::move(config), Identity(DrawSeed()), config_.network, DrawSeed(), now);
  // Not from within the walk's own step.
  walk_->Start(*crawl_, clock_, [this] { asio::post(io_, [this] { End(); }); });
  Limit();
  return true;
}

void SeedCrawl::Limit() {
  timer_.expires_after(config_.limit.value_or(CrawlLimit(config_.every)));
  timer_.async_wait([this](const asio::error_code& error) {
    if (!error && walk_) walk_->Stop();  // which posts End
  });
}

void SeedCrawl::SetFault(const std::string& fault) {
  if (!fault.empty() && health_.fault.empty() && config_.on_fault) config_.on_fault(fault);
  health_.fault = fault;
}

void SeedCrawl::End() {
  const Time now = clock_.Now();
  Census census = crawl_->Result(now);
  DropOwnEcho(census, driver_.Status().id);
  walk_.reset();
  crawl_.reset();
  if (store_) {
    SetFault(store_->Record(census).error);
  } else {
    memory_.Apply(census);
    SetFault({});
  }
  ++health_.censuses;
  health_.proved_at = history().ProvedSince(kProvedShare);
  if (census.complete && !census.nodes.empty()) health_.last_at = now;
  Later(std::max<Duration>(Duration::zero(), began_at_ + config_.every - now));
}

}  // namespace hearsay
