// SPDX-License-Identifier: MIT
//
// Crawls of a fleet of real nodes over loopback. The fleet is a process of its own; the crawl runs here, as `hearsay
// crawl` runs it, and its map is held against the fleet's truth file.
//
// The figure is nodes visited in a second of this thread's CPU time: a handshake, three keepalives and more each. The
// limit is the dialler's half of bare handshakes, in memory: what no crawl can do without. Both alternate. What a crawl
// costs beside that is packets: encoding, sealing, sockets. A fleet is one thread that must not starve: where other
// work leaves it less than half a core for 10,000 nodes, it answers late, is asked again, and may be missed.
#include "tools/bench/crawl.h"

#include <netinet/in.h>

#include <fstream>
#include <map>
#include <optional>

#include "crawler/crawl.h"
#include "node/io/clock.h"
#include "node/io/entropy.h"
#include "proto/check.h"
#include "proto/codec.h"
#include "proto/cookie.h"
#include "proto/handshake.h"
#include "tests/io/temporary_folder.h"
#include "tests/net/process.h"
#include "tests/sim/heap.h"
#include "tools/bench/measure.h"
#include "tools/crawl_driver.h"

namespace hearsay::bench {
namespace {

using nlohmann::ordered_json;
using Truth = std::map<std::string, std::string>;  // endpoint of each reachable node, by id

constexpr int kCrawls = 3;
constexpr int kHandshakes = 1000;
constexpr double kTargetRatio = 0.4;
constexpr double kTargetBytes = 300;
constexpr double kTargetSeconds = 5;  // of 10,000 nodes
constexpr char kNetwork[] = "bench";
constexpr std::chrono::milliseconds kPatienceOfANode{60};  // a node starts in five, on a core of its own

struct Run {
  std::size_t found = 0;
  std::size_t invented = 0;
  double seconds = 0;
  double nodes_a_cpu_second = 0;
  double bytes_a_node = 0;
  bool contains = false;  // the estimate's interval, the truth
};

std::optional<Truth> ReadTruth(const std::string& path) {
  std::ifstream in(path);
  const auto json = nlohmann::json::parse(in, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Truth truth;
  for (const auto& node : json.at("nodes")) {
    if (node.at("kind") == "reachable") truth.emplace(node.at("node_id"), node.at("endpoints").at(0));
  }
  return truth;
}

void Compare(const Census& census, const Truth& truth, Run& run) {
  for (const MappedNode& node : census.nodes) {
    if (node.verdict != Verdict::kReachable) continue;
    const auto known = truth.find(node.id.ToString());
    const bool right = known != truth.end() && node.endpoints.size() == 1 &&
                       node.endpoints.front().ToString() == known->second;
    ++(right ? run.found : run.invented);
  }
  const auto there = static_cast<double>(truth.size());
  run.contains = census.estimate && census.estimate->low <= there && there <= census.estimate->high;
}

Result<Run> CrawlFleet(const Endpoint& first, const Truth& truth) {
  Run run;
  const SystemClock clock;
  const std::size_t before = sim::HeapInUse();
  const Time start = clock.Now();
  Crawl crawl({.seeds = {{first, {}}}, .software = "bench/1", .frontier = {}, .visit = {}}, Identity(DrawSeed()),
              NetworkKey::Open(kNetwork), DrawSeed(), start);
  CpuWatch watch;
  {
    const auto driver = CrawlDriver::Open();
    if (!driver) return tl::unexpected(driver.error());
    watch.Start();
    (*driver)->Run(crawl, clock, std::nullopt, {});
    watch.Stop();
  }
  const Time end = clock.Now();
  const auto heap = static_cast<double>(sim::HeapInUse() - before);
  const auto nodes = static_cast<double>(crawl.Progress().nodes);
  if (nodes == 0) return tl::unexpected(std::string("the fleet's first node did not answer"));
  run.seconds = static_cast<double>((end - start).count()) * 1e-6;
  run.nodes_a_cpu_second = nodes / watch.seconds();
  run.bytes_a_node = heap / nodes;
  Compare(crawl.Result(end), truth, run);
  return run;
}

// Handshakes a CPU second: hello, proof and what the response needs, without a socket.
double DialAlone() {
  const NetworkKey network = NetworkKey::Open(kNetwork);
  Rng rng = Rng::FromNumber(1);
  const Identity self(rng.Array<32>());
  const Identity peer(rng.Array<32>());
  const Endpoint here{IpAddress::V4(INADDR_LOOPBACK), 1};
  const Endpoint there{IpAddress::V4(INADDR_LOOPBACK), 2};
  const Time now = FromUnixSeconds(1'800'000'000);
  CookieJar jar;
  CpuWatch watch;
  for (int i = 0; i < kHandshakes; ++i) {
    watch.Start();
    Initiator initiator({.endpoint = there, .pin = {}, .boot_epoch = 1, .dial_sequence = 1, .session_id = 7}, rng);
    watch.Stop();
    const CookieJar::Challenge challenge = jar.Make(here, initiator.query(), now, rng);
    const HandshakeQuery query{.answer_to = initiator.query(), .cookie = challenge.cookie, .responder = peer.id(),
                               .ephemeral = challenge.ephemeral, .observed = here};
    watch.Start();
    const auto proof = initiator.OnQuery(query, self, network);
    watch.Stop();
    const auto slot = jar.Check(here, proof->query, proof->cookie, now, rng);
    const auto accepted = AcceptProof(*proof, here, **slot, {.boot_epoch = 1, .session_id = 8, .confirmed = true}, peer,
                                      network, rng);
    watch.Start();
    HEARSAY_CHECK(initiator.OnResponse(accepted->response, network).has_value());
    watch.Stop();
  }
  return kHandshakes / watch.seconds();
}

ordered_json Report(const CrawlOptions& options, const Truth& truth, const std::vector<Run>& runs,
                    const Figure& figure) {
  std::vector<double> seconds;
  std::vector<double> bytes;
  ordered_json missed = ordered_json::array();
  ordered_json invented = ordered_json::array();
  bool contains = true;
  for (const Run& run : runs) {
    seconds.push_back(run.seconds);
    bytes.push_back(run.bytes_a_node);
    missed.push_back(truth.size() - run.found);
    invented.push_back(run.invented);
    contains = contains && run.contains;
  }
  return {{"bench", figure.name},
          {"nodes", options.nodes},
          {"crawls", runs.size()},
          {"missed", missed},
          {"invented", invented},
          {"interval_contains_truth", contains},
          {"seconds", Median(seconds)},
          {"target_seconds_of_10000", kTargetSeconds},
          {"heap_bytes_a_node", Median(bytes)},
          {"target_bytes", kTargetBytes},
          {"unit", figure.unit},
          {"figure", figure.figure},
          {"limit_of", figure.limit_name},
          {"limit", figure.limit},
          {"ratio", figure.ratio()},
          {"target_ratio", figure.target_ratio}};
}

}  // namespace

ordered_json MeasureCrawl(const CrawlOptions& options) {
  const TemporaryFolder dir;
  const std::string truth_file = dir.path() + "/truth.json";
  test::Process fleet({"/proc/self/exe", "fleet", "--nodes", std::to_string(options.nodes), "--port", "0", "--seed",
                       "4", "--network", kNetwork, "--truth", truth_file, "--json"},
                      dir.path() + "/log");
  const auto line = fleet.ReadLine(test::kPatience + options.nodes * kPatienceOfANode);
  const auto ready = nlohmann::json::parse(line.value_or(""), nullptr, false);
  if (!ready.is_object()) return {{"error", "the fleet did not stand: " + fleet.Log()}};
  const auto first = Endpoint::Parse(ready.at("endpoint").get<std::string>());
  const auto truth = ReadTruth(truth_file);
  if (!first || !truth) return {{"error", "the fleet's truth file " + truth_file + " cannot be read"}};
  Figure figure{.name = "crawl",
                .unit = "nodes visited a CPU second, over loopback",
                .limit_name = "the dialler's half of bare handshakes, in memory",
                .target_ratio = kTargetRatio};
  std::vector<Run> runs;
  std::vector<double> figures;
  std::vector<double> limits;
  for (int i = 0; i < kCrawls; ++i) {
    limits.push_back(DialAlone());
    auto run = CrawlFleet(*first, *truth);
    if (!run) return {{"error", run.error()}};
    figures.push_back(run->nodes_a_cpu_second);
    runs.push_back(*run);
  }
  figure.figure = Median(figures);
  figure.limit = Median(limits);
  return Report(options, *truth, runs, figure);
}

}  // namespace hearsay::bench
