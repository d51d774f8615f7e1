// SPDX-License-Identifier: MIT
//
// hearsay crawl: visits every node that it hears of, starting at the given ones, and draws the map.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <memory>
#include <utility>

#include "tools/between.h"
#include "tools/commands.h"
#include "tools/crawl_ending.h"
#include "tools/crawl_events.h"
#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"
#include "tools/crawl_progress.h"
#include "tools/crawl_recorded.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

struct Options {
  SettingsSources sources;
  std::vector<std::string> targets;
  OutputOptions outputs;
  RecordOptions record;
  std::string timeout;
  std::size_t in_flight = CrawlConfig{}.in_flight;
  bool as_json = false;
  bool as_events = false;
};

CrawlSaid SaidOf(const Options& options) {
  if (options.as_events) return CrawlSaid::kEvents;
  return options.as_json ? CrawlSaid::kJson : CrawlSaid::kText;
}

// What to crawl, when the options make sense.
tl::expected<CrawlOrder, Refusal> MakeOrder(Options& options) {
  std::optional<Duration> limit;
  if (!options.timeout.empty()) {
    limit = ParseDuration(options.timeout);
    if (!limit || *limit == Duration{0}) {
      return tl::unexpected(
          Refusal::Usage("--timeout '" + options.timeout + "' is no time from 1ms to 36500d; give 30s or 5m"));
    }
  }
  auto network = LoadCallNetwork(options.sources);
  if (!network) return tl::unexpected(network.error());
  return CrawlOrder{.seeds = {}, .network = std::move(*network), .in_flight = options.in_flight, .limit = limit};
}

// Names that cannot be looked up are among the faults; a target that is none is refused.
tl::expected<SeedLookup, Refusal> LookUpSeeds(const std::vector<std::string>& targets) {
  SeedLookup found;
  for (const std::string& target : targets) {
    const auto contacts = LookUpContacts(target);
    if (!contacts && contacts.error().exit_code == kExitUsage) return tl::unexpected(contacts.error());
    if (!contacts) found.faults.push_back(contacts.error().Text());
    if (!contacts) continue;  // the others may do
    for (const Resolved::Contact& contact : *contacts) found.seeds.push_back({contact.endpoint, contact.pin});
  }
  return found;
}

// `first`: what the targets led to already; each later crawl looks them up anew.
ExitCode RunRecorded(const Options& options, CrawlOrder order, SeedLookup first, CrawlOutputs& outputs) {
  RecordedCrawl crawl{.order = std::move(order), .seeds = {}, .outputs = outputs, .said = SaidOf(options)};
  crawl.seeds = [&options, once = std::optional(std::move(first))]() mutable {
    if (once) return *std::exchange(once, std::nullopt);
    return LookUpSeeds(options.targets).value_or(SeedLookup());
  };
  return CrawlRecorded(options.record, crawl);
}

ExitCode RunSingle(const Options& options, CrawlOrder order, SeedLookup found, CrawlOutputs& outputs) {
  const CrawlSaid said = SaidOf(options);
  for (const std::string& fault : found.faults) Fail("crawl", fault);
  order.seeds = std::move(found.seeds);
  CrawlProgressView progress(options.as_events ? CrawlProgressView::Kind::kEvents : CrawlProgressView::Kind::kLine);
  if (options.as_events) PrintEvent(StartedEvent(order));
  const auto crawled = CrawlOnce(order, progress.MakeWatch());
  progress.Clear();
  if (!crawled) return FailCrawl(said, Refusal::Failed(crawled.error()));
  return CrawlEnding({.said = said, .order = order, .outputs = outputs}).Conclude(*crawled);
}

// Nothing is made on disk for a crawl that has nowhere to start.
ExitCode RunCrawl(Options& options) {
  const CrawlSaid said = SaidOf(options);
  if (options.targets.empty() && !options.record.Wanted()) {
    return Usage("crawl", "no ENDPOINT to start at, and no --data-dir that knows some");
  }
  auto order = MakeOrder(options);
  if (!order) return FailCrawl(said, order.error());
  auto found = LookUpSeeds(options.targets);
  if (!found) return FailCrawl(said, found.error());
  if (found->seeds.empty() && !options.record.MayFindSeeds(options.targets)) {
    return FailCrawl(said, NowhereToStart(std::move(found->faults)));
  }
  auto outputs = CrawlOutputs::Prepare(options.outputs);
  if (!outputs) return FailCrawl(said, outputs.error());
  const auto run = options.record.Wanted() ? RunRecorded : RunSingle;
  return run(options, std::move(*order), std::move(*found), *outputs);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("ENDPOINT", options->targets, "Where to start: EP or HOST[:PORT], NODEID@ before either.")
      ->type_name("");
  AddOutputOptions(app, options->outputs);
  AddRecordOptions(app, options->record);
  app.add_option("--in-flight", options->in_flight,
                 "First dials and visits at a time, but of who answers late; 1 to 4096. Default: 256.")
      ->type_name("N")
      ->check(Between(1, kMaxInFlight));
  app.add_option("--timeout", options->timeout,
                 "End after this time with what is known: 30s, 5m. Default: none; with --every that "
                 "interval, 1m at least.")
      ->type_name("TIME");
  auto* json = app.add_flag("--json", options->as_json, "Print one JSON object: what was found and written. With "
                                                           "--every: one a census.");
  app.add_flag("--events", options->as_events, "Print JSON objects, one a line: started, progress, finished.")
      ->excludes(json);
  AddNetworkOptions(app, options->sources);
  app.callback([options, &exit_code] { exit_code = RunCrawl(*options); });
}

const RegisterCommand kRegistered{
    {.name = "crawl",
     .group = CommandGroup::kNetwork,
     .summary = "Map a network: every node, every edge",
     .description = "Dials the given nodes, proves each one's id, asks it for samples of its peers until they bring "
                    "nothing new, says goodbye, and goes on with every endpoint that it heard of. It calls under a new "
                    "identity of its own, says that it is a crawler, and is polite: few visits at a time for each "
                    "address group, few packets to each node. Ctrl-C or --timeout end it with what it has: that "
                    "is written, and says that it is not complete and how much is missing. With --data-dir each census "
                    "enters a history, and whom the history knows is tried again; --every crawls until it is stopped. "
                    "A host called diff or history is written with its port: diff:7075. Exit code 0: all that was "
                    "asked for was made, of a complete crawl or not; 1: nobody answered, or something could not be "
                    "written; 2: wrong usage.",
     .examples = "  hearsay crawl 127.0.0.1:7075 --out map\n"
                 "  hearsay crawl 10.0.0.7 --out map --formats json,csv --geo asn.mmdb\n"
                 "  hearsay crawl seed.example.net 10.0.0.7:7075 --network team --json\n"
                 "  hearsay crawl seed.example.net --every 15m --data-dir /srv/map --out map\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
