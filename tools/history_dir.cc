// SPDX-License-Identifier: MIT
#include "tools/history_dir.h"

#include "node/io/data_dir.h"

namespace hearsay {

void AddHistoryDir(CLI::App& app, std::string& data_dir) {
  app.add_option("--data-dir", data_dir,
                 "Where `hearsay crawl --data-dir` or a seed keeps the history. Default: HEARSAY_DATA_DIR, or where a "
                 "node keeps its data that was told nothing.")
      ->type_name("DIR");
}

Result<std::string> HistoryDir(const std::string& given) {
  std::string found = given.empty() ? DefaultDataDir(SystemEnvironment()) : given;
  if (found.empty()) return tl::unexpected<std::string>("no data directory is known; give --data-dir");
  return found;
}

}  // namespace hearsay
