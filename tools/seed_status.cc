// SPDX-License-Identifier: MIT
//
// hearsay seed status: how fresh and how good what a seed gives away is, read from its history beside it.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <memory>

#include "crawler/history/history_store.h"
#include "crawler/seed/seed_rule.h"
#include "node/io/clock.h"
#include "node/io/identity_file.h"
#include "proto/rfc3339.h"
#include "tools/commands.h"
#include "tools/history_dir.h"
#include "tools/report.h"
#include "tools/seed_rule_text.h"

namespace hearsay {
namespace {

struct Options {
  std::string data_dir;
  bool as_json = false;
};

const CensusPoint* LastComplete(const History& history) {
  return history.timeline().Last([](const CensusPoint& point) { return point.complete; });
}

nlohmann::ordered_json RuleJson(const SeedRule& rule) {
  nlohmann::ordered_json out;
  for (const SeedRuleNumber& number : SeedRuleNumbers()) {
    // What is said is meant: .85 is stored as the float 0.85000002.
    out[std::string(number.name)] = std::round(number.get(rule) * 1e6) / 1e6;
  }
  return out;
}

// In lines of at most 80 columns.
std::string RuleText(const SeedRule& rule) {
  constexpr std::size_t kColumns = 80;
  std::string out;
  std::string line = "rule:";
  for (const SeedRuleNumber& number : SeedRuleNumbers()) {
    const bool own = number.get(rule) != number.get({});
    const std::string word = fmt::format(" {}={}{}", number.name, SeedRuleValue(rule, number), own ? " (set)" : "");
    if (line.size() + word.size() > kColumns) {
      out += line + "\n";
      line = "     ";
    }
    line += word;
  }
  return out + line + "\n";
}

// Of others: crawls meet the seed itself as well, and it is not among whom it chooses from.
struct Others {
  std::size_t known = 0;
  GoodNodes nodes;
};

Others OthersOf(const History& history, const std::string& directory, const SeedRule& rule) {
  // None in the directory of a crawl; none for a reader who may not see it, and who then counts the seed too.
  const auto self = LoadIdentity(directory);
  const bool is_met = self && history.Find(self->id()) != nullptr;
  return {.known = history.nodes().size() - (is_met ? 1 : 0),
          .nodes = history.Good(rule.good, rule.wanted,
                                [&](const NodeLife& node) { return !self || node.id != self->id(); })};
}

std::string Json(const History& history, const Others& others, const SeedRule& rule, Time now) {
  const GoodNodes& nodes = others.nodes;
  const CensusPoint* last = LastComplete(history);
  nlohmann::ordered_json out = {{"censuses", history.timeline().points().size()},
                                {"last_complete_census", nullptr},
                                {"census_age_seconds", nullptr},
                                {"known", others.known},
                                {"good", nodes.good},
                                {"doubtful", nodes.doubtful},
                                {"gone", nodes.gone},
                                {"wanted", rule.wanted},
                                {"short", nodes.few},
                                {"rule", RuleJson(rule)}};
  if (last != nullptr) {
    out["last_complete_census"] = FormatRfc3339(last->at);
    out["census_age_seconds"] = SecondsOf(now - last->at);
  }
  return out.dump() + "\n";
}

std::string Text(const History& history, const Others& others, const SeedRule& rule, Time now) {
  const GoodNodes& nodes = others.nodes;
  const CensusPoint* last = LastComplete(history);
  std::string out =
      last == nullptr
          ? std::string("no complete census yet: what its node has verified is served\n")
          : fmt::format("last complete census {}, {} s ago: {} nodes, {} reachable\n", FormatRfc3339(last->at),
                        (now - last->at) / std::chrono::seconds{1}, last->nodes, last->reachable);
  out += fmt::format("{} nodes known, {} good\n", others.known, nodes.good);
  if (others.known > 0 && nodes.few) {
    out += fmt::format("few are good: {} groups are wanted", rule.wanted);
    if (nodes.doubtful > 0) out += fmt::format("; {} others that answer are served too", nodes.doubtful);
    if (nodes.gone > 0) out += fmt::format("; {} that have gone are served too", nodes.gone);
    out += nodes.doubtful + nodes.gone == 0 ? "; there are no others to serve\n" : "\n";
  }
  out += RuleText(rule);
  return out;
}

int Show(const Options& options) {
  const auto directory = HistoryDir(options.data_dir);
  if (!directory) return Fail("seed status", directory.error());
  const auto store = HistoryStore::OpenToRead(*directory);
  if (!store) return Fail("seed status", store.error());
  const History& history = (*store)->history();
  const auto rule = LoadSeedRule(*directory);
  if (!rule) return Fail("seed status", rule.error());
  const Others others = OthersOf(history, *directory, *rule);
  const Time now = SystemClock().Now();
  std::fputs((options.as_json ? Json(history, others, *rule, now) : Text(history, others, *rule, now)).c_str(), stdout);
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddHistoryDir(app, options->data_dir);
  app.add_flag("--json", options->as_json, "Print one JSON object.");
  app.callback([options, &exit_code] { exit_code = Show(*options); });
}

const RegisterCommand kRegistered{
    {.name = "seed status",
     .group = CommandGroup::kRun,
     .summary = "How fresh and how good a seed's peers are",
     .description = "Reads the history of a seed's data directory, also while it runs: when it last knew the whole "
                    "network, how many nodes are good by the rule that the seed was started with, whether it "
                    "has to serve others because too few are, and the numbers of that rule. The same figures are "
                    "metrics of the running seed.",
     .examples = "  hearsay seed status --data-dir /srv/seed\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
