// SPDX-License-Identifier: MIT
//
// hearsay events: what happened to a running node's peers, and what happens.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <limits>
#include <memory>

#include "proto/text.h"
#include "tools/api_client.h"
#include "tools/between.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/standard_streams.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

struct Options {
  ApiOptions api;
  std::uint64_t after = 0;
  bool as_json = false;
  bool follow = false;
};

std::string Text(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

// "2026-11-21T02:00:00.000Z peer_active        1a2b3c4d 127.0.0.1:7075 detail k=v", or what was lost.
std::string Readable(const Json& event) {
  if (Text(event, "event") == "gap") {
    const Json lost = event.value("lost", Json());
    return lost.is_number() ? "(" + lost.dump() + " earlier events are lost)" : "(the node has started again since)";
  }
  char start[128];
  std::snprintf(start, sizeof start, "%-24s %-18s %-8.8s", Text(event, "time").c_str(), Text(event, "event").c_str(),
                Text(event, "node_id").c_str());
  std::string line = start;
  for (const char* key : {"endpoint", "detail"}) {
    if (const std::string text = Text(event, key); !text.empty()) line += " " + text;
  }
  const Json attributes = event.value("attributes", Json::object());
  for (const auto& [key, value] : attributes.items()) line += " " + key + "=" + value.get<std::string>();
  return Printable(line);
}

// What went wrong; empty: nothing.
std::string Print(const std::string& data, bool as_json) {
  return WriteStandardOutput((as_json ? data : Readable(Json::parse(data))) + "\n");
}

int PrintHeld(const NodeApi& api, const Options& options) {
  const auto body = api.Get("/v1/events?follow=false&after=" + std::to_string(options.after));
  if (!body) return Fail("events", body.error());
  for (const nlohmann::ordered_json& event : nlohmann::ordered_json::parse(*body)) {
    if (const auto lost = Print(event.dump(), options.as_json); !lost.empty()) return Fail("events", lost);
  }
  return kExitFine;
}

// A feed ends when the node stops, or when this reader was too slow: another one goes on where it ended.
int Follow(const NodeApi& api, const Options& options) {
  std::uint64_t after = options.after;
  for (;;) {
    auto feed = EventFeed::Open(api, after);
    if (!feed) return Fail("events", feed.error());
    for (;;) {
      const auto next = feed->Read(std::chrono::minutes{1});
      if (!next || next->outcome == EventFeed::Outcome::kEnd) break;
      if (next->outcome == EventFeed::Outcome::kTimeout) continue;
      if (const auto lost = Print(next->event.data, options.as_json); !lost.empty()) return Fail("events", lost);
    }
    after = feed->last_id();
  }
}

int Events(const Options& options) {
  const auto api = NodeApi::Find(options.api, SystemEnvironment());
  if (!api) return Fail("events", api.error());
  try {
    return options.follow ? Follow(*api, options) : PrintHeld(*api, options);
  } catch (const Json::exception&) {
    return Fail("events", "the answer is no list of events of this version's; ask a node of this version");
  }
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddApiOptions(app, options->api);
  app.add_flag("--follow", options->follow, "Go on with what happens, until the node stops or Ctrl-C.");
  app.add_option("--after", options->after, "Only events after the one with this id.")
      ->type_name("ID")
      ->check(Between(0, std::numeric_limits<std::uint64_t>::max()));
  app.add_flag("--json", options->as_json, "Print one JSON object a line (docs/api.md).");
  app.callback([options, &exit_code] { exit_code = Events(*options); });
}

const RegisterCommand kRegistered{
    {.name = "events",
     .group = CommandGroup::kAsk,
     .summary = "Show what happens to a running node's peers",
     .description = "Shows the peers that were verified, became active, went stale, left or were evicted. A node holds "
                    "its last 4,096 events at most; where some are lost, a line says so.",
     .examples = "  hearsay events\n"
                 "  hearsay events --follow\n"
                 "  hearsay events --follow --json | jq -r 'select(.event==\"peer_active\").node_id'\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
