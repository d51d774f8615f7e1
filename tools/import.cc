// SPDX-License-Identifier: MIT
//
// hearsay import: what `hearsay export` printed, into the store of a data directory, all of it or nothing
// (store/export.h). It needs the store for itself: beside a running node it is refused.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>

#include "node/io/data_dir.h"
#include "node/io/local_api_address.h"
#include "store/export.h"
#include "store/lmdb_store.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

struct Options {
  SettingsSources sources;
  std::string file;
  bool as_json = false;
};

void Print(const ImportReport& report, bool as_json) {
  if (as_json) {
    const nlohmann::ordered_json out{
        {"peers", report.peers}, {"bans", report.bans}, {"older", report.older}, {"state", report.state}};
    std::puts(out.dump().c_str());
    return;
  }
  std::printf("%zu peers and %zu bans imported, %zu left out because the store knows as much of them%s\n", report.peers,
              report.bans, report.older, report.state ? "; the node's state was merged" : "");
}

int Import(const Options& options) {
  const auto settings = LoadSettings(options.sources);
  if (!settings) return ReportSettingsErrors("import", settings.error());
  std::ifstream file;
  const bool from_file = options.file != "-";
  if (from_file) file.open(options.file, std::ios::binary);
  if (from_file && !file) {
    return Fail("import", "file " + options.file + ": " + std::strerror(errno) +
                              "; name a file that `hearsay export` wrote, or - for standard input");
  }
  if (const auto made = EnsureDataDir(settings->data_dir); !made) return Fail("import", made.error());
  RemoveKilledApiAddress(settings->data_dir);
  auto store = LmdbStore::Open(settings->data_dir, {.capacity = settings->store_capacity,
                                                    .map_bytes = std::size_t{settings->store_map_mib} << 20});
  if (!store) return Fail("import", store.error());
  std::ios::sync_with_stdio(false);
  const auto report = ImportStore(**store, from_file ? file : std::cin, settings->store_capacity);
  if (!report) return Fail("import", (from_file ? "file " + options.file : "standard input") + ": " + report.error());
  Print(*report, options.as_json);
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  static constexpr std::string_view kKeys[] = {"data_dir", "store_capacity", "store_map_mib"};
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "What `hearsay export` printed; - is standard input.")->required();
  AddSettingsOptions(app, options->sources, kKeys);
  app.add_flag("--json", options->as_json, "Print one JSON object: peers, bans, older, state.");
  app.callback([options, &exit_code] {
    options->sources.environment = SystemEnvironment();
    exit_code = Import(*options);
  });
}

const RegisterCommand kRegistered{
    {.name = "import",
     .group = CommandGroup::kRun,
     .summary = "Add exported peers to what a node remembers",
     .description = "Reads the lines that `hearsay export` prints and adds them to the store of a data directory, "
                    "which is made if there is none. Of two entries for one peer the one verified last stays, of two "
                    "bans the one made last; nothing is taken back. Every line is checked first: one that "
                    "is wrong is named, and nothing is changed. Stop a node that runs on the directory before.",
     .examples = "  hearsay import peers.jsonl\n"
                 "  hearsay export --data-dir /srv/old | hearsay import - --data-dir /srv/new\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
