// SPDX-License-Identifier: MIT
//
// hearsay crawl: visits every node that it hears of, starting at the given ones, and draws the map.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "crawler/report/map_json.h"
#include "node/io/entropy.h"
#include "node/io/version.h"
#include "tools/calling.h"
#include "tools/commands.h"
#include "tools/crawl_driver.h"
#include "tools/crawl_report.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxInFlight = 4096;
constexpr Duration kTerminalInterval = std::chrono::milliseconds{100};
constexpr Duration kLogInterval = std::chrono::seconds{1};

struct Options {
  SettingsSources sources;
  std::vector<std::string> targets;
  std::string out;
  std::string timeout;
  std::size_t in_flight = CrawlConfig{}.in_flight;
  bool as_json = false;
};

// Before the crawl, so that nobody waits for a map that cannot be written.
Result<void> PrepareFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return tl::unexpected("cannot make the folder '" + folder + "': " + error.message() + "; give another --out");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return tl::unexpected("cannot write into '" + folder + "': " + std::strerror(errno) + "; give another --out");
  }
  return {};
}

// A reader sees the old map or the new one, never a part: written beside it, synced, then renamed.
Result<std::string> WriteMap(const Census& census, const MapHeader& header, const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / "map.json").string();
  const std::string temporary = path + "." + std::to_string(::getpid());
  std::ofstream out(temporary, std::ios::trunc);
  WriteMapJson(census, header, out);
  out.close();
  bool written = out.good();
  if (written) {
    const int fd = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
    written = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
  }
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    ::unlink(temporary.c_str());
    return tl::unexpected("cannot write '" + path + "': " + why + "; is the disk full?");
  }
  return path;
}

class Progress {
 public:
  Progress(const Crawl& crawl, const SystemClock& clock) : crawl_(crawl), clock_(clock), start_(clock.Now()) {}

  CrawlDriver::Watch MakeWatch() {
    return {.interval = terminal_ ? kTerminalInterval : kLogInterval, .show = [this] { Show(); }};
  }
  void Clear() const {
    if (terminal_) std::fputs("\r\x1b[K", stderr);
  }

 private:
  void Show() const {
    const std::string text = ProgressText(crawl_.Progress(), clock_.Now() - start_);
    if (terminal_) {
      std::fprintf(stderr, "\r\x1b[K%.79s", text.c_str());
    } else {
      std::fprintf(stderr, "crawl: %s\n", text.c_str());
    }
  }

  const Crawl& crawl_;
  const SystemClock& clock_;
  const Time start_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

// Why there is no map: said of the seeds, which are all that was heard of.
std::string NobodyAnswered(const Census& census, CrawlDriver::End end, const CallNetwork& network) {
  std::string seeds;
  for (const MappedEndpoint& seed : census.silent) {
    if (!seeds.empty()) seeds += ", ";
    seeds += seed.endpoint.ToString() + " (" + std::string(VerdictName(seed.verdict)) + ")";
  }
  if (end != CrawlDriver::End::kDone) return "ended before anybody answered: " + seeds;
  return "nobody answered: " + seeds + "; asked as " + network.Description() +
         "; `hearsay ping` says more about one endpoint";
}

void PrintJson(const Census& census, const std::string& map) {
  const nlohmann::json name = map.empty() ? nlohmann::json() : nlohmann::json(map);
  const std::string path = name.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::printf("{\"schema\":%d,\"complete\":%s,\"map\":%s,\"summary\":%s}\n", kMapSchema,
              census.complete ? "true" : "false", path.c_str(), SummaryJson(census).c_str());
}

int Finish(const Options& options, const Census& census, CrawlDriver::End end, const CallNetwork& network) {
  if (census.nodes.empty()) return Fail("crawl", NobodyAnswered(census, end, network));
  std::string map;
  if (!options.out.empty()) {
    auto written = WriteMap(census, {.software = std::string(Software()), .network = network.name}, options.out);
    if (!written) return Fail("crawl", written.error());
    map = std::move(*written);
  }
  if (options.as_json) {
    PrintJson(census, map);
    return kExitFine;
  }
  std::fputs(SummaryText(census, network.name).c_str(), stdout);
  std::printf("%s\n", map.empty() ? "no map written; --out DIR writes DIR/map.json" : ("map: " + map).c_str());
  return kExitFine;
}

int RunCrawl(Options& options) {
  std::optional<Duration> limit;
  if (!options.timeout.empty()) {
    limit = ParseDuration(options.timeout);
    if (!limit) return Usage("crawl", "--timeout '" + options.timeout + "' is no duration; give 30s or 5m");
  }
  if (options.in_flight == 0 || options.in_flight > kMaxInFlight) {
    return Usage("crawl", "--in-flight " + std::to_string(options.in_flight) + " is not between 1 and 4096");
  }
  const auto network = LoadCallNetwork("crawl", options.sources);
  if (!network) return network.error();
  CrawlConfig config;
  config.software = std::string(Software());
  config.in_flight = options.in_flight;
  for (const std::string& target : options.targets) {
    const auto contacts = LookUpContacts("crawl", target);
    if (!contacts && contacts.error() == kExitUsage) return kExitUsage;
    if (!contacts) continue;  // said already; the others may do
    for (const Resolved::Contact& contact : *contacts) config.seeds.push_back({contact.endpoint, contact.pin});
  }
  if (config.seeds.empty()) return kExitFailed;
  if (!options.out.empty()) {
    if (const auto ready = PrepareFolder(options.out); !ready) return Fail("crawl", ready.error());
  }
  const auto driver = CrawlDriver::Open();
  if (!driver) return Fail("crawl", driver.error());

  const SystemClock clock;
  Crawl crawl(std::move(config), Identity(DrawSeed()), network->key, DrawSeed(), clock.Now());
  Progress progress(crawl, clock);
  const CrawlDriver::Watch watch = progress.MakeWatch();
  const CrawlDriver::End end = (*driver)->Run(crawl, clock, limit, watch);
  progress.Clear();
  return Finish(options, crawl.Result(clock.Now()), end, *network);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("ENDPOINT", options->targets, "Where to start: EP or HOST[:PORT], NODEID@ before either.")
      ->type_name("")
      ->required();
  app.add_option("--out", options->out, "Write DIR/map.json. Default: only the summary is shown.")->type_name("DIR");
  app.add_option("--in-flight", options->in_flight, "Nodes dialled or visited at a time, 1 to 4096. Default: 256.")
      ->type_name("N");
  app.add_option("--timeout", options->timeout, "End after this time with what is known: 30s, 5m. Default: none.")
      ->type_name("TIME");
  app.add_flag("--json", options->as_json, "Print one JSON object: schema, complete, map, summary.");
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
                    "then says that it is not complete. Exit code 0: there is a map or a summary; 1: nobody answered; "
                    "2: wrong usage.",
     .examples = "  hearsay crawl 127.0.0.1:7075 --out map\n"
                 "  hearsay crawl seed.example.net 10.0.0.7:7075 --network team --json\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
