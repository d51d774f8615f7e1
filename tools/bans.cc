// SPDX-License-Identifier: MIT
//
// hearsay bans: whom a running node has nothing to do with, and why.
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

// Two lines a ban: a node id alone takes most of a terminal's width, and must be there whole to be lifted.
std::string Lines(const Json& ban) {
  const Json& expires = ban.at("expires");
  const std::string until = expires.is_string() ? "until " + expires.get<std::string>() : "for good";
  const std::string by = ban.at("source") == "settings" ? "by the settings" : "by command";
  const std::string reason = ban.at("reason");
  return Printable(ban.at("subject").get<std::string>()) + "\n    " +
         Printable(until + ", " + by + (reason.empty() ? "" : ": " + reason)) + "\n";
}

int Bans(const Options& options) {
  const auto api = NodeApi::Find(options.api, SystemEnvironment());
  if (!api) return Fail("bans", api.error());
  const auto body = api->Get("/v1/bans");
  if (!body) return Fail("bans", body.error());
  std::string out = *body + "\n";
  if (!options.as_json) {
    try {
      out.clear();
      const Json answer = Json::parse(*body);
      for (const Json& ban : answer.at("bans")) out += Lines(ban);
      const std::size_t count = answer.at("bans").size();
      out += std::to_string(count) + (count == 1 ? " ban\n" : " bans\n");
    } catch (const Json::exception&) {
      return Fail("bans", "the answer is no list of bans of this version's; ask a node of this version, or use --json");
    }
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_flag("--json", options->as_json, "Print the API's JSON object as it is (docs/api.md).");
  AddApiOptions(app, options->api);
  app.callback([options, &exit_code] { exit_code = Bans(*options); });
}

const RegisterCommand kRegistered{
    {.name = "bans",
     .group = CommandGroup::kAsk,
     .summary = "List whom a running node bans, and why",
     .description = "Lists the bans of a running node: the subject, until when, who said so (a command, which `hearsay "
                    "unban` takes back, or the settings) and the reason.",
     .examples = "  hearsay bans\n"
                 "  hearsay bans --json | jq -r '.bans[] | select(.source == \"command\").subject'\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
