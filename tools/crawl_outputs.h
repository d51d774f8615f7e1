// SPDX-License-Identifier: MIT
//
// CrawlOutputs: what is made of a census: the files of `--out DIR` in the formats of `--formats`, with the places that
// the databases of `--geo` give its nodes, and the rows that `--post` puts into PostgreSQL.
//
// Everything that can be wrong is found before the crawl (Prepare), so that nobody waits for a map that cannot be
// written. Each file is replaced as a whole (node/io/replace_file.h); one that fails does not keep the others back, and
// the post comes last: the map is never lost to a database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "crawler/io/census_post.h"
#include "crawler/io/geo_databases.h"
#include "crawler/report/map_header.h"
#include "crawler/report/places.h"
#include "tools/report.h"

namespace CLI {
class App;
}

namespace hearsay {

struct OutputOptions {
  std::string out;  // folder; empty: no files
  std::vector<std::string> formats;  // empty: all
  std::vector<std::string> geo;      // paths of databases
  std::string post;                  // a PostgreSQL address; empty: no post. It may hold a password
};
void AddOutputOptions(CLI::App& app, OutputOptions& options);

class CrawlOutputs {
 public:
  // Makes the folder and opens the databases of places; PostgreSQL is not asked yet.
  static tl::expected<CrawlOutputs, Refusal> Prepare(const OutputOptions& options);

  struct Made {
    Places places;
    std::vector<std::string> files;   // paths, in the order of the formats
    struct Post {
      std::string database;  // without passwords
      Posted rows;
    };
    std::optional<Post> post;
    std::vector<std::string> errors;  // one line each: a file that could not be written, a damaged database
  };
  // The files. `history_json` is a timeline (crawler/history/timeline_json.h), or "null".
  Made Make(const Census& census, const MapHeader& header, std::string_view history_json);
  bool MayPost() const { return post_.has_value(); }
  // The rows, after Make. It may wait for a server for minutes (kPostPatience).
  void Post(const Census& census, const MapHeader& header, Made& made);

 private:
  CrawlOutputs(const OutputOptions& options, GeoDatabases places) : options_(options), geo_(std::move(places)) {}
  PlaceLookup Lookup();
  void WriteFiles(const Census& census, const MapHeader& header, std::string_view history_json, Made& made) const;

  OutputOptions options_;
  GeoDatabases geo_;
  std::optional<PostgresAddress> post_;
};

}  // namespace hearsay
