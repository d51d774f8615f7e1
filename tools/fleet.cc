// SPDX-License-Identifier: MIT
//
// hearsay fleet: many real nodes in one process, for testing crawlers and seeds. docs/fleet.md.
#include <CLI/CLI.hpp>
#include <malloc.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <memory>

#include "node/io/entropy.h"
#include "node/io/version.h"
#include "proto/rng.h"
#include "tools/between.h"
#include "tools/calling.h"
#include "tools/commands.h"
#include "tools/duration.h"
#include "tools/fleet/fleet.h"
#include "tools/report.h"

namespace hearsay {
namespace {

using fleet::Fleet;
using fleet::FleetConfig;
using fleet::FleetProgress;
using fleet::FleetReady;

constexpr std::size_t kMaxLinks = 64;    // all of them are kept channels to
constexpr std::size_t kMaxLies = 65'536;

struct Options {
  SettingsSources sources;
  std::size_t nodes = 0;
  std::optional<std::uint64_t> seed;
  double dead = 0;
  double natted = 0;
  double liars = 0;
  double churn = 0;
  std::string versions;
  std::string roles = "dual=1";
  std::string base = "127.1.0.0";
  std::uint16_t port = kDefaultPort;
  std::size_t links = 8;
  std::size_t lies = 32;
  std::vector<std::string> peers;
  std::string truth;
  std::string time;
  bool as_json = false;
};

void ShowProgress(const FleetProgress& p) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  std::fputs(terminal ? "\r\x1b[K" : "fleet: ", stderr);
  if (p.phase == FleetProgress::Phase::kStarting) {
    std::fprintf(stderr, "%zu of %zu started, %.0f s", p.started, p.nodes, SecondsOf(p.elapsed));
  } else {
    std::fprintf(stderr, "%zu started; %zu still known to too few, %.0f s", p.started, p.standing.lacking.size(),
                 SecondsOf(p.elapsed));
  }
  std::fputs(terminal ? "" : "\n", stderr);
}

void ShowReady(const FleetReady& ready, const FleetConfig& config, bool as_json) {
  if (::isatty(STDERR_FILENO) == 1) std::fputs("\r\x1b[K", stderr);
  if (as_json) {
    const nlohmann::ordered_json out = {
        {"ready", true},
        {"network", config.network},
        {"seed", config.plan.seed},
        {"endpoint", ready.first.ToString()},
        {"nodes", config.plan.nodes},
        {"reachable", ready.reachable},
        {"natted", ready.natted},
        {"dead", ready.dead},
        {"liars", ready.liars},
        {"verified_by", {{"min", ready.standing.lowest}, {"median", ready.standing.median}}},
        {"seconds", SecondsOf(ready.elapsed)},
        {"truth", config.truth.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(config.truth)}};
    std::printf("%s\n", out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  } else {
    std::printf("ready endpoint=%s network=%s nodes=%zu reachable=%zu natted=%zu dead=%zu liars=%zu verified_by=%zu "
                "seconds=%.1f seed=%llu\n",
                ready.first.ToString().c_str(), config.network.c_str(), config.plan.nodes, ready.reachable,
                ready.natted, ready.dead, ready.liars, ready.standing.lowest, SecondsOf(ready.elapsed),
                static_cast<unsigned long long>(config.plan.seed));
  }
  std::fflush(stdout);
}

// What the fleet's nodes can reach: they have loopback addresses.
tl::expected<std::vector<Endpoint>, Refusal> LookUpPeers(const std::vector<std::string>& texts) {
  std::vector<Endpoint> peers;
  for (const std::string& text : texts) {
    const auto contacts = LookUpContacts(text);
    if (!contacts) return tl::unexpected(contacts.error());
    const std::size_t before = peers.size();
    for (const Resolved::Contact& contact : *contacts) {
      if (contact.endpoint.scope() == Scope::kLoopback && contact.endpoint.address.IsV4()) {
        peers.push_back(contact.endpoint);
      }
    }
    if (peers.size() == before) {
      return tl::unexpected(Refusal::Usage("--peer '" + text + "' is not in 127.0.0.0/8, and nothing else can be "
                                           "reached from there; run the fleet on the peer's machine"));
    }
  }
  return peers;
}

int Run(const FleetConfig& config, bool as_json) {
  // What fits no plan is wrong usage.
  if (const auto plan = fleet::MakePlan(config.plan); !plan) return Usage("fleet", plan.error());
  ::mallopt(M_ARENA_MAX, 1);
  auto fleet = Fleet::Open(config, {.on_progress = ShowProgress, .on_ready = [&](const FleetReady& ready) {
                                      ShowReady(ready, config, as_json);
                                    }});
  if (!fleet) return Fail("fleet", fleet.error());
  const auto ended = (*fleet)->Run();
  return ended ? kExitFine : Fail("fleet", ended.error());
}

std::string Unknown(const std::vector<fleet::Share>& roles) {
  for (const fleet::Share& share : roles) {
    if (!ParseRole(share.text)) return share.text;
  }
  return {};
}

int RunFleet(Options& options) {
  std::optional<Duration> limit;
  if (!options.time.empty()) {
    limit = ParseDuration(options.time);
    if (!limit) return Usage("fleet", "--for '" + options.time + "' is no time up to 36500d; give 30s or 5m");
  }
  const auto base = IpAddress::Parse(options.base);
  if (!base) return Usage("fleet", "--base '" + options.base + "' is no address; give 127.1.0.0");
  auto versions = fleet::ParseShares(options.versions.empty() ? std::string(Software()) + "=1" : options.versions);
  if (!versions) return Usage("fleet", "--versions: " + versions.error());
  auto roles = fleet::ParseShares(options.roles);
  if (!roles) return Usage("fleet", "--roles: " + roles.error());
  if (const std::string role = Unknown(*roles); !role.empty()) {
    return Usage("fleet", "--roles: '" + role + "' is no role; choose from dual, controller, worker, seed and crawler");
  }
  const auto network = LoadCallNetwork(options.sources);
  if (!network) return Refuse("fleet", network.error());
  auto peers = LookUpPeers(options.peers);
  if (!peers) return Refuse("fleet", peers.error());
  Rng rng(DrawSeed());
  FleetConfig config{.plan = {.nodes = options.nodes,
                              .dead_percent = options.dead,
                              .natted_percent = options.natted,
                              .liar_percent = options.liars,
                              .versions = std::move(*versions),
                       .roles = std::move(*roles),
                              .base = *base,
                              // Short enough to type.
                              .seed = options.seed ? *options.seed : rng.Below(1'000'000'000)},
                     .population = {.network = network->key,
                                    .port = options.port,
                                    .links = options.links,
                                    .lies = options.lies,
                                    .peers = std::move(*peers)},
                     .network = network->name,
                     .truth = options.truth,
                     .churn_percent = options.churn,
                     .limit = limit};
  return Run(config, options.as_json);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<Options>();
  const CLI::Validator percent = Percent();
  app.add_option("--nodes", o->nodes, "How many, of all kinds together: 1 to 100000.")->type_name("N")
      ->check(Between(1, fleet::kMaxNodes))->required();
  app.add_option("--dead", o->dead, "Share of nodes that are stopped once the fleet stands: 0 to 100.")
      ->type_name("PERCENT")->check(percent);
  app.add_option("--nat", o->natted, "Share of nodes behind an address translator.")
      ->type_name("PERCENT")->check(percent);
  app.add_option("--liars", o->liars, "Share of peers that name endpoints which they made up.")
      ->type_name("PERCENT")->check(percent);
  app.add_option("--lies", o->lies, "Endpoints that each liar has made up, up to 65536. Default: 32.")
      ->type_name("N")->check(Between(0, kMaxLies));
  app.add_option("--churn", o->churn, "Share of nodes that stop, and come back later, each minute.")
      ->type_name("PERCENT")->check(percent);
  app.add_option("--versions", o->versions, "What nodes say they run, by weight: 'a/1=80,a/2=20'.")
      ->type_name("SHARES");
  app.add_option("--roles", o->roles, "What they say they are for, by weight: 'dual=8,worker=2'. Default: dual.")
      ->type_name("SHARES");
  app.add_option("--links", o->links, "Others that each node dials at its start, 1 to 64. Default: 8.")
      ->type_name("N")->check(Between(1, kMaxLinks));
  app.add_option("--base", o->base, "Node I has the address BASE + I. Default: 127.1.0.0.")->type_name("ADDRESS");
  app.add_option("--port", o->port, "Of every node; 0: any free one each. Default: 7075.")->type_name("PORT")
      ->check(Between(0, 65'535));
  app.add_option("--peer", o->peers, "Join this network: EP or HOST[:PORT], on this machine's loopback.")
      ->type_name("PEER");
  app.add_option("--seed", o->seed, "The same seed gives the same fleet; without it, a random one.")->type_name("X")
      ->check(Between(0, std::numeric_limits<std::uint64_t>::max()));
  app.add_option("--truth", o->truth, "Write who is what into this JSON file, and keep it true.")->type_name("FILE");
  app.add_option("--for", o->time, "End so long after the fleet stands: 30s, 5m. Default: at Ctrl-C.")
      ->type_name("TIME");
  app.add_flag("--json", o->as_json, "Print the ready line as JSON.");
  AddNetworkOptions(app, o->sources);
  app.callback([o, &exit_code] { exit_code = RunFleet(*o); });
}

const RegisterCommand kRegistered{
    {.name = "fleet",
     .group = CommandGroup::kDevelop,
     .summary = "Run many real nodes in one process, to test with",
     .description = "Starts real nodes, each with a UDP socket of its own on a loopback address of its own, real "
                    "handshakes and real cryptography, in one thread. Once they stand (every node that can be dialled "
                    "is verified by several others, and a walk from any finds all), one line appears on standard "
                    "output: ready endpoint=… nodes=…; progress is on standard error. Ctrl-C and SIGTERM end it. "
                    "Nothing is stored. tools/fleet-compare holds a crawl's map against the truth file.",
     .examples = "  hearsay fleet --nodes 1000\n"
                 "  hearsay fleet --nodes 10000 --port 0 --dead 20 --nat 10 --truth t.json\n"
                 "  hearsay crawl 127.1.0.1:PORT --out map; tools/fleet-compare map t.json\n"
                 "  hearsay fleet --nodes 500 --peer 127.0.0.1 --churn 10 --for 10m\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
