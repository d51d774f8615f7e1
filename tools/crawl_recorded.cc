// SPDX-License-Identifier: MIT
#include "tools/crawl_recorded.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <csignal>
#include <cstdio>

#include "crawler/history/history_store.h"
#include "node/io/clock.h"
#include "node/io/data_dir.h"
#include "node/io/version.h"
#include "tools/census_event.h"
#include "tools/commands.h"
#include "tools/crawl_schedule.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

constexpr Duration kShortestInterval = std::chrono::seconds{1};

// Sleeps until a time, or until SIGINT or SIGTERM, which it hears of from its construction on.
class Pause {
 public:
  Pause() : signals_(io_, SIGINT, SIGTERM), timer_(io_) {
    signals_.async_wait([this](const std::error_code& error, int) {
      if (error) return;
      interrupted_ = true;
      timer_.cancel();
    });
  }
  // False when interrupted.
  bool Until(SystemClock::Steady::time_point time) {
    bool over = interrupted_;
    timer_.expires_at(time);
    timer_.async_wait([&](const std::error_code&) { over = true; });
    io_.restart();
    while (!over && !interrupted_) io_.run_one();
    timer_.cancel();
    return !interrupted_;
  }

 private:
  asio::io_context io_{1};
  asio::signal_set signals_;
  asio::steady_timer timer_;
  bool interrupted_ = false;
};

class Series {
 public:
  Series(HistoryStore& store, RecordedCrawl crawl) : store_(store), crawl_(std::move(crawl)) {}

  ExitCode RunOnce() {
    if (!FindSeeds()) return kExitFailed;
    const auto crawled = CrawlOnce(crawl_.order, crawl_.watch);
    crawl_.ended();
    if (!crawled) return Fail("crawl", crawled.error());
    const HistoryStore::Recorded recorded = store_.Record(crawled->census);
    const ExitCode shown = crawl_.finish(*crawled);
    if (shown == kExitFine && !crawl_.as_json) std::printf("  history       %s\n", ChangeText(recorded.change).c_str());
    return recorded.error.empty() ? shown : Fail("crawl", recorded.error);
  }

  ExitCode RunEvery(Duration interval) {
    const SystemClock clock;
    Pause pause;
    CrawlTurn turn{.start = clock.Now()};
    while (true) {
      if (Round() == CrawlDriver::End::kInterrupted) return failed_ ? kExitFailed : kExitFine;
      turn = NextTurn(turn.start, interval, clock.Now());
      if (turn.missed > 0) {
        std::fprintf(stderr, "crawl: %llu turns missed, because the crawl took longer than --every\n",
                     static_cast<unsigned long long>(turn.missed));
      }
      if (!pause.Until(clock.ToSteady(turn.start))) return failed_ ? kExitFailed : kExitFine;
    }
  }

 private:
  // False, and said, when there are none.
  bool FindSeeds() {
    crawl_.order.seeds = crawl_.seeds();
    const std::size_t room = FrontierLimits{}.endpoints / 2;  // the other half is for what is heard of
    for (const Endpoint& contact : store_.history().Contacts(room)) crawl_.order.seeds.push_back({contact, {}});
    if (crawl_.order.seeds.empty()) Fail("crawl", "nowhere to start: no ENDPOINT given, and the history knows no node");
    return !crawl_.order.seeds.empty();
  }

  CrawlDriver::End Round() {
    failed_ = true;
    if (!FindSeeds()) return CrawlDriver::End::kDone;
    const auto crawled = CrawlOnce(crawl_.order, crawl_.watch);
    crawl_.ended();
    if (!crawled) {
      Fail("crawl", crawled.error());
      return CrawlDriver::End::kDone;
    }
    const HistoryStore::Recorded recorded = store_.Record(crawled->census);
    failed_ = !recorded.error.empty();
    if (failed_) Fail("crawl", recorded.error);
    const Census& census = crawled->census;
    if (!census.nodes.empty()) {
      const Places places = crawl_.outputs.Locate(census);
      const MapHeader header{.software = std::string(Software()), .network = crawl_.order.network.name};
      for (const std::string& error : crawl_.outputs.Write(census, places, header).errors) {
        Fail("crawl", error);
        failed_ = true;
      }
    }
    const std::string said = crawl_.as_json ? CensusEvents(recorded.change, store_.history())
                                            : CensusLine(recorded.change) + "\n";
    std::fputs(said.c_str(), stdout);
    std::fflush(stdout);
    return crawled->end;
  }

  HistoryStore& store_;
  RecordedCrawl crawl_;
  bool failed_ = false;  // the last round
};

}  // namespace

void AddRecordOptions(CLI::App& app, RecordOptions& options) {
  app.add_option("--data-dir", options.data_dir, "Keep a history of censuses in DIR; see crawl history.")
      ->type_name("DIR");
  app.add_option("--every", options.every, "Crawl again and again, from start to start: 15m. Needs --data-dir.")
      ->type_name("TIME");
}

ExitCode CrawlRecorded(const RecordOptions& options, RecordedCrawl crawl) {
  if (options.data_dir.empty()) return Usage("crawl", "--every needs --data-dir DIR, where the history is kept");
  std::optional<Duration> interval;
  if (!options.every.empty()) {
    interval = ParseDuration(options.every);
    if (!interval || *interval < kShortestInterval) {
      return Usage("crawl", "--every '" + options.every + "' is no time of at least a second; give 15m or 1h");
    }
  }
  if (const auto made = EnsureDataDir(options.data_dir); !made) return Fail("crawl", made.error());
  const auto store = HistoryStore::Open(options.data_dir);
  if (!store) return Fail("crawl", store.error());
  if ((*store)->skipped() > 0) {
    std::fprintf(stderr, "crawl: %zu rows of the history in %s cannot be read and are left out\n",
                 (*store)->skipped(), Printable(options.data_dir).c_str());
  }
  Series series(**store, std::move(crawl));
  return interval ? series.RunEvery(*interval) : series.RunOnce();
}

}  // namespace hearsay
