// SPDX-License-Identifier: MIT
//
// hearsay peers: the peers of a running node, as a table, once or every second.
#include <sys/ioctl.h>
#include <unistd.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>

#include "node/io/clock.h"
#include "node/io/json_views.h"
#include "node/io/node_id_prefix.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/explanation.h"
#include "tools/peers_table.h"
#include "tools/report.h"
#include "tools/standard_streams.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

struct Options {
  ApiOptions api;
  PeersQuery query;
  std::string explain;  // the node id, or its first digits; empty: the table
  bool as_json = false;
  bool watch = false;
};

volatile std::sig_atomic_t interrupted = 0;

// What is drawn again and again must not scroll: it is no wider than the terminal, and leaves the last row to the
// cursor.
TableSize SizeOf(bool redraw) {
  constexpr std::size_t kRows = 24;  // of a terminal that does not say
  winsize told{};
  (void)::ioctl(STDOUT_FILENO, TIOCGWINSZ, &told);
  TableSize size;
  if (told.ws_col >= size.columns || (redraw && told.ws_col > 0)) size.columns = told.ws_col;
  if (redraw) size.rows = (told.ws_row > 0 ? told.ws_row : kRows) - 1;
  return size;
}

// The exit code.
int Write(const std::string& text) {
  const std::string lost = WriteStandardOutput(text);
  return lost.empty() ? kExitFine : Fail("peers", lost);
}

// One answer, printed. On a terminal a watched table is drawn over the last one: each line clears what stood behind it,
// and the rest of the screen is cleared at the end, so that nothing flickers.
int Show(const NodeApi& api, const Options& options) {
  const auto body = api.Get(options.query.Target());
  if (!body) return Fail("peers", body.error());
  if (options.as_json) return Write(*body + "\n");
  const bool redraw = options.watch && ::isatty(STDOUT_FILENO) == 1;
  try {
    const std::string table =
        PeersTable(Json::parse(*body).at("peers"), SizeOf(redraw), SystemClock().Now(), redraw ? "\x1b[K\n" : "\n");
    return Write(redraw ? "\x1b[H" + table + "\x1b[J" : table);
  } catch (const Json::exception&) {
    return Fail("peers", "the answer is no list of peers of this version's; ask a node of this version, or use --json");
  }
}

int Explain(const NodeApi& api, const Options& options) {
  const auto body = api.Get("/v1/peers/" + options.explain + "/explain");
  if (!body) return Fail("peers", body.error());
  std::string text = *body + "\n";
  if (!options.as_json) {
    const auto told = ExplanationText(*body, SystemClock().Now());
    if (!told) {
      return Fail("peers", "the answer is no explanation of this version's; ask a node of this version, or use --json");
    }
    text = *told;
  }
  return Write(text);
}

int Watch(const NodeApi& api, const Options& options) {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  if (!options.as_json && ::isatty(STDOUT_FILENO) == 1) Write("\x1b[2J");
  while (interrupted == 0) {
    if (const int code = Show(api, options); code != kExitFine) return code;
    const timespec second{.tv_sec = 1, .tv_nsec = 0};
    if (interrupted == 0) ::nanosleep(&second, nullptr);  // a signal ends it early
  }
  return kExitFine;
}

int Peers(const Options& options) {
  const auto api = NodeApi::Find(options.api, SystemEnvironment());
  if (!api) return Fail("peers", api.error());
  if (!options.explain.empty()) return Explain(*api, options);
  return options.watch ? Watch(*api, options) : Show(*api, options);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddApiOptions(app, options->api);
  app.add_flag("--json", options->as_json, "Print the API's JSON object as it is (docs/api.md).");
  app.add_flag("--watch", options->watch,
               "Show the table again every second, until Ctrl-C; on a terminal, as much as it has lines for.");
  app.add_option("--state", options->query.state, "Only peers in this state: active, verified, retry, ...")
      ->type_name("STATE")
      ->check(
          [](const std::string& text) {
            return ParsePeerState(text) ? "" : "'" + text + "' is no state; give one of " + PeerStateNames();
          },
          "");
  app.add_option("--attribute", options->query.attributes,
                 "Only peers with this attribute. Repeatable: all must match.")
      ->type_name("K=V")
      ->allow_extra_args(false)
      ->check(CheckAttribute, "");
  app.add_flag("--in-view", options->query.in_view, "Only peers in the view.");
  app.add_option("--explain", options->explain,
                 "Say why this peer is where it is: who told of it, how it was verified, why it was chosen or not. The "
                 "first 8 digits of the id do where no other begins so.")
      ->type_name("NODEID")
      ->check(
          [](const std::string& text) {
            return NodeIdPrefix::Parse(text)
                       ? ""
                       : "'" + text + "' is no node id; give " + std::string(NodeIdPrefix::kWanted);
          },
          "")
      ->excludes("--watch")
      ->excludes("--state")
      ->excludes("--attribute")
      ->excludes("--in-view");
  app.callback([options, &exit_code] { exit_code = Peers(*options); });
}

const RegisterCommand kRegistered{
    {.name = "peers",
     .group = CommandGroup::kAsk,
     .summary = "List a running node's peers",
     .description = "Lists the peers that a running node has a channel to, has verified, or will try again. VIEW says "
                    "whether the peer is one of those that the node chose to keep a channel to, SEEN how long ago it "
                    "was heard; the last column shows the peer's name and attributes, or why it failed.",
     .examples = "  hearsay peers\n"
                 "  hearsay peers --watch --in-view\n"
                 "  hearsay peers --explain 3b6a27bc\n"
                 "  hearsay peers --attribute service=http --json | jq -r '.peers[].endpoint'\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
