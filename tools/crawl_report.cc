// SPDX-License-Identifier: MIT
#include "tools/crawl_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tools/report.h"

namespace hearsay {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 16;

double Seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }
double Milliseconds(Duration d) { return static_cast<double>(d.count()) / 1e3; }

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

}  // namespace

std::string ProgressText(const CrawlProgress& progress, Duration elapsed) {
  return fmt::format("{} nodes, {} endpoints heard, {} in flight, {} waiting, {} silent, {} edges at most, {:.1f} s",
                     progress.nodes, progress.endpoints, progress.in_flight, progress.waiting, progress.unreachable,
                     progress.tellings, Seconds(elapsed));
}

std::string SummaryText(const Census& census, std::string_view network) {
  const CensusSummary summary = Summarize(census);
  std::string out = fmt::format("network '{}', crawled in {:.2f} s{}\n", network, Seconds(summary.duration),
                                census.complete ? "" : " (not complete)");
  out += Line("nodes", fmt::format("{}, of them reachable {}", summary.nodes, summary.reachable));
  std::string unreachable = fmt::format("{}", summary.unreachable);
  if (!summary.reasons.empty()) unreachable += ": " + Counts(summary.reasons);
  out += Line("unreachable", unreachable);
  const auto nodes = static_cast<double>(std::max<std::size_t>(summary.nodes, 1));
  const double each = static_cast<double>(summary.edges) / nodes;
  out += Line("edges", fmt::format("{}, {:.1f} a node", summary.edges, each));
  out += Line("versions", Counts(summary.versions));
  out += Line("roles", Counts(summary.roles));
  if (summary.rtt) {
    out += Line("round trip", fmt::format("min {:.2f}, p50 {:.2f}, p90 {:.2f}, p99 {:.2f}, max {:.2f} ms",
                                          Milliseconds(summary.rtt->min), Milliseconds(summary.rtt->p50),
                                          Milliseconds(summary.rtt->p90), Milliseconds(summary.rtt->p99),
                                          Milliseconds(summary.rtt->max)));
  }
  out += Line("traffic", fmt::format("{} packets ({}) sent, {} ({}) received", census.traffic.packets_sent,
                                     Size(census.traffic.bytes_sent), census.traffic.packets_received,
                                     Size(census.traffic.bytes_received)));
  return out;
}

}  // namespace hearsay
