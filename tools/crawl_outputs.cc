// SPDX-License-Identifier: MIT
#include "tools/crawl_outputs.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "crawler/report/map_csv.h"
#include "crawler/report/map_dot.h"
#include "crawler/report/map_graphml.h"
#include "crawler/report/map_html.h"
#include "crawler/report/map_json.h"
#include "node/io/replace_file.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace hearsay {
namespace {

struct Input {
  const Census& census;
  const MapHeader& header;
  const Places& places;
  std::string_view history_json;
};

void WriteJson(const Input& in, std::ostream& out) { WriteMapJson(in.census, in.header, in.places, out); }
void WriteNodes(const Input& in, std::ostream& out) { WriteNodesCsv(in.census, in.places, out); }
void WriteEdges(const Input& in, std::ostream& out) { WriteEdgesCsv(in.census, out); }
void WriteGraphml(const Input& in, std::ostream& out) { WriteMapGraphml(in.census, in.header, in.places, out); }
void WriteHtml(const Input& in, std::ostream& out) {
  std::ostringstream map;
  WriteMapJson(in.census, in.header, in.places, map);
  WriteMapHtml(map.view(), in.history_json, out);
}
void WriteDot(const Input& in, std::ostream& out) { WriteMapDot(in.census, in.header, in.places, out); }

// One line a file; a format may have several.
struct File {
  std::string_view format;
  std::string_view name;
  void (*write)(const Input& in, std::ostream& out);
  std::string (*why_not)(const Census& census) = nullptr;  // empty: it can be written
};
constexpr File kFiles[] = {
    {"json", "map.json", WriteJson},          {"csv", "nodes.csv", WriteNodes}, {"csv", "edges.csv", WriteEdges},
    {"graphml", "map.graphml", WriteGraphml}, {"dot", "map.dot", WriteDot},
    {"html", "map.html", WriteHtml, WhyNoMapHtml},
};

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

bool IsFormat(std::string_view name) {
  return std::any_of(std::begin(kFiles), std::end(kFiles), [&](const File& file) { return file.format == name; });
}

// "json, csv, ...", each once.
std::string FormatNames() {
  std::string out;
  std::string_view last;
  for (const File& file : kFiles) {
    if (file.format != last) out += (out.empty() ? "" : ", ") + std::string(file.format);
    last = file.format;
  }
  return out;
}

}  // namespace

void AddOutputOptions(CLI::App& app, OutputOptions& options) {
  app.add_option("--out", options.out, "Write the map into this folder. Default: only the summary is shown.")
      ->type_name("DIR");
  app.add_option("--formats", options.formats, "With --out: " + FormatNames() + ". Default: all.")
      ->type_name("LIST")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--geo", options.geo,
                 "A MaxMind DB file of countries, cities or autonomous systems (ASN), for the places of nodes. "
                 "Repeatable; the first that knows an address counts.")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--post", options.post,
                 "Put the census into PostgreSQL: postgresql://USER@HOST:PORT/DATABASE, and the password into "
                 "PGPASSWORD or ~/.pgpass. See docs/postgres.md.")
      ->type_name("URI");
}

tl::expected<CrawlOutputs, Refusal> CrawlOutputs::Prepare(const OutputOptions& options) {
  for (const std::string& format : options.formats) {
    if (IsFormat(format)) continue;
    return tl::unexpected(Refusal::Usage("--formats '" + format + "' is unknown; choose from " + FormatNames()));
  }
  if (!options.formats.empty() && options.out.empty()) {
    return tl::unexpected(Refusal::Usage("--formats says how, --out DIR must say where"));
  }
  std::optional<PostgresAddress> post;
  if (!options.post.empty()) {
    auto address = PostgresAddress::Parse(options.post);
    if (!address) return tl::unexpected(Refusal::Usage("--post: " + address.error()));
    post = std::move(*address);
  }
  auto geo = GeoDatabases::Open(options.geo);
  if (!geo) return tl::unexpected(Refusal::Failed(geo.error()));
  if (!options.out.empty()) {
    if (const auto ready = PrepareFolder(options.out); !ready) return tl::unexpected(Refusal::Failed(ready.error()));
  }
  CrawlOutputs outputs(options, std::move(*geo));
  outputs.post_ = std::move(post);
  return outputs;
}

CrawlOutputs::Made CrawlOutputs::Make(const Census& census, const MapHeader& header, std::string_view history_json) {
  Made made;
  if (!geo_.empty()) {
    made.places = Places(census, Lookup());
    if (geo_.Fault()) made.errors.push_back(*geo_.Fault());
  }
  if (!options_.out.empty()) WriteFiles(census, header, history_json, made);
  return made;
}

void CrawlOutputs::Post(const Census& census, const MapHeader& header, Made& made) {
  const PlaceLookup lookup = Lookup();
  auto posted = PostCensus(*post_, {census, header, made.places, lookup});
  if (posted) made.post = Made::Post{post_->Display(), std::move(*posted)};
  if (!posted) made.errors.push_back(posted.error());
}

PlaceLookup CrawlOutputs::Lookup() {
  if (geo_.empty()) return {};
  return [this](const IpAddress& address) { return geo_.Lookup(address); };
}

void CrawlOutputs::WriteFiles(const Census& census, const MapHeader& header, std::string_view history_json,
                              Made& made) const {
  const Input input{census, header, made.places, history_json};
  for (const File& file : kFiles) {
    const auto& wanted = options_.formats;
    if (!wanted.empty() && std::count(wanted.begin(), wanted.end(), file.format) == 0) continue;
    const std::string path = (std::filesystem::path(options_.out) / file.name).string();
    if (const std::string why = file.why_not != nullptr ? file.why_not(census) : ""; !why.empty()) {
      made.errors.push_back("cannot write '" + path + "': " + why);
      continue;
    }
    const auto done = ReplaceFile(path, [&](std::ostream& out) { file.write(input, out); });
    if (done) {
      made.files.push_back(path);
    } else {
      made.errors.push_back(done.error());
    }
  }
}

}  // namespace hearsay
