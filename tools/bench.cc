// SPDX-License-Identifier: MIT
//
// hearsay bench: speed, as a ratio to a limit measured in the same run.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sodium.h>

#include <cstdio>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "tools/between.h"
#include "tools/bench/cluster.h"
#include "tools/bench/crawl.h"
#include "tools/bench/measure.h"
#include "tools/bench/memory.h"
#include "tools/bench/restart.h"
#include "tools/commands.h"

namespace hearsay {
namespace {

constexpr int kRepetitions = 5;

int Print(const bench::Figure& f) {
  const nlohmann::ordered_json json{{"bench", f.name},       {"unit", f.unit},   {"figure", f.figure},
                                    {"limit_of", f.limit_name}, {"limit", f.limit}, {"ratio", f.ratio()},
                                    {"target_ratio", f.target_ratio}, {"repetitions", kRepetitions}};
  std::printf("%s\n", json.dump(2).c_str());
  return kExitFine;
}

void Add(CLI::App& app, int& exit_code, const char* name, const char* help, bench::Figure (*run)(int)) {
  app.add_subcommand(name, help)->callback([run, &exit_code] {
    if (sodium_init() < 0) {
      exit_code = kExitFailed;
      return;
    }
    exit_code = Print(run(kRepetitions));
  });
}

void AddCluster(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<bench::ClusterOptions>();
  CLI::App* sub = app.add_subcommand("cluster", "Real processes on loopback: join, death, idle cost");
  sub->add_option("--nodes", options->nodes, "How many processes")->type_name("N")->check(Between(2, 500));
  sub->add_option("--kill", options->kill, "How many of them to kill at once")->type_name("N")
      ->check(Between(1, 100));
  sub->add_option("--settle", options->settle_seconds, "How long to wait before that, in seconds")->type_name("S")
      ->check(Between(0, 3600));
  sub->add_option("--idle", options->idle_seconds, "How long to watch them idle, in seconds")->type_name("S")
      ->check(Between(1, 3600));
  sub->callback([options, &exit_code] {
    const nlohmann::ordered_json result = bench::MeasureCluster(*options);
    std::printf("%s\n", result.dump(2).c_str());
    exit_code = result.contains("error") ? kExitFailed : kExitFine;
  });
}

void AddCrawl(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<bench::CrawlOptions>();
  CLI::App* sub = app.add_subcommand("crawl", "Crawls of a fleet of real nodes, on this machine");
  sub->add_option("--nodes", options->nodes, "How many nodes. Default: 10000")->type_name("N")
      ->check(Between(20, 100'000));
  sub->callback([options, &exit_code] {
    if (sodium_init() < 0) {
      exit_code = kExitFailed;
      return;
    }
    const nlohmann::ordered_json result = bench::MeasureCrawl(*options);
    std::printf("%s\n", result.dump(2).c_str());
    exit_code = result.contains("error") ? kExitFailed : kExitFine;
  });
}

void AddRestart(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<bench::RestartOptions>();
  CLI::App* sub = app.add_subcommand("restart", "From a process's start to its first packet, with a full store");
  sub->add_option("--peers", options->peers, "How many stored peers")->type_name("N")
      ->check(Between(1, 3'000'000));
  sub->callback([options, &exit_code] {
    const nlohmann::ordered_json result = bench::MeasureRestart(*options);
    std::printf("%s\n", result.dump(2).c_str());
    exit_code = result.contains("error") ? kExitFailed : kExitFine;
  });
}

void AddMemory(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<bench::MemoryOptions>();
  CLI::App* sub = app.add_subcommand("memory", "Heap bytes of a known peer");
  sub->add_option("--peers", options->peers, "How many known peers")->type_name("N")
      ->check(Between(1, kTableCapacity));
  sub->callback([options, &exit_code] {
    std::printf("%s\n", bench::MeasureMemory(*options).dump(2).c_str());
    exit_code = kExitFine;
  });
}

void SetUp(CLI::App& app, int& exit_code) {
  app.require_subcommand(1);
  Add(app, exit_code, "handshake", "Handshakes that one core accepts", bench::BenchHandshake);
  Add(app, exit_code, "keepalive", "Keepalives that one core answers over loopback", bench::BenchKeepalive);
  Add(app, exit_code, "codec", "Messages encoded and decoded", bench::BenchCodec);
  Add(app, exit_code, "dns", "DNS queries that one core answers over loopback", bench::BenchDns);
  Add(app, exit_code, "store", "Peers committed to the store", bench::BenchStore);
  AddCluster(app, exit_code);
  AddCrawl(app, exit_code);
  AddRestart(app, exit_code);
  AddMemory(app, exit_code);
}

const RegisterCommand kRegistered{{
    .name = "bench",
    .group = CommandGroup::kDevelop,
    .summary = "Measure speed against a limit of this machine",
    .description =
        "Each benchmark prints JSON: a figure, the limit it is held against, measured alternately in the same process, "
        "and their ratio. Quote the ratio: the figures depend on the machine and on what else it does.",
    .examples = "  hearsay bench handshake\n"
                "  hearsay bench keepalive\n"
                "  hearsay bench codec\n"
                "  hearsay bench dns\n"
                "  hearsay bench store\n"
                "  hearsay bench cluster --nodes 50 --kill 10\n"
                "  hearsay bench crawl --nodes 1000\n"
                "  hearsay bench restart --peers 1000000\n"
                "  hearsay bench memory\n",
    .set_up = SetUp,
}};

}  // namespace
}  // namespace hearsay
