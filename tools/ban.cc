// SPDX-License-Identifier: MIT
//
// hearsay ban, hearsay unban: whom a running node has nothing to do with.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

#include "node/io/node_id_prefix.h"
#include "proto/ban.h"
#include "proto/text.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

struct Options {
  ApiOptions api;
  std::string subject;
  std::string duration;
  std::string reason;
};

// What the arguments ask of the API, or what is wrong with them.
Result<std::string> BanTarget(const Options& options) {
  std::string target = "/v1/bans?subject=" + EncodeQuery(options.subject);
  if (!options.duration.empty()) {
    const auto duration = ParseDuration(options.duration);
    const auto seconds = duration ? std::chrono::ceil<std::chrono::seconds>(*duration) : std::chrono::seconds{0};
    if (seconds == std::chrono::seconds{0} || seconds > kMaxBanTime) {
      return tl::unexpected("--for '" + options.duration +
                            "' is no time of at most ten years; give 90s, 2h or 7d, or leave it out: for good");
    }
    target += "&seconds=" + std::to_string(seconds.count());
  }
  if (const std::string wrong = CheckBanReason(options.reason); !wrong.empty()) {
    return tl::unexpected("--reason '" + options.reason + "' " + wrong);
  }
  return options.reason.empty() ? target : target + "&reason=" + EncodeQuery(options.reason);
}

// Done, but there is something to know.
void Warn(const nlohmann::json& answer, const char* command) {
  const auto warning = answer.find("warning");
  if (warning != answer.end() && warning->is_string()) Fail(command, "warning: " + warning->get<std::string>());
}

int Ban(const Options& options) {
  const auto target = BanTarget(options);
  if (!target) return Usage("ban", target.error());
  const auto api = NodeApi::Find(options.api, SystemEnvironment());
  if (!api) return Fail("ban", api.error());
  const auto body = api->Change("POST", *target);
  if (!body) return Fail("ban", body.error());
  const auto ban = nlohmann::json::parse(*body, nullptr, false);
  if (!ban.is_object() || !ban.contains("subject") || !ban.contains("expires")) {
    return Fail("ban", "the answer is no ban of this version's; ask a node of this version");
  }
  const bool ends = ban.at("expires").is_string();
  Warn(ban, "ban");
  std::printf("banned %s %s\n", Printable(ban.at("subject").get<std::string>()).c_str(),
              ends ? Printable("until " + ban.at("expires").get<std::string>()).c_str() : "for good");
  return kExitFine;
}

int Unban(const Options& options) {
  const auto api = NodeApi::Find(options.api, SystemEnvironment());
  if (!api) return Fail("unban", api.error());
  const auto body = api->Change("DELETE", "/v1/bans/" + EncodeQuery(options.subject));
  if (!body) return Fail("unban", body.error());
  const auto lifted = nlohmann::json::parse(*body, nullptr, false);
  if (!lifted.is_object() || !lifted.contains("unbanned") || !lifted.at("unbanned").is_string()) {
    return Fail("unban", "the answer is none of this version's; ask a node of this version");
  }
  Warn(lifted, "unban");
  std::printf("unbanned %s\n", Printable(lifted.at("unbanned").get<std::string>()).c_str());
  return kExitFine;
}

void AddSubject(CLI::App& app, Options& options) {
  app.add_option("SUBJECT", options.subject,
                 "A node id, or the first 8 of its digits where the node knows no other that begins so; an address; or "
                 "a prefix: 203.0.113.0/24.")
      ->required()
      ->check(
          [](const std::string& text) {
            const auto subject = ParseBanSubject(text);
            if (subject || NodeIdPrefix::Parse(text)) return std::string();
            return "'" + text + "' " + subject.error() + ". Of a node that is known the first 8 digits will do";
          },
          "");
}

void SetUpBan(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddSubject(app, *options);
  app.add_option("--for", options->duration,
                 "How long: 90s, 30m, 2h, 7d; at most ten years. Default: until it is lifted.")
      ->type_name("TIME");
  app.add_option("--reason", options->reason, "For you and other operators; no peer is told. At most 200 bytes.")
      ->type_name("TEXT");
  AddChangeOptions(app, options->api);
  app.callback([options, &exit_code] { exit_code = Ban(*options); });
}

void SetUpUnban(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddSubject(app, *options);
  AddChangeOptions(app, options->api);
  app.callback([options, &exit_code] { exit_code = Unban(*options); });
}

const RegisterCommand kBan{
    {.name = "ban",
     .group = CommandGroup::kAsk,
     .summary = "Have nothing to do with a node or an address",
     .description = "Makes a running node drop a peer and keep away from it: by node id, which keeps a known nuisance "
                    "away, or by address or prefix, which also holds against whoever makes itself a new id. Peers "
                    "that are covered go at once; none of them is dialled, answered or told to others. The ban is "
                    "stored and holds over restarts; it concerns this node alone. Banning a subject again replaces "
                    "time and reason. The setting `bans` does the same from the configuration.",
     .examples = "  hearsay ban 203.0.113.7 --for 2h --reason \"scans us\"\n"
                 "  hearsay ban 2001:db8::/32\n"
                 "  hearsay ban 3b6a27bc\n",
     .set_up = SetUpBan}};

const RegisterCommand kUnban{
    {.name = "unban",
     .group = CommandGroup::kAsk,
     .summary = "Lift a ban",
     .description = "Lifts a ban that was made by `hearsay ban`. The subject must be the one that was banned: a prefix "
                    "is lifted as a whole. Whom it covered is not dialled for that, but may come back and be heard of "
                    "again. A ban of the settings is taken out there; the error, or a warning where there are both, "
                    "names the place.",
     .examples = "  hearsay unban 203.0.113.7\n"
                 "  hearsay bans --json | jq -r '.bans[].subject' | xargs -n1 hearsay unban\n",
     .set_up = SetUpUnban}};

}  // namespace
}  // namespace hearsay
