// SPDX-License-Identifier: MIT
//
// A network of real processes on loopback: how long until every node has a full view, how long until the dead are in
// no view, and what an idle node costs. Times come from the nodes' own event logs: nobody is polled while it matters.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "proto/rfc3339.h"
#include "tests/net/cluster.h"
#include "tools/bench/cluster.h"
#include "tools/bench/usage.h"

namespace hearsay::bench {
namespace {

using nlohmann::ordered_json;
using test::Cluster;
using test::Eventually;

double Seconds(Time t) { return static_cast<double>(t.time_since_epoch().count()) * 1e-6; }

double WallNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

ordered_json Distribution(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values.empty() ? 0.0 : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  return {{"min", at(0)}, {"p50", at(0.5)}, {"p90", at(0.9)}, {"max", at(1)}};
}

// When this node first had `peers` peers with a channel at once; nothing if it never did.
std::optional<double> FullAt(const nlohmann::json& events, std::size_t peers) {
  std::set<std::string> active;
  for (const auto& e : events) {
    const std::string kind = e.at("event");
    const std::string id = e.at("node_id").is_string() ? e.at("node_id").get<std::string>() : "";
    if (kind == "peer_active") active.insert(id);
    if (kind == "peer_stale" || kind == "peer_left" || kind == "peer_evicted") active.erase(id);
    if (active.size() >= peers) return Seconds(*ParseRfc3339(e.at("time").get<std::string>()));
  }
  return std::nullopt;
}

nlohmann::json Events(const Cluster& cluster, std::size_t node) {
  nlohmann::json answer = cluster.Get(node, "/v1/events?follow=false");
  return answer.is_object() ? answer.at("events") : answer;
}

ordered_json MeasureIdle(const Cluster& cluster, const std::set<std::size_t>& living, int seconds) {
  const auto totals = [&] {
    double cpu = 0;
    double datagrams = 0;
    double bytes = 0;
    for (const std::size_t i : living) {
      cpu += UsageOf(cluster.Pid(i)).cpu_seconds;
      const auto counters = cluster.Status(i).at("counters");
      datagrams += counters.at("datagrams_sent").get<double>();
      bytes += counters.at("bytes_sent").get<double>();
    }
    return std::array{cpu, datagrams, bytes};
  };
  const auto before = totals();
  const double start = WallNow();
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const auto after = totals();
  const double elapsed = WallNow() - start;
  std::vector<double> memory;
  for (const std::size_t i : living) memory.push_back(UsageOf(cluster.Pid(i)).private_mib);
  const double n = static_cast<double>(living.size());
  return {{"seconds", elapsed},
          {"cpu_percent_of_a_core_all_nodes", 100 * (after[0] - before[0]) / elapsed},
          {"datagrams_sent_per_second_per_node", (after[1] - before[1]) / elapsed / n},
          {"bytes_sent_per_second_per_node", (after[2] - before[2]) / elapsed / n},
          {"private_memory_mib", Distribution(memory)}};
}

// One more node, from before its fork to its channel to everybody: in seconds; empty when that took too long.
std::optional<double> MeasureJoin(Cluster& cluster, const std::string& bootstrap) {
  const std::size_t everybody = cluster.size();
  const double start = WallNow();
  const std::size_t newcomer = cluster.Start({"--log-level", "error", "--peer", bootstrap});
  if (!cluster.WaitReady(newcomer)) return std::nullopt;
  std::optional<double> full;
  Eventually([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    full = FullAt(Events(cluster, newcomer), everybody);
    return full.has_value();
  });
  if (full) *full -= start;
  return full;
}

// When each node first had a channel to everybody, in seconds after `start`; empty when that did not happen in time.
std::vector<double> AwaitFullViews(const Cluster& cluster, double start) {
  const std::size_t n = cluster.size();
  std::vector<double> joined(n, 0);
  const bool everybody = Eventually(
      [&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
        for (std::size_t i = 0; i < n; ++i) {
          if (joined[i] != 0) continue;
          const auto at = FullAt(Events(cluster, i), n - 1);
          if (!at) return false;
          joined[i] = *at;
        }
        return true;
      },
      std::chrono::seconds{60});
  if (!everybody) return {};
  for (double& at : joined) at = std::max(0.0, at - start);
  return joined;
}

ordered_json MeasureDeath(Cluster& cluster, std::set<std::size_t> living, std::size_t kill) {
  std::vector<std::string> dead;
  std::vector<std::size_t> victims;
  for (std::size_t i = 1; i <= kill; ++i) victims.push_back(i * (cluster.size() - 1) / kill);
  for (const std::size_t i : victims) dead.push_back(cluster.Ready(i, "node_id"));
  const double killed_at = WallNow();
  for (const std::size_t i : victims) cluster.Signal(i, SIGKILL);
  for (const std::size_t i : victims) {
    cluster.Kill(i);
    living.erase(i);
  }
  Eventually([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    return std::all_of(living.begin(), living.end(), [&](std::size_t i) { return cluster.SeesNone(i, dead); });
  });
  // For each survivor: when the last of the dead left its view.
  std::vector<double> noticed;
  std::size_t false_alarms = 0;
  for (const std::size_t i : living) {
    double last = 0;
    for (const auto& e : Events(cluster, i)) {
      if (e.at("event") != "peer_stale") continue;
      const double at = Seconds(*ParseRfc3339(e.at("time").get<std::string>()));
      const bool of_the_dead = std::find(dead.begin(), dead.end(), e.at("node_id")) != dead.end();
      if (!of_the_dead) ++false_alarms;
      if (of_the_dead && at > killed_at) last = std::max(last, at - killed_at);
    }
    noticed.push_back(last);
  }
  return {{"killed_at_once", dead.size()},
          {"in_no_view_seconds_after_kill", Distribution(noticed)},
          {"peers_wrongly_called_stale", false_alarms}};
}

}  // namespace

ordered_json MeasureCluster(const ClusterOptions& options) {
  Cluster cluster("/proc/self/exe");
  const std::size_t n = options.nodes;
  cluster.Start({"--log-level", "error"});
  if (!cluster.WaitReady(0)) return {{"error", cluster.Errors(0)}};
  const std::string bootstrap = cluster.Ready(0, "listen");
  const double first_start = WallNow();
  for (std::size_t i = 1; i < n; ++i) cluster.Start({"--log-level", "error", "--peer", bootstrap});
  const double last_start = WallNow();
  std::set<std::size_t> living;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && !cluster.WaitReady(i)) return {{"error", cluster.Errors(i)}};
    living.insert(i);
  }
  const std::vector<double> joined = AwaitFullViews(cluster, last_start);
  ordered_json result{{"nodes", n},
                      {"start_loop_seconds", last_start - first_start},
                      {"all_joined", !joined.empty()},
                      {"full_view_seconds_after_last_start", Distribution(joined)}};
  std::this_thread::sleep_for(std::chrono::seconds{options.settle_seconds});
  result["idle"] = MeasureIdle(cluster, living, options.idle_seconds);
  if (const auto joined_after = MeasureJoin(cluster, bootstrap)) {
    result["one_more_full_view_seconds_after_its_start"] = *joined_after;
  }
  living.insert(cluster.size() - 1);
  result["death"] = MeasureDeath(cluster, living, std::min(options.kill, n - 1));
  return result;
}

}  // namespace hearsay::bench
