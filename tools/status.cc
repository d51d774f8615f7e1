// SPDX-License-Identifier: MIT
//
// hearsay status: what a running node says of itself.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

#include "proto/text.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

struct Options {
  ApiOptions api;
  bool as_json = false;
};

void Row(const char* name, const std::string& value) { std::printf("%-12s %s\n", name, Printable(value).c_str()); }

std::string Joined(const Json& texts, const char* when_empty) {
  std::string out;
  for (const Json& text : texts) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out.empty() ? when_empty : out;
}

std::string Number(const Json& status, const char* key) { return status.at(key).dump(); }

std::string Uptime(double seconds) {
  const auto s = static_cast<long long>(seconds);
  char text[64];
  if (s >= 86400) {
    std::snprintf(text, sizeof text, "%lldd %02lld:%02lld:%02lld", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
  } else {
    std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  }
  return text;
}

// The largest reasons first would need a second look; by name they stay where they were in the last call.
std::string Reasons(const Json& counts) {
  std::string out;
  for (const auto& [name, count] : counts.items()) out += (out.empty() ? "" : ", ") + name + " " + count.dump();
  return out.empty() ? "none" : out;
}

void Print(const Json& status) {
  Row("node id", status.at("node_id"));
  Row("network", status.at("network").get<std::string>() + (status.at("closed").get<bool>() ? " (closed)" : " (open)"));
  Row("software", status.at("software"));
  Row("up", Uptime(status.at("uptime_seconds")) + ", since " + status.at("started_at").get<std::string>());
  Row("listen", Joined(status.at("listen"), "nowhere"));
  Row("known as", Joined(status.at("own_endpoints"), "no endpoint known to be ours yet"));
  Row("api", status.at("api"));
  Row("view", Number(status, "view") + " peers, " + Number(status, "channels") + " channels");
  Row("table", Number(status, "table") + " verified, " + Number(status, "heard") + " heard of, " +
                   Number(status, "dialling") + " being dialled");
  Row("weight", Number(status, "online_weight") + " online, minimum " + Number(status, "online_weight_minimum"));
  const bool by_as = status.at("as_prefixes") != 0;
  Row("groups", by_as ? "by AS (" + Number(status, "as_prefixes") + " prefixes), else /16 and /32" : "/16 and /32");
  Row("dropped", Reasons(status.at("drops")));
  Row("failed dials", Reasons(status.at("dial_failures")));
  if (status.at("bans") != 0) Row("bans", Number(status, "bans") + "; `hearsay bans` shows them");
  if (status.at("duplicate_identities") != 0) {
    Row("WARNING", Number(status, "duplicate_identities") +
                       " other live processes hold this node's identity; give each its own data directory");
  }
}

int Status(const Options& options) {
  const auto api = NodeApi::Find(options.api, SystemEnvironment());
  if (!api) return Fail("status", api.error());
  const auto body = api->Get("/v1/status");
  if (!body) return Fail("status", body.error());
  if (options.as_json) {
    std::puts(body->c_str());
    return kExitFine;
  }
  try {
    Print(Json::parse(*body));
  } catch (const Json::exception&) {
    return Fail("status", "the answer is no status of this version's; ask a node of this version, or use --json");
  }
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddApiOptions(app, options->api);
  app.add_flag("--json", options->as_json, "Print the API's JSON object as it is (docs/api.md).");
  app.callback([options, &exit_code] { exit_code = Status(*options); });
}

const RegisterCommand kRegistered{
    {.name = "status",
     .group = CommandGroup::kAsk,
     .summary = "Show what a running node says of itself",
     .description =
         "Shows a running node's identity, network, endpoints, and how many peers it has: the view (peers of "
         "its choice with an active channel), the table (verified) and what it has only heard of.",
     .examples = "  hearsay status\n"
                 "  hearsay status --json | jq .view\n"
                 "  hearsay status --api unix:/run/hearsay/api.sock\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
