// SPDX-License-Identifier: MIT
//
// hearsay seed: a node that tells newcomers of its peers, by DNS for one zone and by a signed list over HTTP.
//
// Standard output carries one line, once everything can be reached: that of `hearsay run`, then zone=… dns=… http=… .
// The peers that it gives away are its node itself, and the good ones of a crawl that goes on beside it (seed_peers.h).
// SIGHUP: the settings are read again, as by `hearsay run`. What only a seed has stays until it is restarted.
// SIGTERM and SIGINT: as by `hearsay run`.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <limits>
#include <memory>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "crawler/seed/seed_peers.h"
#include "crawler/seed/seed_services.h"
#include "node/io/clock.h"
#include "node/io/entropy.h"
#include "node/io/identity_file.h"
#include "node/io/network_key_file.h"
#include "node/io/node_host.h"
#include "tools/between.h"
#include "tools/commands.h"
#include "tools/crawl_schedule.h"
#include "tools/duration.h"
#include "tools/reload.h"
#include "tools/report.h"
#include "tools/seed_crawl.h"
#include "tools/seed_metrics.h"
#include "tools/seed_rule_text.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

constexpr std::uint16_t kDnsPort = 53;

struct Options {
  SettingsSources sources;
  std::string zone;
  std::vector<std::string> dns;
  std::string http;
  std::vector<std::string> name_servers;
  std::string every = "5m";
  std::vector<std::string> good;
  int ttl = 60;
  std::uint32_t rate = ResponseRateLimit::Config{}.rate;
};

// "NAME" or "NAME=ADDRESS,ADDRESS".
Result<ZoneConfig::NameServer> ParseNameServer(const std::string& text) {
  const auto equals = text.find('=');
  ZoneConfig::NameServer out{.name = text.substr(0, equals), .addresses = {}};
  for (std::size_t at = equals; at < text.size();) {
    const auto comma = text.find(',', at + 1);
    const auto address = IpAddress::Parse(text.substr(at + 1, comma - at - 1));
    if (!address) return tl::unexpected("--name-server '" + text + "' is not NAME or NAME=ADDRESS[,ADDRESS]");
    out.addresses.push_back(*address);
    at = comma;
  }
  return out;
}

Result<std::vector<ZoneConfig::NameServer>> NameServers(const Options& options, const std::vector<Endpoint>& dns) {
  std::vector<ZoneConfig::NameServer> out;
  for (const std::string& text : options.name_servers) {
    auto server = ParseNameServer(text);
    if (!server) return tl::unexpected(server.error());
    out.push_back(std::move(*server));
  }
  if (!out.empty()) return out;
  ZoneConfig::NameServer own{.name = "ns." + options.zone, .addresses = {}};
  for (const Endpoint& endpoint : dns) {
    if (!endpoint.address.IsUnspecified()) own.addresses.push_back(endpoint.address);
  }
  if (own.addresses.empty()) {
    return tl::unexpected("--name-server is missing; give the address at which the world reaches --dns: ns." +
                          options.zone + "=ADDRESS");
  }
  return std::vector{own};
}

Result<SeedServices::Config> MakeConfig(const Options& options, const std::string& network) {
  SeedServices::Config out;
  for (const std::string& text : options.dns) {
    const auto endpoint = Endpoint::Parse(text, kDnsPort);
    if (!endpoint) return tl::unexpected("--dns '" + text + "' is no ADDRESS[:PORT]");
    out.dns.listen.push_back(*endpoint);
  }
  if (!options.http.empty()) {
    const auto endpoint = Endpoint::Parse(options.http);
    if (!endpoint) return tl::unexpected("--http '" + options.http + "' is no ADDRESS:PORT");
    out.http = PeerListServer::Config{.listen = *endpoint};
  }
  auto servers = NameServers(options, out.dns.listen);
  if (!servers) return tl::unexpected(servers.error());
  out.zone = {.zone = options.zone,
              .network = network,
              .name_servers = std::move(*servers),
              .ttl = std::chrono::seconds{options.ttl}};
  out.dns.rate_limit.rate = options.rate;
  // Before anything is made: the zone's own rules, under any key.
  if (const auto zone = Zone::Make(out.zone, Identity(ByteArray<32>{})); !zone) return tl::unexpected(zone.error());
  return out;
}

// How far what is answered may reach: a seed on 127.0.0.1 speaks of its own machine, one on 0.0.0.0 to the world.
Scope AudienceOf(const std::vector<Endpoint>& dns) {
  Scope out = Scope::kLoopback;
  for (const Endpoint& endpoint : dns) {
    out = std::max(out, endpoint.address.IsUnspecified() ? Scope::kGlobal : endpoint.scope());
  }
  return out;
}

// Hands the services whom they may give away, every few seconds; at first more often, or a seed that is new to its
// network would say for those seconds that nobody is there, and resolvers would remember that.
class Refresh {
 public:
  // What it refers to outlives it, and may change.
  struct Parts {
    SeedServices& services;
    NodeHost& host;
    const SeedCrawl& crawl;
    const Settings& settings;  // role and attributes
  };
  Refresh(asio::io_context& io, const Parts& parts, SeedChooser chooser)
      : timer_(io), parts_(parts), chooser_(std::move(chooser)) {}

  void Turn() {
    const auto began = std::chrono::steady_clock::now();
    const Driver& driver = parts_.host.driver();
    const CoreStatus status = driver.Status();
    const SeedSelf self{status.id, status.own_endpoints, parts_.settings.role, parts_.settings.attributes};
    // The crawl's, which is the machine's, and not the node's, which never leaps.
    const Time now = SystemClock().Now();
    chosen_ = chooser_.Choose(self, driver.Peers(), parts_.crawl.history(), now);
    parts_.services.SetPeers(chosen_.peers, now);
    if (parts_.crawl.health().last_at) SayWhetherFew();
    const Duration interval = turns_ < kFirstTurns ? kFirstInterval : SeedChooser::kInterval;
    const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    timer_.expires_after(std::max(interval, kRest * took));
    ++turns_;
    timer_.async_wait([this](const asio::error_code& error) {
      if (!error) Turn();
    });
  }
  std::string MetricsText() const {
    return SeedMetricsText(parts_.crawl, chosen_, chooser_.rule(), parts_.services, SystemClock().Now());
  }

 private:
  static constexpr int kFirstTurns = 40;
  static constexpr Duration kFirstInterval = std::chrono::milliseconds{250};
  // The loop that chooses also answers: of its time a twentieth goes into choosing, however many there are.
  static constexpr int kRest = 20;

  void SayWhetherFew() {
    const bool few = chosen_.few;
    if (few == few_) return;
    few_ = few;
    parts_.host.log().Write(few ? LogLevel::kWarn : LogLevel::kInfo, few ? "seed_few_good" : "seed_enough_good",
                            {{"good", std::to_string(chosen_.good)},
                             {"wanted", std::to_string(chooser_.rule().wanted)},
                             {"doubtful_served", std::to_string(chosen_.doubtful)},
                             {"gone_served", std::to_string(chosen_.gone)}});
  }

  asio::steady_timer timer_;
  const Parts parts_;
  SeedChooser chooser_;
  SeedPeers chosen_;
  bool few_ = false;
  int turns_ = 0;
};

void PrintReady(const NodeHost& host, const Options& options, const SeedServices& services) {
  std::string dns;
  for (const Endpoint& endpoint : services.dns_endpoints()) dns += (dns.empty() ? "" : ",") + endpoint.ToString();
  const std::string http = services.http_endpoint() ? services.http_endpoint()->ToString() : "off";
  std::printf("%s zone=%s dns=%s http=%s\n", host.ReadyLine().c_str(), options.zone.c_str(), dns.c_str(), http.c_str());
  std::fflush(stdout);
}

void CallItASeed(Settings& settings) {
  if (settings.role == Role::kDual) settings.role = Role::kSeed;
}

Result<SeedRule> MakeRule(const std::vector<std::string>& texts) {
  SeedRule rule;
  for (const std::string& text : texts) {
    if (const auto set = SetSeedRule(rule, text); !set) return tl::unexpected("--good " + set.error());
  }
  return rule;
}

int Seed(const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  auto settings = LoadSettings(options.sources);
  if (!settings) return ReportSettingsErrors("seed", settings.error());
  CallItASeed(*settings);
  const auto config = MakeConfig(options, settings->network);
  if (!config) return Usage("seed", config.error());
  const auto every = ParseDuration(options.every);
  if (!every || *every < kShortestInterval) {
    return Usage("seed", "--every '" + options.every + "' is no time from 1s to 36500d; give 5m");
  }
  const auto rule = MakeRule(options.good);
  if (!rule) return Usage("seed", rule.error());
  const auto network = LoadNetworkKey(settings->network, settings->network_key_file);
  if (!network) return Fail("seed", network.error());

  asio::io_context io{1};
  asio::signal_set end(io, SIGTERM, SIGINT);
  asio::signal_set hang_up(io, SIGHUP);
  auto host = NodeHost::Open(io, *settings);
  if (!host) return Fail("seed", host.error());
  const auto identity = LoadIdentity(settings->data_dir);
  if (!identity) return Fail("seed", identity.error());
  auto services = SeedServices::Open(io, *config, *identity, DrawSeed());
  if (!services) return Fail("seed", services.error());
  const Driver& driver = (*host)->driver();
  const auto on_fault = [&](const std::string& error) {
    (*host)->log().Write(LogLevel::kError, "census_not_recorded", {{"error", error}});
  };
  auto crawl = SeedCrawl::Open(
      io, {.every = *every, .network = *network, .data_dir = settings->data_dir, .on_fault = on_fault}, driver);
  if (!crawl) return Fail("seed", crawl.error());
  if (!settings->data_dir.empty()) {
    if (const auto saved = SaveSeedRule(settings->data_dir, *rule); !saved) return Fail("seed", saved.error());
  }
  Refresh refresh(io, {.services = **services, .host = **host, .crawl = **crawl, .settings = *settings},
                  SeedChooser(*rule, AudienceOf(config->dns.listen)));
  (*host)->SetMoreMetrics([&] { return refresh.MetricsText(); });
  if (const auto started = (*host)->Start(); !started) return Fail("seed", started.error());
  end.async_wait([&](const asio::error_code& error, int) {
    if (!error) io.stop();
  });
  ReloadOnHangUp(hang_up, **host, options.sources, {.before = CallItASeed, .after = [&](const Settings& fresh) {
                                                      settings->role = fresh.role;
                                                      settings->attributes = fresh.attributes;
                                                    }});
  refresh.Turn();
  (*crawl)->Start();
  PrintReady(**host, options, **services);
  io.run();

  end.clear();  // from here a second signal has its default effect
  (*host)->log().Write(LogLevel::kInfo, "node_leaving");
  return (*host)->Stop() ? kExitFine : kExitFailed;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  options->dns = {"0.0.0.0:53"};
  app.add_option("--zone", options->zone, "The DNS zone that is delegated to this seed.")
      ->type_name("NAME")
      ->required();
  app.add_option("--dns", options->dns, "Where to answer DNS, UDP and TCP; may be repeated. Default: 0.0.0.0:53.")
      ->type_name("ADDRESS[:PORT]");
  app.add_option("--name-server", options->name_servers,
                 "A name server of the zone, with its addresses when it is in it; may be repeated. Default: ns.ZONE at "
                 "the --dns addresses.")
      ->type_name("NAME[=ADDRESS,...]");
  app.add_option("--http", options->http, "Where to serve /peers.json. Default: nowhere.")->type_name("ADDRESS:PORT");
  app.add_option("--every", options->every, "Crawl the network so often, from start to start. Default: 5m.")
      ->type_name("TIME");
  app.add_option("--ttl", options->ttl, "How long an answer may be cached, 1 to 900 seconds. Default: 60.")
      ->type_name("SECONDS");
  app.add_option("--rate", options->rate,
                 "UDP answers a second for each kind and client network; 0: no limit. Default: 20.")
      ->type_name("N")
      ->check(Between(0, std::numeric_limits<std::uint32_t>::max()));
  app.add_option("--good", options->good,
                 "One number of the rule by which peers are good, such as 2h_share=90% or wanted=64; may be repeated. "
                 "docs/seed.md has all of them and their defaults.")
      ->type_name("NAME=VALUE");
  AddSettingsOptions(app, options->sources);
  app.callback([options, &exit_code] {
    options->sources.environment = SystemEnvironment();
    exit_code = Seed(*options);
  });
}

const RegisterCommand kRegistered{
    {.name = "seed",
     .group = CommandGroup::kRun,
     .summary = "Run a node that tells newcomers of its peers",
     .description = "Runs a node as `hearsay run` does, with the same settings, and beside it a crawl again and "
                    "again, which tells who is reliable, an authoritative name server for one zone and, with --http, "
                    "a signed peer list. Each answer is a fresh draw of peers, "
                    "at most one of an address group. Newcomers give dns:ZONE as a peer; with #key= and this node's "
                    "id after it they take only what this seed has signed, whoever carries it. docs/seed.md says how "
                    "to delegate the zone.",
     .examples = "  hearsay seed --zone seed.example.net --name-server \\\n"
                 "      ns.seed.example.net=203.0.113.9 --http 0.0.0.0:80 --peer peer.example.net\n"
                 "  hearsay seed --zone seed.test --dns 127.0.0.1:5300 --listen 127.0.0.1\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
