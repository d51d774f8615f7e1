// SPDX-License-Identifier: MIT
#include "crawler/io/census_post.h"

#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "crawler/io/census_schema.h"
#include "crawler/io/postgres.h"
#include "crawler/report/clean_text.h"
#include "crawler/report/map_json.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using Text = std::optional<std::string>;

// Any number: posts wait for each other on it. ASCII "hearsay".
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(29384866784305529)";

std::string JsonOf(const Attributes& attributes) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [key, value] : attributes) object[CleanText(key)] = CleanText(value);
  return object.dump();
}

std::string Boolean(bool value) { return value ? "true" : "false"; }

// The lines of the staging table, one endpoint after the other.
class Stage {
 public:
  explicit Stage(const CensusToPost& post) : post_(post) {}

  bool Next(std::string& text) {
    const Census& census = post_.census;
    for (; node_ < census.nodes.size(); ++node_, endpoint_ = 0) {
      const MappedNode& node = census.nodes[node_];
      const std::size_t own = node.endpoints.size();
      if (endpoint_ >= own + node.unconfirmed.size()) continue;
      const bool is_own = endpoint_ < own;
      AddNode(node, is_own ? node.endpoints[endpoint_] : node.unconfirmed[endpoint_ - own],
              is_own ? node.verdict : Verdict::kUnconfirmed, text);
      ++endpoint_;
      return true;
    }
    for (; silent_ < census.silent.size(); ++silent_) {
      const MappedEndpoint& silent = census.silent[silent_];
      if (silent.verdict == Verdict::kNotVisited) continue;  // nothing is known of it
      std::vector<Text> fields(7);
      fields[0] = VerdictName(silent.verdict);
      fields[1] = Boolean(false);
      Add(std::nullopt, silent.endpoint, fields, text);
      ++silent_;
      return true;
    }
    return false;
  }

 private:
  void AddNode(const MappedNode& node, const Endpoint& endpoint, Verdict verdict, std::string& text) const {
    std::vector<Text> fields{std::string(VerdictName(verdict)), Boolean(node.suspect), Text{}};
    if (node.rtt) fields.back() = std::to_string(node.rtt->count());
    if (node.record) {
      fields.insert(fields.end(), {CleanText(node.record->software), CleanText(node.record->name),
                                   std::string(RoleName(node.record->role)), JsonOf(node.record->attributes)});
    } else {
      fields.resize(fields.size() + 4);
    }
    Add("\\x" + node.id.ToString(), endpoint, fields, text);
  }
  void Add(const Text& id, const Endpoint& endpoint, const std::vector<Text>& fields, std::string& text) const {
    const Place place = post_.lookup ? post_.lookup(endpoint.address) : Place{};
    const Text as = place.as ? Text(std::to_string(*place.as)) : Text{};
    const Text as_name = place.as_name ? Text(CleanText(*place.as_name)) : Text{};
    text += Postgres::CopyField(id) + '\t' + endpoint.address.ToString() + '\t' + std::to_string(endpoint.port);
    for (const Text& field : fields) text += '\t' + Postgres::CopyField(field);
    for (const Text& field : {place.country, as, as_name}) text += '\t' + Postgres::CopyField(field);
    text += '\n';
  }

  const CensusToPost& post_;
  std::size_t node_ = 0;
  std::size_t endpoint_ = 0;
  std::size_t silent_ = 0;
};

// One post: a transaction that ends with the connection unless it was committed.
class Post {
 public:
  Post(Postgres& database, const CensusToPost& post) : database_(database), post_(post) {}

  Result<Posted> Run() {
    return database_.RunScript(census_schema::kBegin)
        .and_then([this] { return database_.RunScript(kLock); })
        .and_then([this] { return EnsureTables(); })
        .and_then([this] { return FindNetwork(); })
        .and_then([this] { return RefuseToGoBack(); })
        .and_then([this] { return InsertCensus(); })
        .and_then([this] { return StageRows(); })
        .and_then([this] { return Merge(); })
        .and_then([this] { return database_.RunScript("COMMIT"); })
        .map([this] { return posted_; });
  }

 private:
  // Asked instead of CREATE IF NOT EXISTS, which wants the right to create also where nothing is to be created.
  Result<void> EnsureTables() {
    const auto has_schema = Is("to_regnamespace('hearsay') IS NOT NULL");
    if (!has_schema) return tl::unexpected(has_schema.error());
    if (!*has_schema) {
      if (const auto made = database_.RunScript(census_schema::kCreateSchema); !made) return made;
    }
    const auto has_tables = Is("to_regclass('hearsay.schema_version') IS NOT NULL");
    if (!has_tables) return tl::unexpected(has_tables.error());
    if (!*has_tables) return database_.RunScript(census_schema::kCreateTables);
    const auto version = database_.Ask("SELECT max(version) FROM hearsay.schema_version");
    if (!version) return tl::unexpected(version.error());
    if (*version == std::to_string(census_schema::kVersion)) return {};
    return tl::unexpected("the tables in its schema 'hearsay' are of version " + version->value_or("none") +
                          ", and this program writes version " + std::to_string(census_schema::kVersion) +
                          "; use another database, or the program that made them");
  }

  Result<void> FindNetwork() {
    const Text name = post_.header.network;
    return Ask("SELECT network FROM hearsay.networks WHERE name = $1", {name})
        .and_then([&](const Text& found) -> Result<Text> {
          if (found) return found;
          return Ask("INSERT INTO hearsay.networks (name) VALUES ($1) RETURNING network", {name});
        })
        .map([this](const Text& found) { network_ = found; });
  }

  // Sightings begin and end in the order of the censuses.
  Result<void> RefuseToGoBack() {
    const auto later = Ask("SELECT max(started_at) FROM hearsay.censuses WHERE network = $1 AND started_at >= $2",
                           {network_, FormatRfc3339Micros(post_.census.started_at)});
    if (!later) return tl::unexpected(later.error());
    if (!*later) return {};
    return tl::unexpected("it holds a census of this network that began later, at " + **later +
                          "; is this machine's clock right?");
  }

  Result<void> InsertCensus() {
    const Census& census = post_.census;
    const CensusSummary summary = Summarize(census);
    Postgres::Parameters values{network_,
                                FormatRfc3339Micros(census.started_at),
                                FormatRfc3339Micros(census.finished_at),
                                Boolean(census.complete),
                                post_.header.software,
                                std::to_string(summary.nodes),
                                std::to_string(summary.reachable),
                                std::to_string(summary.unreachable),
                                std::to_string(summary.edges),
                                std::to_string(summary.suspects)};
    const auto number = [&](double Estimate::*part) {
      return census.estimate ? Text(nlohmann::json((*census.estimate).*part).dump()) : Text{};
    };
    values.insert(values.end(), {number(&Estimate::nodes), number(&Estimate::low), number(&Estimate::high),
                                 SummaryJson(census, post_.places)});
    return Ask("INSERT INTO hearsay.censuses (network, started_at, finished_at, complete, software, nodes, reachable, "
               "unreachable, edges, suspects, estimate, estimate_low, estimate_high, summary) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING census",
               values)
        .map([this](const Text& census_number) { posted_.census = std::atoll(census_number.value_or("").c_str()); });
  }

  Result<void> StageRows() {
    if (const auto made = database_.RunScript(census_schema::kCreateStage); !made) return made;
    Stage stage(post_);
    return database_.Copy(census_schema::kCopyStage, [&](std::string& text) { return stage.Next(text); });
  }

  Result<void> Merge() {
    for (const char* statement : census_schema::kMerge) {
      if (const auto done = Change(statement); !done) return tl::unexpected(done.error());
    }
    return Change(census_schema::kEndSightings)
        .map([this](std::size_t rows) { posted_.ended = rows; })
        .and_then([this] { return Change(census_schema::kBeginSightings); })
        .map([this](std::size_t rows) { posted_.began = rows; });
  }

  Result<Text> Ask(const std::string& sql, const Postgres::Parameters& parameters) {
    return database_.Ask(sql, parameters);
  }
  Result<bool> Is(const std::string& condition) {
    return database_.Ask("SELECT " + condition).map([](const Text& answer) { return answer == "t"; });
  }
  // With as many of the merge's parameters as the statement names.
  Result<std::size_t> Change(const std::string& sql) {
    Postgres::Parameters parameters{network_, std::to_string(posted_.census), Boolean(post_.census.complete)};
    while (!parameters.empty() && sql.find("$" + std::to_string(parameters.size())) == std::string::npos) {
      parameters.pop_back();
    }
    return database_.Run(sql, parameters);
  }

  Postgres& database_;
  const CensusToPost& post_;
  Text network_;
  Posted posted_;
};

}  // namespace

Result<Posted> PostCensus(const PostgresAddress& address, const CensusToPost& post, std::chrono::seconds patience) {
  const std::string name = "the database " + address.Display();
  auto database = Postgres::Connect(address, patience);
  if (!database) {
    return tl::unexpected("cannot reach " + name + ": " + database.error() +
                          "; is it running, and are user and password (PGPASSWORD, ~/.pgpass) right?");
  }
  auto posted = Post(*database, post).Run();
  if (posted) return posted;
  const bool lacks_rights = posted.error().find("(SQLSTATE 42501)") != std::string::npos;
  return tl::unexpected("nothing was posted to " + name + ": " + posted.error() +
                        (lacks_rights ? "; docs/postgres.md says which rights a user needs" : ""));
}

}  // namespace hearsay
