// SPDX-License-Identifier: MIT
//
// CensusMaker: a census in a few words: who was found where, who was silent, whether it is complete.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "crawler/census.h"

namespace hearsay::test {

inline NodeId MakeId(std::uint64_t number) {
  NodeId id;
  StoreBigEndian(number, id.bytes.data());
  StoreBigEndian(~number, id.bytes.data() + 24);
  return id;
}
inline Endpoint MakeEndpoint(std::uint32_t number) { return {IpAddress::V4(0x08000000u + number), 7075}; }
inline Time AtMinute(std::int64_t minute) { return FromUnixSeconds(1'800'000'000 + 60 * minute); }

class CensusMaker {
 public:
  // Complete, and two seconds long.
  explicit CensusMaker(Time end) {
    census_.started_at = end - std::chrono::seconds{2};
    census_.finished_at = end;
    census_.complete = true;
  }
  CensusMaker& Incomplete() {
    census_.complete = false;
    return *this;
  }
  // Without `software` it gave no record.
  CensusMaker& Found(std::uint64_t id, std::vector<std::uint32_t> endpoints, std::string software = "hearsay/1",
                     Verdict verdict = Verdict::kReachable) {
    MappedNode node;
    node.id = MakeId(id);
    for (const std::uint32_t number : endpoints) node.endpoints.push_back(MakeEndpoint(number));
    std::sort(node.endpoints.begin(), node.endpoints.end());
    node.verdict = verdict;
    if (!software.empty()) {
      NodeRecord record;
      record.id = node.id;
      record.software = std::move(software);
      record.name = "node " + std::to_string(id);
      node.record = record;
    }
    census_.nodes.push_back(std::move(node));
    return *this;
  }
  CensusMaker& With(const Attributes& attributes) {  // the one found last, if it gave a record
    if (auto& record = census_.nodes.back().record) record->attributes = attributes;
    return *this;
  }
  CensusMaker& Suspect() {  // the one found last
    census_.nodes.back().suspect = true;
    return *this;
  }
  CensusMaker& Excluded() {  // likewise
    census_.nodes.back().excluded = true;
    return *this;
  }
  CensusMaker& Silent(std::uint32_t endpoint, Verdict verdict = Verdict::kTimeout) {
    census_.silent.push_back({MakeEndpoint(endpoint), verdict});
    return *this;
  }
  Census Make() {
    std::sort(census_.nodes.begin(), census_.nodes.end(),
              [](const MappedNode& a, const MappedNode& b) { return a.id < b.id; });
    std::sort(census_.silent.begin(), census_.silent.end(),
              [](const MappedEndpoint& a, const MappedEndpoint& b) { return a.endpoint < b.endpoint; });
    return census_;
  }
  operator Census() { return Make(); }  // NOLINT: what it is for

 private:
  Census census_;
};

// Random censuses of one network of `nodes` nodes that come, go, move, upgrade and share endpoints: what a history
// is fed with.
template <typename Rng>
Census RandomCensus(Rng& rng, std::uint64_t nodes, Time end) {
  CensusMaker maker(end);
  const auto endpoints = static_cast<std::uint32_t>(nodes * 2);
  const bool complete = rng.Chance(2, 3);
  if (!complete) maker.Incomplete();
  std::vector<bool> proved(endpoints);
  const bool nobody = rng.Chance(1, 20);
  for (std::uint64_t id = 0; id < nodes && !nobody; ++id) {
    if (rng.Chance(1, 3)) continue;
    std::vector<std::uint32_t> at;
    for (std::uint64_t i = 1 + rng.Below(rng.Chance(1, 8) ? 12 : 2); i > 0; --i) {
      // Mostly near its own; an endpoint is proved by one node in a census.
      const auto place = static_cast<std::uint32_t>(rng.Chance(3, 4) ? id * 2 + rng.Below(2) : rng.Below(endpoints));
      if (!proved[place]) at.push_back(place);
      proved[place] = true;
    }
    if (at.empty()) continue;
    const std::string software = rng.Chance(1, 10) ? "" : "hearsay/" + std::to_string(1 + rng.Below(2));
    maker.Found(id, at, software, rng.Chance(1, 9) ? Verdict::kUnconfirmed : Verdict::kReachable);
    if (rng.Chance(1, 4)) maker.With({{"tag", std::to_string(rng.Below(3))}, {"zone", "z"}});
    if (rng.Chance(1, 15)) maker.Suspect();
    if (rng.Chance(1, 15)) maker.Excluded();
  }
  for (std::uint32_t place = 0; place < endpoints; ++place) {
    if (proved[place] || rng.Chance(1, 2)) continue;
    constexpr Verdict kVerdicts[] = {Verdict::kTimeout, Verdict::kRefused, Verdict::kWrongNodeId,
                                     Verdict::kWrongNetwork, Verdict::kNotVisited};
    maker.Silent(place, kVerdicts[rng.Below(complete ? 4 : 5)]);
  }
  return maker.Make();
}

}  // namespace hearsay::test
