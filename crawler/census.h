// SPDX-License-Identifier: MIT
//
// Census: the counted result of a crawl. A value: what was found, in an order that depends on nothing but the finding.
//
// A node is counted once, by its node id, whatever the number of its endpoints. An endpoint that never proved an id is
// counted apart, with the reason. An edge says that the first node named an endpoint of the second one in a sample.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/attendance.h"
#include "proto/endpoint.h"
#include "proto/keepalive.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/time.h"

namespace hearsay {

// What a crawl knows of an endpoint, or why it knows nothing.
enum class Verdict : std::uint8_t {
  kNotVisited,   // the crawl was stopped before its turn
  kReachable,    // a node proved its id there, and knows the endpoint to be its own
  kUnconfirmed,  // a node proved its id there, but does not know the endpoint to be its own: a NAT, or a relay
  kTimeout,      // nobody answered
  kRefused,      // it answered the first packet and then nothing: full, banned us, or leaving
  kWrongNodeId,  // another node than the pin says
  kWrongVersion, // what answered speaks another major version
  kWrongNetwork, // what answered is of another network, or has another key
  kSelf,         // our own endpoint; not part of the map
};
inline constexpr Verdict kLastVerdict = Verdict::kSelf;
std::string_view VerdictName(Verdict verdict);  // "not_visited", "timeout", ...

struct MappedNode {
  NodeId id;
  // Ordered. Of a reachable node its own; of an unconfirmed one all where it proved its id.
  std::vector<Endpoint> endpoints;
  // Ordered. Where a reachable node proved its id too and does not know the endpoint to be its own: a translator's, or
  // that of somebody who passes packets on and would be found under its name.
  std::vector<Endpoint> unconfirmed;
  Verdict verdict = Verdict::kReachable;  // kReachable or kUnconfirmed
  std::optional<NodeRecord> record;     // absent: the channel worked too badly to get it
  std::optional<Duration> rtt;          // the shortest of its answered pings; an upper bound, our own waiting included
  std::size_t sampled = 0;              // distinct endpoints that it named
  std::size_t sampled_verified = 0;     // of those, how many proved an id to us
  std::uint32_t judged_verified = 0;    // what FlagSuspects counts of those, and of those that were dialled to the end
  std::uint32_t judged_silent = 0;      // and did not
  std::uint32_t untried = 0;            // of what it named: not dialled to the end
  std::size_t named_by = 0;             // other nodes that named one of its endpoints
  bool suspect = false;                 // what it names does not prove an id, well beyond what churn explains: a liar
  bool excluded = false;                // it told the crawler that it excludes crawlers
};

struct MappedEndpoint {
  Endpoint endpoint;
  Verdict verdict = Verdict::kTimeout;
  std::uint32_t named_by = 0;  // nodes
};

// A node that others have a live channel with and nobody can dial: behind a translator or a filter.
struct HiddenNode {
  IdPrefix id = 0;
  std::uint32_t named_by = 0;  // nodes; at least two
};

// How many reachable nodes there were at one moment, found or not. The interval contains the truth in 95 of 100 crawls.
// It may lie below what was found: of those, some had left by then and others had not come.
struct Estimate {
  double nodes = 0;
  double low = 0;
  double high = 0;
};

struct CensusTraffic {
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;
};

struct Census {
  Time started_at{};
  Time finished_at{};
  // Every endpoint had its turns, and no bound of the crawl cut anything off but what `distrusted` counts: else whoever
  // makes endpoints up could keep every census from being whole.
  bool complete = false;
  std::vector<MappedNode> nodes;                                  // ordered by id
  std::vector<MappedEndpoint> silent;                             // never authenticated; ordered by endpoint
  std::vector<HiddenNode> hidden;                                 // ordered by id
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;     // places in `nodes`; ordered, no loops, once each
  CensusTraffic traffic;
  std::optional<Estimate> estimate;  // absent: too little was found to say
  Time moment{};                     // what the estimate is of (attendance.h)
  SecondLooks looks;                 // who was dialled again at the end, and was gone
  std::size_t distrusted = 0;        // times that an endpoint or a hidden id was named, and its teller not believed
};

struct Quantiles {
  Duration min{}, p50{}, p90{}, p99{}, max{};
};

struct CensusSummary {
  std::size_t nodes = 0;        // distinct node ids
  std::size_t reachable = 0;    // of those, confirmed at an endpoint
  std::size_t unreachable = 0;  // unconfirmed nodes, and endpoints that never proved an id
  std::map<std::string, std::size_t, std::less<>> reasons;   // of the unreachable
  std::map<std::string, std::size_t, std::less<>> versions;  // of nodes, by their record's software
  std::map<std::string, std::size_t, std::less<>> roles;
  std::optional<Quantiles> rtt;
  std::size_t edges = 0;
  std::size_t hidden = 0;             // nodes that only others reach
  std::size_t excluded = 0;           // nodes that exclude crawlers
  std::size_t suspects = 0;           // nodes flagged as liars
  std::size_t several_endpoints = 0;  // nodes that proved one id at more than one endpoint
  std::size_t shared_addresses = 0;   // addresses at which more than one id was proved
  std::optional<double> mapped;       // share of the estimated nodes that was found, 0 to 1
  std::optional<Duration> stay;       // how long nodes stay on average, by those gone when they were looked at again
  Duration duration{};
};
CensusSummary Summarize(const Census& census);

// The value at `percent` of 100 in ordered values (nearest rank): an observed value, never an interpolated one.
Duration NearestRank(const std::vector<Duration>& ordered, std::size_t percent);

}  // namespace hearsay
