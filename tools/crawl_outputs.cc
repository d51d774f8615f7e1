// SPDX-License-Identifier: MIT
#include "tools/crawl_outputs.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "node/io/replace_file.h"
#include "tools/report.h"

namespace hearsay {
namespace {

Result<void> PrepareFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return tl::unexpected("cannot make the folder '" + folder + "': " + error.message() + "; give another --out");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return tl::unexpected("cannot write into '" + folder + "': " + std::strerror(errno) + "; give another --out");
  }
  return {};
}

}  // namespace

void AddOutputOptions(CLI::App& app, OutputOptions& options) {
  app.add_option("--out", options.out, "Write DIR/map.json. Default: only the summary is shown.")->type_name("DIR");
}

tl::expected<CrawlOutputs, ExitCode> CrawlOutputs::Prepare(const char* command, const OutputOptions& options) {
  CrawlOutputs outputs;
  outputs.folder_ = options.out;
  if (!options.out.empty()) {
    if (const auto ready = PrepareFolder(options.out); !ready) return tl::unexpected(Fail(command, ready.error()));
  }
  return outputs;
}

CrawlOutputs::Written CrawlOutputs::Write(const Census& census, const Places& places, const MapHeader& header) const {
  Written written;
  if (folder_.empty()) return written;
  const std::string path = (std::filesystem::path(folder_) / "map.json").string();
  const auto done = ReplaceFile(path, [&](std::ostream& out) { WriteMapJson(census, header, places, out); });
  if (done) {
    written.files.push_back(path);
  } else {
    written.errors.push_back(done.error());
  }
  return written;
}

Places CrawlOutputs::Locate(const Census&) const { return {}; }

}  // namespace hearsay
