// SPDX-License-Identifier: MIT
#include "tools/crawl_recorded.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "crawler/history/history_store.h"
#include "crawler/history/timeline_json.h"
#include "node/io/clock.h"
#include "node/io/data_dir.h"
#include "node/io/version.h"
#include "tools/census_event.h"
#include "tools/commands.h"
#include "tools/crawl_events.h"
#include "tools/crawl_journal.h"
#include "tools/crawl_progress.h"
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
  Series(HistoryStore& store, RecordedCrawl& crawl) : store_(store), crawl_(crawl) {}

  ExitCode RunOnce() {
    if (!FindSeeds()) return kExitFailed;
    if (crawl_.said == Said::kEvents) PrintEvent(StartedEvent(crawl_.order));
    const auto crawled = Crawl();
    if (!crawled) return Fail("crawl", crawled.error());
    const HistoryStore::Recorded recorded = Record(*crawled);
    const ExitCode shown = crawl_.finish(*crawled, TimelineJson(store_.history().timeline().points()));
    if (shown == kExitFine && crawl_.said == Said::kText) {
      std::printf("  history       %s\n", ChangeText(recorded.change).c_str());
    }
    if (crawl_.said == Said::kEvents) Tell(recorded.change);
    return recorded.error.empty() ? shown : Fail("crawl", recorded.error);
  }

  ExitCode RunEvery(Duration interval) {
    const SystemClock clock;
    Pause pause;
    if (!crawl_.order.limit) crawl_.order.limit = CrawlLimit(interval);
    CrawlTurn turn{.start = clock.Now()};
    while (true) {
      if (Round() == CrawlDriver::End::kInterrupted) break;
      turn = NextTurn(turn.start, interval, clock.Now());
      if (turn.missed > 0) {
        std::fprintf(stderr, "crawl: %llu turns missed: the crawl took longer than --every\n",
                     static_cast<unsigned long long>(turn.missed));
      }
      if (!pause.Until(clock.ToSteady(turn.start))) break;
    }
    return failed_ ? kExitFailed : kExitFine;
  }

 private:
  using Said = RecordedCrawl::Said;

  // False, and said, when there are none.
  bool FindSeeds() {
    crawl_.order.seeds = crawl_.seeds();
    const std::size_t room = FrontierLimits{}.endpoints / 2;  // the other half is for what is heard of
    for (const Endpoint& contact : store_.history().Contacts(room)) crawl_.order.seeds.push_back({contact, {}});
    if (crawl_.order.seeds.empty()) Fail("crawl", "nowhere to start: no ENDPOINT given, and the history knows no node");
    return !crawl_.order.seeds.empty();
  }

  // Shows its progress.
  Result<Crawled> Crawl() const {
    using Kind = CrawlProgressView::Kind;
    CrawlProgressView progress(crawl_.said == Said::kEvents ? Kind::kEvents : Kind::kLine);
    auto crawled = CrawlOnce(crawl_.order, progress.MakeWatch());
    progress.Clear();
    return crawled;
  }

  // A crawl that a kill cut in two is recorded as one.
  HistoryStore::Recorded Record(const Crawled& crawled) {
    if (crawled.resumed > 0) {
      std::fprintf(stderr, "crawl: went on where one that was killed had made %zu visits\n", crawled.resumed);
    }
    HistoryStore::Recorded recorded = store_.Record(crawled.census);
    if (recorded.error.empty()) CrawlJournal::Remove(crawl_.order.journal);
    return recorded;
  }

  CrawlDriver::End Round() {
    failed_ = true;
    if (!FindSeeds()) return CrawlDriver::End::kDone;
    // A log is not filled for years with progress; somebody who looks on sees it.
    const bool shown = crawl_.said == Said::kText && ::isatty(STDERR_FILENO) == 1;
    const auto crawled = shown ? Crawl() : CrawlOnce(crawl_.order, {});
    if (!crawled) {
      Fail("crawl", crawled.error());
      return CrawlDriver::End::kDone;
    }
    if (crawled->end == CrawlDriver::End::kOutOfTime) {
      std::fprintf(stderr, "crawl: stopped after %lld s with what it had; --timeout gives it another time\n",
                   static_cast<long long>(*crawl_.order.limit / std::chrono::seconds{1}));
    }
    const HistoryStore::Recorded recorded = Record(*crawled);
    failed_ = !recorded.error.empty();
    if (failed_) Fail("crawl", recorded.error);
    if (!crawled->census.nodes.empty()) MakeOutputs(crawled->census);
    Tell(recorded.change);
    return crawled->end;
  }

  void MakeOutputs(const Census& census) {
    const MapHeader header{.software = std::string(Software()), .network = crawl_.order.network.name};
    const std::string history = TimelineJson(store_.history().timeline().points());
    for (const std::string& error : crawl_.outputs.Make(census, header, history).errors) {
      Fail("crawl", error);
      failed_ = true;
    }
  }

  void Tell(const HistoryChange& change) const {
    const std::string text = crawl_.said == Said::kText     ? CensusLine(change) + "\n"
                             : crawl_.said == Said::kEvents ? CensusEvents(change, store_.history())
                                                            : CensusEvent(change, store_.history());
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  HistoryStore& store_;
  RecordedCrawl& crawl_;
  bool failed_ = false;  // the last round
};

}  // namespace

void AddRecordOptions(CLI::App& app, RecordOptions& options) {
  app.add_option("--data-dir", options.data_dir, "Keep a history of censuses in DIR; see crawl history.")
      ->type_name("DIR");
  app.add_option("--every", options.every, "Crawl again and again, from start to start: 15m. Needs --data-dir.")
      ->type_name("TIME");
}

ExitCode CrawlRecorded(const RecordOptions& options, RecordedCrawl& crawl) {
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
  crawl.order.journal = options.data_dir;  // which the store has locked
  Series series(**store, crawl);
  return interval ? series.RunEvery(*interval) : series.RunOnce();
}

}  // namespace hearsay
