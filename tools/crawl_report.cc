// SPDX-License-Identifier: MIT
#include "tools/crawl_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "proto/text.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 16;

std::string Size(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  if (bytes < 10'000'000) return fmt::format("{} kB", bytes / 1000);
  return fmt::format("{} MB", bytes / 1'000'000);
}

std::string Line(std::string_view label, std::string_view text) {
  return fmt::format("  {:<{}}{}\n", label, kIndent - 2, text);
}

// "name count" by descending count, as many as fit into the line.
std::string Counts(const std::map<std::string, std::size_t, std::less<>>& counts) {
  std::vector<std::pair<std::string, std::size_t>> ordered(counts.begin(), counts.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    const std::string next = fmt::format("{}{} {}", i == 0 ? "" : ", ", Printable(ordered[i].first), ordered[i].second);
    const std::string rest = fmt::format(", and {} more", ordered.size() - i);
    if (i > 0 && kIndent + out.size() + next.size() + rest.size() > kColumns) return out + rest;
    out += next;
  }
  return out;
}

// What a census that is not complete lacks.
std::string Missing(const Crawled& crawled) {
  const std::size_t left = NotVisited(crawled.census);
  if (left > 0) return fmt::format("{} endpoints heard of and not visited, and what they know", left);
  if (crawled.end != CrawlDriver::End::kDone) return "what the nodes being visited had still to say";
  return "what did not fit into the crawl's bounds";
}

}  // namespace

std::string ProgressText(const CrawlProgress& progress, std::optional<Duration> left) {
  using std::chrono::ceil, std::chrono::seconds;
  const std::string estimate = progress.estimate ? fmt::format(" of about {:.0f}", progress.estimate->nodes) : "";
  return fmt::format("{} visits, {} nodes{}, {} under way, ETA {}", progress.visits, progress.nodes, estimate,
                     progress.in_flight, left ? RoughDuration(ceil<seconds>(*left)) : "unknown");
}

std::string NobodyAnsweredText(const Crawled& crawled, const CallNetwork& network) {
  std::vector<std::string> asked;
  for (const MappedEndpoint& silent : crawled.census.silent) {
    asked.push_back(fmt::format("{} ({})", silent.endpoint.ToString(), VerdictName(silent.verdict)));
  }
  if (crawled.end != CrawlDriver::End::kDone) return "ended before anybody answered: " + FirstFew(asked);
  return fmt::format("nobody answered: {}; asked as {}; `hearsay ping` says more about one endpoint", FirstFew(asked),
                     network.Description());
}

std::string MadeText(const CrawlOutputs::Made& made) {
  std::string out;
  for (const std::string& file : made.files) out += Line(out.empty() ? "written" : "", Printable(file));
  if (made.post) {
    out += Line("posted", fmt::format("census {} to {}: {} sightings began, {} ended", made.post->rows.census,
                                      Printable(made.post->database), made.post->rows.began, made.post->rows.ended));
  }
  if (out.empty() && made.errors.empty()) return "no map written; --out DIR writes one\n";
  return out;
}

std::size_t NotVisited(const Census& census) {
  const auto is_left = [](const MappedEndpoint& silent) { return silent.verdict == Verdict::kNotVisited; };
  return static_cast<std::size_t>(std::count_if(census.silent.begin(), census.silent.end(), is_left));
}

std::string SummaryText(const Crawled& crawled, const Places& places, std::string_view network) {
  const Census& census = crawled.census;
  const CensusSummary summary = Summarize(census);
  std::string out = fmt::format("network '{}', crawled in {:.2f} s{}\n", network, SecondsOf(summary.duration),
                                census.complete ? "" : " (not complete)");
  if (!census.complete) out += Line("missing", Missing(crawled));
  out += Line("nodes", fmt::format("{}, of them reachable {}", summary.nodes, summary.reachable));
  if (census.estimate) {
    out += Line("estimate", fmt::format("{:.0f} reachable (95 %: {:.0f} to {:.0f}), {:.1f} % of them mapped",
                                        census.estimate->nodes, census.estimate->low, census.estimate->high,
                                        100 * summary.mapped.value_or(1)));
  }
  if (census.looks.nodes > 0) {
    using std::chrono::round, std::chrono::seconds;
    std::string gone = fmt::format("{} of {} were gone", census.looks.gone, census.looks.nodes);
    if (summary.stay) gone += ": nodes stay " + RoughDuration(round<seconds>(*summary.stay)) + " on average";
    out += Line("second look", gone);
  }
  std::string unreachable = fmt::format("{}", summary.unreachable);
  if (!summary.reasons.empty()) unreachable += ": " + Counts(summary.reasons);
  out += Line("unreachable", unreachable);
  out += Line("others", fmt::format("{} hidden behind others, {} exclude crawlers, {} suspect",
                                    summary.hidden, summary.excluded, summary.suspects));
  if (census.distrusted > 0) {
    out += Line("distrusted", fmt::format("{} times an endpoint of a group that names too many dead ones or ports",
                                          census.distrusted));
  }
  const auto nodes = static_cast<double>(std::max<std::size_t>(summary.nodes, 1));
  const double each = static_cast<double>(summary.edges) / nodes;
  out += Line("edges", fmt::format("{}, {:.1f} a node", summary.edges, each));
  out += Line("versions", Counts(summary.versions));
  out += Line("roles", Counts(summary.roles));
  if (places.known()) {
    out += Line("countries", Counts(places.Countries()));
    out += Line("systems", Counts(places.Systems()));
  }
  if (summary.rtt) {
    out += Line("round trip", fmt::format("min {:.2f}, p50 {:.2f}, p90 {:.2f}, p99 {:.2f}, max {:.2f} ms",
                                          MillisecondsOf(summary.rtt->min), MillisecondsOf(summary.rtt->p50),
                                          MillisecondsOf(summary.rtt->p90), MillisecondsOf(summary.rtt->p99),
                                          MillisecondsOf(summary.rtt->max)));
  }
  out += Line("traffic", fmt::format("{} packets ({}) sent, {} ({}) received", census.traffic.packets_sent,
                                     Size(census.traffic.bytes_sent), census.traffic.packets_received,
                                     Size(census.traffic.bytes_received)));
  return out;
}

}  // namespace hearsay
