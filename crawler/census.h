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

#include "proto/endpoint.h"
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
  kSelf,         // our own endpoint; not part of the map
};
std::string_view VerdictName(Verdict verdict);  // "not_visited", "timeout", ...

struct MappedNode {
  NodeId id;
  std::vector<Endpoint> endpoints;      // where it proved its id; ordered
  Verdict verdict = Verdict::kReachable;  // kReachable or kUnconfirmed
  std::optional<NodeRecord> record;     // absent: the channel worked too badly to get it
  std::optional<Duration> rtt;          // the shortest of its answered pings
  std::size_t sampled = 0;              // distinct endpoints that it named
  std::size_t sampled_verified = 0;     // of those, how many proved an id to us
};

struct MappedEndpoint {
  Endpoint endpoint;
  Verdict verdict = Verdict::kTimeout;
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
  bool complete = false;  // it ended by itself, and no bound of the crawl cut anything off
  std::vector<MappedNode> nodes;                                  // ordered by id
  std::vector<MappedEndpoint> silent;                             // never authenticated; ordered by endpoint
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;     // places in `nodes`; ordered, no loops, once each
  CensusTraffic traffic;
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
  Duration duration{};
};
CensusSummary Summarize(const Census& census);

// The value at `percent` of 100 in ordered values (nearest rank): an observed value, never an interpolated one.
Duration NearestRank(const std::vector<Duration>& ordered, std::size_t percent);

}  // namespace hearsay
