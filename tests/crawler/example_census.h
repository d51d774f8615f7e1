// SPDX-License-Identifier: MIT
//
// Example: a small census with one of everything that a report has to say: a node with a record and two endpoints, one
// without a record, a silent endpoint, an estimate. What its nodes call themselves may be replaced by hostile text.
#pragma once

#include "crawler/census.h"

namespace hearsay::test {

inline NodeId Id(std::uint8_t last) {
  NodeId id;
  id.bytes[31] = static_cast<std::byte>(last);
  return id;
}

inline Census Example() {
  Census census;
  census.started_at = FromUnixSeconds(1'800'000'000);
  census.finished_at = census.started_at + std::chrono::milliseconds{2500};
  census.complete = true;
  NodeRecord record;
  record.id = Id(1);
  record.software = "hearsay/0.1.0";
  record.name = "alpha";
  record.role = Role::kWorker;
  record.attributes = {{"port", "8080"}};
  census.nodes.push_back({.id = Id(1), .endpoints = {*Endpoint::Parse("127.0.0.1:1"), *Endpoint::Parse("[::1]:1")},
                          .verdict = Verdict::kReachable, .record = record, .rtt = std::chrono::microseconds{1250},
                          .sampled = 3, .sampled_verified = 2, .named_by = 0, .suspect = false});
  census.nodes.push_back({.id = Id(2), .endpoints = {*Endpoint::Parse("127.0.0.1:2")},
                          .verdict = Verdict::kUnconfirmed, .record = {}, .rtt = {}});
  census.silent.push_back({*Endpoint::Parse("127.0.0.1:3"), Verdict::kTimeout, 2});
  census.edges = {{0, 1}, {1, 0}};
  census.nodes[0].named_by = census.nodes[1].named_by = 1;
  census.nodes[1].suspect = true;
  census.estimate = Estimate{.nodes = 1.25, .low = 1, .high = 3};
  census.moment = census.started_at + std::chrono::milliseconds{1250};
  census.distrusted = 3;
  census.looks = {.nodes = 4, .gone = 2, .watched = std::chrono::seconds{9}};
  census.traffic = {.packets_sent = 10, .bytes_sent = 1000, .packets_received = 8, .bytes_received = 800};
  return census;
}

}  // namespace hearsay::test
