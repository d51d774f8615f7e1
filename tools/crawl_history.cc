// SPDX-License-Identifier: MIT
//
// hearsay crawl history: the censuses of a data directory over time, and one node's life.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "crawler/history/history_store.h"
#include "crawler/history/timeline_json.h"
#include "node/io/node_id_prefix.h"
#include "proto/rfc3339.h"
#include "proto/text.h"
#include "tools/commands.h"
#include "tools/history_dir.h"
#include "tools/report.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostShown = 24;  // rows of the timeline
constexpr std::array<const char*, Reliability::kWindows> kWindowNames{"2h", "8h", "1d", "1w", "30d"};

struct Options {
  std::string data_dir;
  std::string node;
  bool as_json = false;
};

std::string Second(Time t) {  // "2026-11-21 18:20:05"
  std::string text = FormatRfc3339(t).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string TimelineText(const History& history) {
  const auto& points = history.timeline().points();
  // 80 columns with numbers below ten million.
  std::string out = fmt::format("{:<20} {:>7} {:>9} {:>18} {:>7} {:>7} {:>6}\n", "ENDED (UTC)", "NODES", "REACHABLE",
                                "ESTIMATE, 95 %", "CAME", "WENT", "MOVED");
  for (std::size_t i = points.size() - std::min(points.size(), kMostShown); i < points.size(); ++i) {
    const CensusPoint& point = points[i];
    const std::string estimate =
        point.estimate ? fmt::format("{:.0f} to {:.0f}", point.estimate->low, point.estimate->high) : "-";
    out += fmt::format("{}{} {:>7} {:>9} {:>18} {:>7} {:>7} {:>6}\n", Second(point.at), point.complete ? " " : "*",
                       point.nodes, point.reachable, estimate, point.came, point.went, point.moved);
  }
  const auto incomplete = [](const CensusPoint& point) { return !point.complete; };
  if (std::any_of(points.begin(), points.end(), incomplete)) out += "* not complete\n";
  if (points.size() > kMostShown) out += fmt::format("{} earlier rows; --json shows all\n", points.size() - kMostShown);
  const auto present = std::count_if(history.nodes().begin(), history.nodes().end(),
                                     [](const NodeLife& life) { return life.present; });
  const GoodNodes good = history.Good({}, 0);
  return out + fmt::format("{} nodes known, {} present, {} good\n", history.nodes().size(), present, good.good);
}

Json ArrayOf(const std::vector<NodeAddress>& addresses) {
  Json out = Json::array();
  for (const NodeAddress& address : addresses) {
    out.push_back({{"endpoint", address.endpoint.ToString()}, {"since", FormatRfc3339(address.since)},
                   {"until", FormatRfc3339(address.until)}});
  }
  return out;
}

Json ObjectOf(const NodeLife& life) {
  const bool has_record = !life.software.empty();
  Json out = {{"node_id", life.id.ToString()},
              {"present", life.present},
              {"reachable", life.reachable},
              {"suspect", life.suspect},
              {"excluded", life.excluded},
              {"good", life.MayBeServed() && life.reliability.IsGood({})},
              {"first_seen", FormatRfc3339(life.first_seen)},
              {"last_seen", FormatRfc3339(life.last_seen)},
              {"last_tried", FormatRfc3339(life.last_tried)},
              {"tries", life.reliability.tries()},
              {"successes", life.reliability.successes()},
              {"failures_in_a_row", life.reliability.failures()},
              {"windows", Json::object()},
              {"endpoints", ArrayOf(life.addresses)},
              {"past_endpoints", ArrayOf(life.past)},
              {"software", has_record ? Json(life.software) : Json(nullptr)},
              {"software_since", has_record ? Json(FormatRfc3339(life.software_since)) : Json(nullptr)},
              {"name", life.name},
              {"role", life.role ? Json(RoleName(*life.role)) : Json(nullptr)},
              {"attributes", life.attributes}};
  for (std::size_t i = 0; i < Reliability::kWindows; ++i) {
    const ReliabilityWindow& window = life.reliability.windows()[i];
    out["windows"][kWindowNames[i]] = {{"reliability", window.reliability},
                                       {"count", window.count},
                                       {"watched", life.reliability.Weight(i)}};
  }
  return out;
}

std::string Addresses(const char* label, const std::vector<NodeAddress>& addresses) {
  std::string out;
  for (const NodeAddress& address : addresses) {
    out += fmt::format("  {:<14}{} from {} to {}\n", label, address.endpoint.ToString(), Second(address.since),
                       Second(address.until));
  }
  return out;
}

std::string StateText(const NodeLife& life) {
  std::string out = life.present ? "present" : "absent";
  if (life.present && !life.reachable) out += ", not reachable";
  if (life.suspect) out += ", suspected of lying";
  if (life.excluded) out += ", excludes crawlers";
  if (life.MayBeServed() && life.reliability.IsGood({})) out += ", good";
  return out;
}

std::string LifeText(const NodeLife& life) {
  const Reliability& r = life.reliability;
  std::string out = fmt::format("node {}\n", life.id.ToString());
  out += fmt::format("  {:<14}{}\n", "state", StateText(life));
  out += fmt::format("  {:<14}{}\n  {:<14}{}\n", "first seen", Second(life.first_seen), "last seen",
                     Second(life.last_seen));
  out += fmt::format("  {:<14}{} tries, {} answered, {} failed since the last answer\n", "results", r.tries(),
                     r.successes(), r.failures());
  for (std::size_t i = 0; i < Reliability::kWindows; ++i) {
    // A window that was watched for a part of it says how the node was in that part.
    const double watched = r.Weight(i);
    const double up = watched > 0 ? std::min(1.0, r.windows()[i].reliability / watched) : 0;
    out += fmt::format("  {:<14}up {:.1f} % of what was watched, {:.1f} % of it; {:.1f} results\n",
                       std::string("in ") + kWindowNames[i], up * 100, watched * 100, r.windows()[i].count);
  }
  out += Addresses("endpoint", life.addresses) + Addresses("was at", life.past);
  if (!life.software.empty()) {
    out += fmt::format("  {:<14}{} since {}\n", "software", Printable(life.software), Second(life.software_since));
  }
  if (!life.name.empty()) out += fmt::format("  {:<14}{}\n", "name", Printable(life.name));
  if (life.role) out += fmt::format("  {:<14}{}\n", "role", RoleName(*life.role));
  return out;
}

int ShowNode(const Options& options, const NodeIdPrefix& prefix, const History& history) {
  const NodeLife* found = nullptr;
  for (const NodeLife& life : history.nodes()) {
    if (!prefix.Matches(life.id)) continue;
    if (found != nullptr) {
      return Fail("crawl history", "several nodes begin with '" + options.node + "'; give more digits");
    }
    found = &life;
  }
  if (found == nullptr) return Fail("crawl history", "no node '" + options.node + "' in the history");
  const std::string text = options.as_json
                               ? ObjectOf(*found).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                               : LifeText(*found);
  std::fputs(text.c_str(), stdout);
  return kExitFine;
}

int Show(const Options& options) {
  const auto prefix = NodeIdPrefix::Parse(options.node);
  if (!options.node.empty() && !prefix) {
    return Usage("crawl history", "--node '" + options.node + "' is not " + std::string(NodeIdPrefix::kWanted));
  }
  const auto directory = HistoryDir(options.data_dir);
  if (!directory) return Fail("crawl history", directory.error());
  const auto store = HistoryStore::OpenToRead(*directory);
  if (!store) return Fail("crawl history", store.error());
  const History& history = (*store)->history();
  if (prefix) return ShowNode(options, *prefix, history);
  const std::string text =
      options.as_json ? TimelineJson(history.timeline().points()) + "\n" : TimelineText(history);
  std::fputs(text.c_str(), stdout);
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddHistoryDir(app, options->data_dir);
  app.add_option("--node", options->node, "Show this node's life: its id, or the first 8 digits.")->type_name("ID");
  app.add_flag("--json", options->as_json, "Print JSON: an array of censuses, or the node.");
  app.callback([options, &exit_code] { exit_code = Show(*options); });
}

const RegisterCommand kRegistered{
    {.name = "crawl history",
     .group = CommandGroup::kNetwork,
     .summary = "The censuses of a data directory over time",
     .description = "Shows what `hearsay crawl --data-dir` recorded, also while it runs: one row a census, finer the "
                    "newer, or with --node one node's life: when it was seen, how reliable it was over 2 hours to 30 "
                    "days, where it was, which software it ran. Exit code 1: there is no history, it cannot be read, "
                    "or it does not know the node.",
     .examples = "  hearsay crawl history --data-dir /srv/map\n"
                 "  hearsay crawl history --data-dir /srv/map --node 3b6a27bc\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
