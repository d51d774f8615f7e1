// SPDX-License-Identifier: MIT
//
// hearsay export: what the store of a data directory remembers, as JSON lines (store/export.h). Beside a running node
// too: it reads a snapshot, takes no lock and writes nothing.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <iostream>
#include <memory>

#include "store/export.h"
#include "store/lmdb_store.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

int Export(const SettingsSources& sources) {
  const auto settings = LoadSettings(sources);
  if (!settings) return ReportSettingsErrors("export", settings.error());
  const auto store = LmdbStore::OpenToRead(settings->data_dir);
  if (!store) return Fail("export", store.error());
  std::ios::sync_with_stdio(false);
  const auto report = ExportStore(**store, std::cout);
  if (!report) return Fail("export", report.error());
  if (report->skipped > 0) {
    return Fail("export", "store " + settings->data_dir + ": " + std::to_string(report->skipped) +
                              " of its values cannot be read and are left out; all others are printed");
  }
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  static constexpr std::string_view kKeys[] = {"data_dir"};
  auto sources = std::make_shared<SettingsSources>();
  AddSettingsOptions(app, *sources, kKeys);
  app.callback([sources, &exit_code] {
    sources->environment = SystemEnvironment();
    exit_code = Export(*sources);
  });
}

const RegisterCommand kRegistered{
    {.name = "export",
     .group = CommandGroup::kRun,
     .summary = "Print what a node remembers, as JSON lines",
     .description = "Prints the store of a data directory on standard output: one JSON object a line, first the "
                    "node's state, then the bans made by command, then every peer that it remembers. A node "
                    "may be running on it. The identity and the secrets of the node's state are not printed. "
                    "`hearsay import` takes the lines back.",
     .examples = "  hearsay export > peers.jsonl\n"
                 "  hearsay export --data-dir /srv/node | jq -r '.endpoint // empty'\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
