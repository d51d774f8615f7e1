// SPDX-License-Identifier: MIT
//
// CrawlOutputs: what is made of a census: the files of `--out DIR` in the formats of `--formats`.
//
// Everything that can be wrong is found before the crawl (Prepare), so that nobody waits for a map that cannot be
// written. Each file is replaced as a whole (node/io/replace_file.h); one that fails does not keep the others back.
#pragma once

#include <string>
#include <vector>

#include "crawler/report/map_json.h"
#include "tools/calling.h"

namespace CLI {
class App;
}

namespace hearsay {

struct OutputOptions {
  std::string out;  // folder; empty: no files
};
void AddOutputOptions(CLI::App& app, OutputOptions& options);

class CrawlOutputs {
 public:
  // Makes the folder. What is wrong is said already, as `command`'s.
  static tl::expected<CrawlOutputs, ExitCode> Prepare(const char* command, const OutputOptions& options);

  struct Written {
    std::vector<std::string> files;   // paths, in the order of the formats
    std::vector<std::string> errors;  // one line each
  };
  Written Write(const Census& census, const Places& places, const MapHeader& header) const;

  // Where the nodes of a census are, as far as anybody was given who knows.
  Places Locate(const Census& census) const;

 private:
  std::string folder_;
};

}  // namespace hearsay
