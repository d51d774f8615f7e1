// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/map_crowd.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "tests/sim/experiments/crowd.h"
#include "tests/sim/experiments/mapper.h"
#include "tests/sim/heap.h"

namespace hearsay::sim {
namespace {

constexpr Duration kLimit = std::chrono::hours{6};
constexpr Duration kTold = std::chrono::seconds{10};  // between two words of progress
const Endpoint kCrawler{IpAddress::V4(99u << 24 | 1), kDefaultPort};  // where no member is

std::string Line(const SimNetwork& network, const CrawlProgress& p) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(network.now()).count()) + " s simulated: " +
         std::to_string(p.visits) + " visits, " + std::to_string(p.nodes) + " nodes, " + std::to_string(p.endpoints) +
         " endpoints, " + std::to_string(p.waiting) + " waiting, " + std::to_string(p.in_flight) + " in flight";
}

// Runs the crawl to its end in a network that is gone when it returns.
std::unique_ptr<Mapper> Walk(const CrowdPlan& plan, const CrowdWalk& walk, std::uint64_t seed,
                             const Progress& progress, CrowdMap& map) {
  SimConfig config{.seed = seed, .keep_ledgers = false, .keep_trace = false};
  config.link.loss_ppm = walk.loss_ppm;
  SimNetwork network(config);
  const Crowd crowd(network, plan, seed);
  CrawlConfig crawl{.seeds = {{plan.EndpointOf(0), {}}}, .software = "hearsay-sim/1", .frontier = {}, .visit = {}};
  crawl.in_flight = walk.in_flight;
  auto mapper = std::make_unique<Mapper>(network, std::move(crawl), kCrawler, seed);
  Duration told = network.now();
  mapper->Run(kLimit, [&] {
    if (progress && network.now() >= told + kTold) {
      told = network.now();
      progress(Line(network, mapper->crawl().Progress()));
    }
    return true;
  });
  map.seconds = std::chrono::duration<double>(network.now()).count();
  return mapper;
}

void Compare(const CrowdPlan& plan, const Census& census, CrowdMap& map) {
  std::vector<bool> found(plan.dialable());
  for (const MappedNode& node : census.nodes) {
    const auto number = plan.NumberAt(node.endpoints.front());
    if (node.endpoints.size() != 1 || !number || !plan.Answers(*number) || plan.IdentityOf(*number).id() != node.id) {
      ++map.invented;
      continue;
    }
    if (node.verdict == Verdict::kReachable) found[*number] = true;
    if (node.suspect) ++(plan.KindOf(*number) == CrowdPlan::Kind::kLiar ? map.liars_flagged : map.honest_flagged);
  }
  map.found = static_cast<std::size_t>(std::count(found.begin(), found.end(), true));
  std::vector<IdPrefix> hidden;
  for (std::uint32_t i = 0; i < plan.spec().hidden; ++i) {
    hidden.push_back(PrefixOf(plan.IdentityOf(plan.dialable() + plan.spec().dead + i).id()));
  }
  std::sort(hidden.begin(), hidden.end());
  for (const HiddenNode& node : census.hidden) {
    map.hidden += std::binary_search(hidden.begin(), hidden.end(), node.id) ? 1 : 0;
  }
  map.edges = census.edges.size();
  map.estimate = census.estimate.value_or(Estimate{});
  map.complete = census.complete;
}

}  // namespace

CrowdMap MapCrowd(const CrowdPlan& plan, const CrowdWalk& walk, std::uint64_t seed, const Progress& progress,
                  const std::function<void(const Census&)>& made) {
  CrowdMap map;
  const std::size_t before = HeapInUse();
  const auto mapper = Walk(plan, walk, seed, progress, map);
  const std::size_t walked = HeapInUse();
  map.crawl_bytes = walked - before;
  const CrawlProgress end = mapper->crawl().Progress();
  map.endpoints = end.endpoints;
  map.packets = mapper->crawl().counters()[Counter::kDatagramsSent];
  if (progress) progress("the walk is over: " + std::to_string(map.crawl_bytes / std::max<std::size_t>(end.nodes, 1)) +
                         " bytes of heap a node");
  const Census census = mapper->Result();
  map.census_bytes = HeapInUse() - walked;
  Compare(plan, census, map);
  if (made) made(census);
  return map;
}

}  // namespace hearsay::sim
