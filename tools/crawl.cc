// SPDX-License-Identifier: MIT
//
// hearsay crawl: visits every node that it hears of, starting at the given ones, and draws the map.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <memory>
#include <utility>

#include "node/io/version.h"
#include "tools/commands.h"
#include "tools/crawl_events.h"
#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"
#include "tools/crawl_progress.h"
#include "tools/crawl_recorded.h"
#include "tools/crawl_report.h"
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

// Why there is no map: said of the seeds, which are all that was heard of.
std::string NobodyAnswered(const Crawled& crawled, const CallNetwork& network) {
  std::string seeds;
  for (const MappedEndpoint& seed : crawled.census.silent) {
    if (!seeds.empty()) seeds += ", ";
    seeds += seed.endpoint.ToString() + " (" + std::string(VerdictName(seed.verdict)) + ")";
  }
  if (crawled.end != CrawlDriver::End::kDone) return "ended before anybody answered: " + seeds;
  return "nobody answered: " + seeds + "; asked as " + network.Description() +
         "; `hearsay ping` says more about one endpoint";
}

int FailCrawl(const Options& options, const std::string& error) {
  if (options.as_events) PrintEvent(FailedEvent(error));
  return Fail("crawl", error);
}

int Finish(const Options& options, const Crawled& crawled, std::string_view history_json, const CallNetwork& network,
           CrawlOutputs& outputs) {
  if (crawled.census.nodes.empty()) return FailCrawl(options, NobodyAnswered(crawled, network));
  const MapHeader header{.software = std::string(Software()), .network = network.name};
  const auto made = outputs.Make(crawled.census, header, history_json);
  for (const std::string& error : made.errors) Fail("crawl", error);
  if (options.as_events) {
    PrintEvent(FinishedEvent(crawled, made));
  } else if (options.as_json) {
    PrintEvent(FinishedJson(crawled, made));
  } else {
    std::fputs(SummaryText(crawled, made.places, network.name).c_str(), stdout);
    std::fputs(MadeText(made).c_str(), stdout);
  }
  return made.errors.empty() ? kExitFine : kExitFailed;
}

// What to crawl, when the options make sense; what is wrong is said already.
tl::expected<CrawlOrder, ExitCode> MakeOrder(Options& options) {
  std::optional<Duration> limit;
  if (!options.timeout.empty()) {
    limit = ParseDuration(options.timeout);
    if (!limit) {
      return tl::unexpected(Usage("crawl", "--timeout '" + options.timeout + "' is no duration; give 30s or 5m"));
    }
  }
  if (options.in_flight == 0 || options.in_flight > kMaxInFlight) {
    const std::string value = std::to_string(options.in_flight);
    return tl::unexpected(Usage("crawl", "--in-flight " + value + " is not between 1 and 4096"));
  }
  auto network = LoadCallNetwork("crawl", options.sources);
  if (!network) return tl::unexpected(network.error());
  return CrawlOrder{.seeds = {}, .network = std::move(*network), .in_flight = options.in_flight, .limit = limit};
}

// None when nothing could be looked up; that is said already, of each target.
tl::expected<std::vector<CrawlConfig::Seed>, ExitCode> LookUpSeeds(const std::vector<std::string>& targets) {
  std::vector<CrawlConfig::Seed> seeds;
  for (const std::string& target : targets) {
    const auto contacts = LookUpContacts("crawl", target);
    if (!contacts && contacts.error() == kExitUsage) return tl::unexpected(kExitUsage);
    if (!contacts) continue;  // the others may do
    for (const Resolved::Contact& contact : *contacts) seeds.push_back({contact.endpoint, contact.pin});
  }
  return seeds;
}

using Seeds = std::vector<CrawlConfig::Seed>;

// `first`: what the targets led to already; each later crawl looks them up anew.
int RunRecorded(Options& options, CrawlOrder order, Seeds first, CrawlOutputs& outputs) {
  RecordedCrawl crawl{.order = std::move(order), .seeds = {}, .outputs = outputs, .finish = {}};
  crawl.said = options.as_events ? RecordedCrawl::Said::kEvents
               : options.as_json ? RecordedCrawl::Said::kJson
                                 : RecordedCrawl::Said::kText;
  crawl.seeds = [&options, once = std::optional(std::move(first))]() mutable {
    if (once) return *std::exchange(once, std::nullopt);
    return LookUpSeeds(options.targets).value_or(Seeds());
  };
  crawl.finish = [&](const Crawled& crawled, std::string_view history_json) {
    return Finish(options, crawled, history_json, crawl.order.network, outputs);
  };
  return CrawlRecorded(options.record, crawl);
}

int RunCrawl(Options& options) {
  auto order = MakeOrder(options);
  if (!order) return order.error();
  auto seeds = LookUpSeeds(options.targets);
  if (!seeds) return seeds.error();
  auto outputs = CrawlOutputs::Prepare("crawl", options.outputs);
  if (!outputs) return outputs.error();
  if (options.record.Wanted()) return RunRecorded(options, std::move(*order), std::move(*seeds), *outputs);
  if (options.targets.empty()) return Usage("crawl", "no ENDPOINT to start at, and no --data-dir that knows some");
  if (seeds->empty()) return kExitFailed;
  order->seeds = std::move(*seeds);
  using Kind = CrawlProgressView::Kind;
  CrawlProgressView progress(options.as_events ? Kind::kEvents : Kind::kLine);
  if (options.as_events) PrintEvent(StartedEvent(*order));
  const auto crawled = CrawlOnce(*order, progress.MakeWatch());
  progress.Clear();
  if (!crawled) return FailCrawl(options, crawled.error());
  return Finish(options, *crawled, "null", order->network, *outputs);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("ENDPOINT", options->targets, "Where to start: EP or HOST[:PORT], NODEID@ before either.")
      ->type_name("");
  AddOutputOptions(app, options->outputs);
  AddRecordOptions(app, options->record);
  app.add_option("--in-flight", options->in_flight, "First dials and visits at a time, 1 to 4096. Default: 256.")
      ->type_name("N");
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
