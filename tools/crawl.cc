// SPDX-License-Identifier: MIT
//
// hearsay crawl: visits every node that it hears of, starting at the given ones, and draws the map.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "node/io/version.h"
#include "tools/commands.h"
#include "tools/crawl_once.h"
#include "tools/crawl_outputs.h"
#include "tools/crawl_recorded.h"
#include "tools/crawl_report.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

constexpr Duration kTerminalInterval = std::chrono::milliseconds{100};
constexpr Duration kLogInterval = std::chrono::seconds{1};

struct Options {
  SettingsSources sources;
  std::vector<std::string> targets;
  OutputOptions outputs;
  RecordOptions record;
  std::string timeout;
  std::size_t in_flight = CrawlConfig{}.in_flight;
  bool as_json = false;
};

class Progress {
 public:
  CrawlWatch MakeWatch() const {
    return {.interval = terminal_ ? kTerminalInterval : kLogInterval,
            .show = [this](const CrawlProgress& progress, Duration elapsed) { Show(progress, elapsed); }};
  }
  // For a series of crawls, which may fill a log for years: nothing but on a terminal.
  CrawlWatch MakeSeriesWatch() const { return terminal_ ? MakeWatch() : CrawlWatch{}; }
  void Clear() const {
    if (terminal_) std::fputs("\r\x1b[K", stderr);
  }

 private:
  void Show(const CrawlProgress& progress, Duration elapsed) const {
    const std::string text = ProgressText(progress, elapsed);
    if (terminal_) {
      std::fprintf(stderr, "\r\x1b[K%.79s", text.c_str());
    } else {
      std::fprintf(stderr, "crawl: %s\n", text.c_str());
    }
  }

  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
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

void PrintJson(const Census& census, const Places& places, const CrawlOutputs::Written& written) {
  const nlohmann::json name = written.files.empty() ? nlohmann::json() : nlohmann::json(written.files.front());
  const std::string path = name.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::printf("{\"schema\":%d,\"complete\":%s,\"map\":%s,\"summary\":%s}\n", kMapSchema,
              census.complete ? "true" : "false", path.c_str(), SummaryJson(census, places).c_str());
}

int Finish(const Options& options, const Crawled& crawled, const CallNetwork& network, const CrawlOutputs& outputs) {
  const Census& census = crawled.census;
  if (census.nodes.empty()) return Fail("crawl", NobodyAnswered(crawled, network));
  const Places places = outputs.Locate(census);
  const auto written = outputs.Write(census, places, {.software = std::string(Software()), .network = network.name});
  for (const std::string& error : written.errors) Fail("crawl", error);
  if (options.as_json) {
    PrintJson(census, places, written);
  } else {
    std::fputs(SummaryText(census, network.name).c_str(), stdout);
    if (options.outputs.out.empty()) std::puts("no map written; --out DIR writes DIR/map.json");
    for (const std::string& file : written.files) std::printf("map: %s\n", file.c_str());
  }
  return written.errors.empty() ? kExitFine : kExitFailed;
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

int RunCrawl(Options& options) {
  auto order = MakeOrder(options);
  if (!order) return order.error();
  auto seeds = LookUpSeeds(options.targets);
  if (!seeds) return seeds.error();
  const auto outputs = CrawlOutputs::Prepare("crawl", options.outputs);
  if (!outputs) return outputs.error();
  const Progress progress;
  const auto finish = [&](const Crawled& crawled) { return Finish(options, crawled, order->network, *outputs); };
  if (options.record.Wanted()) {
    RecordedCrawl crawl{.order = *order, .seeds = {}, .watch = progress.MakeWatch(), .outputs = *outputs,
                        .as_json = options.as_json, .ended = [&] { progress.Clear(); }, .finish = finish};
    if (!options.record.every.empty()) crawl.watch = progress.MakeSeriesWatch();
    crawl.seeds = [&options, first = std::optional(std::move(*seeds))]() mutable {
      if (first) return *std::exchange(first, std::nullopt);
      return LookUpSeeds(options.targets).value_or(std::vector<CrawlConfig::Seed>());
    };
    return CrawlRecorded(options.record, std::move(crawl));
  }
  if (options.targets.empty()) return Usage("crawl", "no ENDPOINT to start at, and no --data-dir that knows some");
  if (seeds->empty()) return kExitFailed;
  order->seeds = std::move(*seeds);
  const auto crawled = CrawlOnce(*order, progress.MakeWatch());
  progress.Clear();
  if (!crawled) return Fail("crawl", crawled.error());
  return finish(*crawled);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("ENDPOINT", options->targets, "Where to start: EP or HOST[:PORT], NODEID@ before either.")
      ->type_name("");
  AddOutputOptions(app, options->outputs);
  AddRecordOptions(app, options->record);
  app.add_option("--in-flight", options->in_flight, "Nodes dialled or visited at a time, 1 to 4096. Default: 256.")
      ->type_name("N");
  app.add_option("--timeout", options->timeout, "End after this time with what is known: 30s, 5m. Default: none.")
      ->type_name("TIME");
  app.add_flag("--json", options->as_json, "Print one JSON object: schema, complete, map, summary. "
                                              "With --every: an event a line.");
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
                    "address group, few packets to each node. Ctrl-C or --timeout end it with what it has; the map "
                    "then says that it is not complete. With --data-dir each census enters a history, and whom the "
                    "history knows is tried again; --every crawls until it is stopped. A host called diff or history "
                    "is written with its port: diff:7075. Exit code 0: there is a map or a summary; 1: nobody "
                    "answered; 2: wrong usage.",
     .examples = "  hearsay crawl 127.0.0.1:7075 --out map\n"
                 "  hearsay crawl seed.example.net 10.0.0.7:7075 --network team --json\n"
                 "  hearsay crawl seed.example.net --every 15m --data-dir /srv/map --out map\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
