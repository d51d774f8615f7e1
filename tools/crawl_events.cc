// SPDX-License-Identifier: MIT
#include "tools/crawl_events.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

#include "crawler/report/map_json.h"
#include "tools/crawl_report.h"
#include "tools/standard_streams.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json PathOfMap(const CrawlOutputs::Made& made) {
  const auto is_map = [](const std::string& file) { return file.ends_with("map.json"); };
  const auto it = std::find_if(made.files.begin(), made.files.end(), is_map);
  return it == made.files.end() ? Json(nullptr) : Json(*it);
}

Json ObjectOf(const std::optional<CrawlOutputs::Made::Post>& post) {
  if (!post) return nullptr;
  return {{"database", post->database}, {"census", post->rows.census},
          {"began", post->rows.began}, {"ended", post->rows.ended}};
}

// As in the summary.
Json EstimateOf(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  return {{"nodes", estimate->nodes}, {"low", estimate->low}, {"high", estimate->high}};
}

}  // namespace

std::string StartedEvent(const CrawlOrder& order) {
  Json seeds = Json::array();
  for (const CrawlConfig::Seed& seed : order.seeds) seeds.push_back(seed.endpoint.ToString());
  return Text({{"event", "started"}, {"network", order.network.name}, {"seeds", seeds}});
}

std::string ProgressEvent(const CrawlProgress& progress, Duration elapsed, std::optional<Duration> left) {
  return Text({{"event", "progress"},
               {"elapsed_seconds", SecondsOf(elapsed)},
               {"visits", progress.visits},
               {"nodes", progress.nodes},
               {"estimate", EstimateOf(progress.estimate)},
               {"endpoints", progress.endpoints},
               {"unreachable", progress.unreachable},
               {"in_flight", progress.in_flight},
               {"waiting", progress.waiting},
               {"eta_seconds", left ? Json(SecondsOf(*left)) : Json(nullptr)}});
}

// The summary is spliced in as the text that map.json has of it.
std::string FinishedJson(const Crawled& crawled, const CrawlOutputs::Made& made) {
  const std::string head = Text({{"schema", kMapSchema},
                                 {"complete", crawled.census.complete},
                                 {"not_visited", NotVisited(crawled.census)},
                                 {"map", PathOfMap(made)},
                                 {"files", made.files},
                                 {"posted", ObjectOf(made.post)},
                                 {"errors", made.errors}});
  return head.substr(0, head.size() - 1) + ",\"summary\":" + SummaryJson(crawled.census, made.places) + "}";
}

std::string FinishedEvent(const Crawled& crawled, const CrawlOutputs::Made& made) {
  return "{\"event\":\"finished\"," + FinishedJson(crawled, made).substr(1);
}

std::string FailedEvent(const std::string& error) { return Text({{"event", "failed"}, {"error", error}}); }
std::string FailedJson(const std::string& error) { return Text({{"error", error}}); }

void PrintEvent(const std::string& event) {
  (void)WriteStandardOutput(event + "\n");  // a fault is said at the end, of a round or of the program
}

}  // namespace hearsay
