// SPDX-License-Identifier: MIT
#include "crawler/census.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proto/check.h"

namespace hearsay {
namespace {

// Addresses with nodes of more than one id.
std::size_t SharedAddresses(const Census& census) {
  std::vector<std::pair<IpAddress, std::uint32_t>> homes;  // of nodes, by place
  for (std::uint32_t place = 0; place < census.nodes.size(); ++place) {
    const MappedNode& node = census.nodes[place];
    for (const auto* endpoints : {&node.endpoints, &node.unconfirmed}) {
      for (const Endpoint& endpoint : *endpoints) homes.emplace_back(endpoint.address, place);
    }
  }
  std::sort(homes.begin(), homes.end());
  std::size_t shared = 0;
  for (auto it = homes.begin(); it != homes.end();) {
    const auto next = std::find_if(it, homes.end(), [&](const auto& home) { return home.first != it->first; });
    shared += it->second != std::prev(next)->second ? 1 : 0;
    it = next;
  }
  return shared;
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNotVisited: return "not_visited";
    case Verdict::kReachable: return "reachable";
    case Verdict::kUnconfirmed: return "unconfirmed";
    case Verdict::kTimeout: return "timeout";
    case Verdict::kRefused: return "refused";
    case Verdict::kWrongNodeId: return "wrong_node_id";
    case Verdict::kWrongVersion: return "version";
    case Verdict::kWrongNetwork: return "network";
    case Verdict::kSelf: return "self";
  }
  return "unknown";
}

Duration NearestRank(const std::vector<Duration>& ordered, std::size_t percent) {
  HEARSAY_CHECK(!ordered.empty() && percent <= 100);
  const std::size_t rank = (ordered.size() * percent + 99) / 100;
  return ordered[std::max<std::size_t>(rank, 1) - 1];
}

CensusSummary Summarize(const Census& census) {
  CensusSummary summary;
  std::vector<Duration> rtts;
  summary.nodes = census.nodes.size();
  for (const MappedNode& node : census.nodes) {
    if (node.verdict == Verdict::kReachable) {
      ++summary.reachable;
    } else {
      ++summary.reasons[std::string(VerdictName(node.verdict))];
    }
    ++summary.versions[node.record ? node.record->software : "unknown"];
    ++summary.roles[node.record ? std::string(RoleName(node.record->role)) : "unknown"];
    if (node.rtt) rtts.push_back(*node.rtt);
    if (node.suspect) ++summary.suspects;
    if (node.excluded) ++summary.excluded;
    if (node.endpoints.size() + node.unconfirmed.size() > 1) ++summary.several_endpoints;
  }
  summary.shared_addresses = SharedAddresses(census);
  if (census.estimate && census.estimate->nodes > 0) {
    summary.mapped = std::min(1.0, static_cast<double>(summary.reachable) / census.estimate->nodes);
  }
  if (const double rate = LeavingRateOf(census.looks).mean; rate > 0) {
    summary.stay = std::chrono::round<Duration>(std::chrono::duration<double>(1 / rate));
  }
  for (const MappedEndpoint& endpoint : census.silent) ++summary.reasons[std::string(VerdictName(endpoint.verdict))];
  summary.unreachable = summary.nodes - summary.reachable + census.silent.size();
  summary.edges = census.edges.size();
  summary.hidden = census.hidden.size();
  summary.duration = census.finished_at - census.started_at;
  if (!rtts.empty()) {
    std::sort(rtts.begin(), rtts.end());
    summary.rtt = Quantiles{.min = rtts.front(), .p50 = NearestRank(rtts, 50), .p90 = NearestRank(rtts, 90),
                            .p99 = NearestRank(rtts, 99), .max = rtts.back()};
  }
  return summary;
}

}  // namespace hearsay
