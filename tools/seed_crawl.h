// SPDX-License-Identifier: MIT
//
// SeedCrawl: the crawl that goes on beside a seed's node, on its loop: again and again, from the peers that the node
// has verified and those that the history knows. Each census enters the history of the data directory, which tells who
// is good. Without a data directory the history is kept in memory, and lost at the end.
//
// A crawl ends after CrawlLimit (crawl_schedule.h) with what it has; an incomplete census is no proof of absence, and
// whom it left out the next crawl calls first. So whoever names dead endpoints by the thousand delays nobody's proofs
// for longer than that.
//
// It calls under a new identity each time, from a socket of its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "crawler/history/history_store.h"
#include "node/io/driver.h"
#include "proto/network.h"
#include "tools/crawl_walk.h"

namespace hearsay {

class SeedCrawl {
 public:
  struct Config {
    Duration every = std::chrono::minutes{5};  // from start to start; a crawl that takes longer is followed at once
    std::optional<Duration> limit;  // of one crawl; absent: CrawlLimit(every)
    NetworkKey network;
    std::string data_dir;  // empty: none
    std::function<void(const std::string& fault)> on_fault;  // what goes wrong, once until it is well again
  };
  // That part of the peers drawn decides how old what is known is: a tenth of the address groups may have gone unseen.
  static constexpr double kProvedShare = 0.9;
  struct Health {
    std::uint64_t censuses = 0;     // since the start
    std::optional<Time> proved_at;  // History::ProvedSince(kProvedShare), after the last census; nullopt: of nobody
    std::optional<Time> last_at;    // when the last complete census ended, of an earlier process too
    std::string fault;              // why the last one could not be made, or not be written; empty: all is well
  };

  // Nothing happens before Start. `driver` is borrowed.
  static Result<std::unique_ptr<SeedCrawl>> Open(asio::io_context& io, Config config, const Driver& driver);
  void Start() { Turn(); }

  const History& history() const { return store_ ? store_->history() : memory_; }
  const Health& health() const { return health_; }
  Duration every() const { return config_.every; }

 private:
  SeedCrawl(asio::io_context& io, Config config, const Driver& driver)
      : io_(io), config_(std::move(config)), driver_(driver), timer_(io) {}
  void Turn();
  void Later(Duration wait);
  bool Begin(Time now);  // false: there is nobody to call
  void Limit();  // ends the crawl under way when its time is over
  void End();
  void SetFault(const std::string& fault);

  asio::io_context& io_;
  const Config config_;
  const Driver& driver_;
  SystemClock clock_;  // of one crawl: somebody may set the machine's, and the next one goes by that
  asio::steady_timer timer_;
  std::unique_ptr<HistoryStore> store_;
  History memory_;
  Health health_;
  Time began_at_{};
  std::unique_ptr<Crawl> crawl_;    // under way; it outlives the walk
  std::unique_ptr<CrawlWalk> walk_;
};

}  // namespace hearsay
