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
#include <functional>
#include <optional>

#include "crawler/history/history_store.h"
#include "node/io/clock.h"
#include "node/io/data_dir.h"
#include "proto/text.h"
#include "tools/commands.h"
#include "tools/crawl_events.h"
#include "tools/crawl_progress.h"
#include "tools/crawl_schedule.h"
#include "tools/duration.h"
#include "tools/report.h"
#include "tools/standard_streams.h"

namespace hearsay {
namespace {

// Sleeps until a time, or until SIGINT or SIGTERM, which it hears of from its construction on.
class Pause {
 public:
  Pause() : signals_(io_), timer_(io_) { Hold(); }
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
  // Runs what others may hold up, while a signal ends the process. False when one came before: it is not run.
  bool LetSignalsEnd(const std::function<void()>& work) {
    sigset_t both, before;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &both, &before);  // none is lost between the look and the other effect
    io_.restart();
    io_.poll();
    if (!interrupted_) {
      signals_.clear();
      EndAt(SIGINT);
      EndAt(SIGTERM);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (interrupted_) return false;
    work();
    signals_.cancel();
    io_.restart();
    io_.poll();  // the wait that was cancelled
    Hold();
    return true;
  }

 private:
  // As by default, and also where that is to ignore it: in a container this is process 1.
  static void EndAt(int signal) {
    struct sigaction end {};
    end.sa_flags = SA_RESETHAND | SA_NODEFER;
    end.sa_handler = [](int which) {
      ::raise(which);
      ::_exit(128 + which);
    };
    ::sigaction(signal, &end, nullptr);
  }
  void Hold() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const std::error_code& error, int) {
      if (error) return;
      interrupted_ = true;
      timer_.cancel();
    });
  }

  asio::io_context io_{1};
  asio::signal_set signals_;
  asio::steady_timer timer_;
  bool interrupted_ = false;
};

class Series {
 public:
  Series(HistoryStore& store, RecordedCrawl& crawl, CrawlEnding::Kind kind)
      : store_(store), crawl_(crawl),
        ending_({.kind = kind, .said = crawl.said, .order = crawl.order, .outputs = crawl.outputs, .store = &store,
                 .around_post = [this](const std::function<void()>& post) { return Posts(post); }}) {}

  ExitCode RunOnce() {
    if (const auto why = FindSeeds()) return FailCrawl(crawl_.said, *why);
    if (crawl_.said == CrawlSaid::kEvents) PrintEvent(StartedEvent(crawl_.order));
    const auto crawled = Crawl();
    if (!crawled) return FailCrawl(crawl_.said, Refusal::Failed(crawled.error()));
    return ending_.Conclude(*crawled);
  }

  ExitCode RunEvery(Duration interval) {
    const SystemClock clock;
    pause_.emplace();
    if (!crawl_.order.limit) crawl_.order.limit = CrawlLimit(interval);
    CrawlTurn turn{.start = clock.Now()};
    while (true) {
      const CrawlDriver::End end = Round();
      if (!WasHeard()) failed_ = true;
      if (end == CrawlDriver::End::kInterrupted) break;
      turn = NextTurn(turn.start, interval, clock.Now());
      if (turn.missed > 0) {
        std::fprintf(stderr, "crawl: %llu %s missed: the crawl took longer than --every\n",
                     static_cast<unsigned long long>(turn.missed), turn.missed == 1 ? "turn" : "turns");
      }
      if (!pause_->Until(clock.ToSteady(turn.start))) break;
    }
    return failed_ ? kExitFailed : kExitFine;
  }

 private:
  // Why there are none. Names that cannot be looked up are said when there are others.
  std::optional<Refusal> FindSeeds() {
    SeedLookup found = crawl_.seeds();
    crawl_.order.seeds = std::move(found.seeds);
    crawl_.order.recorded = store_.history().timeline().LastStart();
    for (const Endpoint& contact : store_.history().Contacts(FrontierLimits{}.ContactRoom())) {
      crawl_.order.seeds.push_back({contact, {}});
    }
    if (crawl_.order.seeds.empty()) return NowhereToStart(std::move(found.faults));
    for (const std::string& fault : found.faults) Fail("crawl", fault);
    return std::nullopt;
  }

  // Shows its progress.
  Result<Crawled> Crawl() const {
    using Kind = CrawlProgressView::Kind;
    CrawlProgressView progress(crawl_.said == CrawlSaid::kEvents ? Kind::kEvents : Kind::kLine);
    auto crawled = CrawlOnce(crawl_.order, progress.MakeWatch());
    progress.Clear();
    return crawled;
  }

  CrawlDriver::End Round() {
    if (const auto why = FindSeeds()) return Failed(*why);
    // A log is not filled for years with progress; somebody who looks on sees it.
    const bool shown = crawl_.said == CrawlSaid::kText && ::isatty(STDERR_FILENO) == 1;
    const auto crawled = shown ? Crawl() : CrawlOnce(crawl_.order, {});
    if (!crawled) return Failed(Refusal::Failed(crawled.error()));
    if (crawled->end == CrawlDriver::End::kOutOfTime) {
      std::fprintf(stderr, "crawl: stopped after %.3g s with what it had; --timeout gives it another time\n",
                   std::chrono::duration<double>(*crawl_.order.limit).count());
    }
    const bool fine = ending_.Conclude(*crawled) == kExitFine;
    // One that was stopped makes nothing good again.
    failed_ = !fine || (failed_ && crawled->end == CrawlDriver::End::kInterrupted);
    return crawled->end;
  }

  // Whether what was said reached standard output. That it did not is said once, until it does again.
  bool WasHeard() {
    const std::string fault = TakeOutputFault();
    if (!fault.empty() && heard_) Fail("crawl", fault);
    heard_ = fault.empty();
    return heard_;
  }

  // A server that does not answer is waited for for minutes; everything else is done by then.
  bool Posts(const std::function<void()>& post) {
    if (pause_) return pause_->LetSignalsEnd(post);
    post();
    return true;
  }

  // The next round may do better.
  CrawlDriver::End Failed(const Refusal& why) {
    failed_ = true;
    FailCrawl(crawl_.said, why);
    return CrawlDriver::End::kDone;
  }

  HistoryStore& store_;
  RecordedCrawl& crawl_;
  const CrawlEnding ending_;
  std::optional<Pause> pause_;  // of a series
  bool failed_ = false;         // the last round
  bool heard_ = true;           // likewise
};

}  // namespace

void AddRecordOptions(CLI::App& app, RecordOptions& options) {
  app.add_option("--data-dir", options.data_dir, "Keep a history of censuses in DIR; see crawl history.")
      ->type_name("DIR");
  app.add_option("--every", options.every, "Crawl again and again, from start to start: 15m. Needs --data-dir.")
      ->type_name("TIME");
}

bool RecordOptions::MayFindSeeds(const std::vector<std::string>& targets) const {
  if (!every.empty() && !targets.empty()) return true;  // a name that cannot be looked up now may be later
  return !data_dir.empty() && HistoryStore::Exists(data_dir);
}

Refusal NowhereToStart(std::vector<std::string> faults) {
  if (!faults.empty()) return {kExitFailed, std::move(faults)};
  return Refusal::Failed("nowhere to start: no ENDPOINT given, and the history knows no node");
}

ExitCode CrawlRecorded(const RecordOptions& options, RecordedCrawl& crawl) {
  if (options.data_dir.empty()) return Usage("crawl", "--every needs --data-dir DIR, where the history is kept");
  std::optional<Duration> interval;
  if (!options.every.empty()) {
    interval = ParseDuration(options.every);
    if (!interval || *interval < kShortestInterval) {
      return Usage("crawl", "--every '" + options.every + "' is no time from 1s to 36500d; give 15m or 1h");
    }
  }
  const auto fail = [&](const std::string& error) { return FailCrawl(crawl.said, Refusal::Failed(error)); };
  if (const auto made = EnsureDataDir(options.data_dir); !made) return fail(made.error());
  const auto store = HistoryStore::Open(options.data_dir, crawl.order.network.key);
  if (!store) return fail(store.error());
  if ((*store)->skipped() > 0) {
    std::fprintf(stderr, "crawl: %zu rows of the history in %s cannot be read and are left out\n",
                 (*store)->skipped(), Printable(options.data_dir).c_str());
  }
  crawl.order.journal = options.data_dir;  // which the store has locked
  Series series(**store, crawl, interval ? CrawlEnding::Kind::kSeries : CrawlEnding::Kind::kSingle);
  return interval ? series.RunEvery(*interval) : series.RunOnce();
}

}  // namespace hearsay
