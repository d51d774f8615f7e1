// SPDX-License-Identifier: MIT
//
// hearsay check: everything that `hearsay run` would refuse to start with, told at once and without starting.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <cstdio>
#include <memory>

#include "node/io/as_file.h"
#include "node/io/api_token.h"
#include "node/io/ca_file.h"
#include "node/io/identity_file.h"
#include "node/io/network_key_file.h"
#include "node/io/settings_table.h"
#include "node/io/weights_file.h"
#include "proto/text.h"
#include "tools/commands.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

struct Options {
  SettingsSources sources;
  std::string file;
  bool print = false;
  bool describe = false;
  bool as_json = false;
};

// The files that the settings name. Nothing is made: an identity that is not there yet is fine, and so is no data
// directory.
std::vector<std::string> CheckFiles(const Settings& settings, AsFileSummary& as_file) {
  std::vector<std::string> wrong;
  const auto keep = [&](const auto& result) {
    if (!result) wrong.push_back(result.error());
  };
  struct stat info {};
  const bool has_identity =
      !settings.data_dir.empty() && ::lstat(IdentityPath(settings.data_dir).c_str(), &info) == 0;
  if (has_identity) keep(LoadIdentity(settings.data_dir));
  keep(LoadNetworkKey(settings.network, settings.network_key_file));
  if (!settings.api_token_file.empty()) keep(ApiToken::ReadFile(settings.api_token_file));
  if (!settings.weights_file.empty()) keep(LoadWeights(settings.weights_file));
  if (!settings.as_file.empty()) {
    const auto summary = SummarizeAsFile(settings.as_file);
    keep(summary);
    if (summary) as_file = *summary;
  }
  keep(CheckCaFile(settings.list_ca_file));
  return wrong;
}

int ReportErrors(const SettingsErrors& errors, bool as_json) {
  if (!as_json) return ReportSettingsErrors("check", errors);
  const nlohmann::ordered_json out{{"ok", false}, {"errors", errors.lines}};
  std::puts(out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return errors.usage ? kExitUsage : kExitFailed;
}

int Check(Options options) {
  if (options.describe) {
    std::fputs(DescribeSettings().c_str(), stdout);
    return kExitFine;
  }
  if (!options.file.empty()) options.sources.config_file = options.file;
  const auto settings = LoadSettings(options.sources);
  AsFileSummary as_file;
  SettingsErrors errors = settings ? SettingsErrors{} : settings.error();
  // Also after errors: a wrong value hides nothing of what files hold. The line that counts the rest stays last.
  const auto of_files = CheckFiles(settings ? *settings : errors.partial, as_file);
  const bool counts_the_rest = errors.lines.size() > kMaxSettingsErrors;
  errors.lines.insert(errors.lines.end() - (counts_the_rest ? 1 : 0), of_files.begin(), of_files.end());
  if (!errors.lines.empty()) return ReportErrors(errors, options.as_json);
  if (options.print) {
    std::fputs(PrintSettings(*settings).c_str(), stdout);
  } else if (options.as_json) {
    std::printf("{\"ok\":true,\"errors\":[],\"as_prefixes\":%zu,\"as_contradicting\":%zu}\n", as_file.prefixes,
                as_file.contradicting);
  } else {
    std::puts("fine: nothing is wrong with these settings");
    if (!settings->as_file.empty()) {
      std::printf("as_file %s: %zu prefixes\n", Printable(settings->as_file).c_str(), as_file.prefixes);
    }
    if (as_file.contradicting != 0) {
      std::printf("lines that repeat a prefix with another AS, and do not count: %zu\n", as_file.contradicting);
    }
  }
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "The same as --config FILE.");
  app.add_flag("--print", options->print, "Print the effective settings as YAML, without secrets.");
  app.add_flag("--json", options->as_json,
               "Print one JSON object: ok, errors, as_prefixes, as_contradicting (docs/settings.md).")
      ->excludes("--print");
  app.add_flag("--describe", options->describe, "Print docs/settings.md.")->group("");
  AddSettingsOptions(app, options->sources);
  app.callback([options, &exit_code] {
    options->sources.environment = SystemEnvironment();
    exit_code = Check(*options);
  });
}

const RegisterCommand kRegistered{
    {.name = "check",
     .group = CommandGroup::kRun,
     .summary = "Check settings, or print the effective ones",
     .description = "Reads settings as `hearsay run` does, from flags, HEARSAY_ variables and the file, and reports "
                    "everything that is wrong, each with its place. The key, token, weights, AS, CA and identity "
                    "files that they name are read too; of each of them the first wrong line is told. Nothing is "
                    "started, made or changed. Exit code 0: fine; 1: something is wrong; 2: a flag is wrong.",
     .examples = "  hearsay check node.yaml\n"
                 "  hearsay check -c node.yaml --print\n"
                 "  HEARSAY_PEERS=seed.example.net hearsay check --print\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
