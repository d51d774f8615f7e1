// SPDX-License-Identifier: MIT
//
// hearsay crawl diff: what is different between two maps.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "crawler/report/map_diff.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace hearsay {
namespace {

constexpr std::size_t kMostShown = 20;  // of each list

struct Options {
  std::string before;
  std::string after;
  bool as_json = false;
};

Result<MapFile> Load(std::string path) {
  if (std::error_code error; std::filesystem::is_directory(path, error)) path += "/map.json";
  std::ifstream in(path, std::ios::binary);
  if (!in) return tl::unexpected("cannot read '" + path + "': " + std::strerror(errno));
  auto map = ReadMap(in);
  if (!map) return tl::unexpected("map '" + path + "': " + map.error());
  return map;
}

int Diff(const Options& options) {
  const auto before = Load(options.before);
  if (!before) return Fail("crawl diff", before.error());
  const auto after = Load(options.after);
  if (!after) return Fail("crawl diff", after.error());
  const MapDiff diff = DiffMaps(*before, *after);
  const std::string text =
      options.as_json ? DiffJson(*before, *after, diff) + "\n" : DiffText(*before, *after, diff, kMostShown);
  std::fputs(text.c_str(), stdout);
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("BEFORE", options->before, "A map.json, or the folder that holds it.")->type_name("")->required();
  app.add_option("AFTER", options->after, "Likewise, of a later crawl.")->type_name("")->required();
  app.add_flag("--json", options->as_json, "Print one JSON object with all of it.");
  app.callback([options, &exit_code] { exit_code = Diff(*options); });
}

const RegisterCommand kRegistered{
    {.name = "crawl diff",
     .group = CommandGroup::kNetwork,
     .summary = "What came, went and moved between two maps",
     .description = "Compares two maps that `hearsay crawl --out DIR` wrote: which nodes came, went, moved to other "
                    "endpoints or changed their version. Lists are shown up to 20 entries; --json prints them whole. "
                    "Exit code 0: compared, whether or not they differ; 1: a file cannot be read, or is no map; 2: "
                    "wrong usage.",
     .examples = "  hearsay crawl diff yesterday/map.json today/map.json\n"
                 "  hearsay crawl diff yesterday today --json | jq -r '.went[].node_id'\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
