// SPDX-License-Identifier: MIT
//
// hearsay ping: who lives at an endpoint, how far away, and how it sees us; or in one line why nobody answers.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>

#include "node/io/entropy.h"
#include "node/io/version.h"
#include "proto/text.h"
#include "tools/between.h"
#include "tools/calling.h"
#include "tools/commands.h"
#include "tools/duration.h"
#include "tools/ping_call.h"
#include "tools/report.h"

namespace hearsay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxCount = 1'000'000;
constexpr Duration kInterval = std::chrono::milliseconds{200};

struct Options {
  SettingsSources sources;
  std::string target;
  std::size_t count = 1;
  std::string timeout = "3s";
  bool as_json = false;
};

Json JsonOf(const Probe& probe, const Endpoint& endpoint) {
  const Handshaken& hands = *probe.dial()->result;
  const Visit& visit = *probe.visit();
  const auto& record = visit.record();
  Json rtts = Json::array();
  for (const Duration rtt : visit.rtts()) rtts.push_back(MillisecondsOf(rtt));
  Json out = {{"node_id", hands.peer.ToString()},
              {"endpoint", endpoint.ToString()},
              {"confirmed", hands.confirmed},
              {"observed_endpoint", hands.observed.ToString()},
              {"handshake_ms", MillisecondsOf(probe.handshake_time())},
              {"rtt_ms", MillisecondsOf(*std::min_element(visit.rtts().begin(), visit.rtts().end()))},
              {"rtts_ms", rtts},
              {"pings_sent", visit.questions()},
              {"pings_answered", visit.rtts().size()},
              {"software", nullptr},
              {"name", nullptr},
              {"role", nullptr},
              {"attributes", nullptr}};
  if (!record) return out;
  out["software"] = record->software;
  out["name"] = record->name;
  out["role"] = RoleName(record->role);
  out["attributes"] = Json::object();
  for (const auto& [key, value] : record->attributes) out["attributes"][key] = value;
  return out;
}

void PrintLine(const char* label, const std::string& text) {
  std::printf("%-11s %s\n", label, Printable(text).c_str());
}

std::string RttText(const Visit& visit) {
  const auto& rtts = visit.rtts();
  const auto [low, high] = std::minmax_element(rtts.begin(), rtts.end());
  const Duration sum = std::accumulate(rtts.begin(), rtts.end(), Duration{0});
  char text[120];
  if (rtts.size() == 1 && visit.questions() == 1) {
    std::snprintf(text, sizeof(text), "%.2f ms", MillisecondsOf(*low));
  } else {
    std::snprintf(text, sizeof(text), "%.2f / %.2f / %.2f ms (min / mean / max), %zu of %zu answered",
                  MillisecondsOf(*low), MillisecondsOf(sum) / static_cast<double>(rtts.size()), MillisecondsOf(*high),
                  rtts.size(), visit.questions());
  }
  return text;
}

void PrintText(const Probe& probe, const Endpoint& endpoint) {
  const Handshaken& hands = *probe.dial()->result;
  const Visit& visit = *probe.visit();
  PrintLine("node id", hands.peer.ToString());
  PrintLine("endpoint", endpoint.ToString() + (hands.confirmed ? " (confirmed: the node knows it to be its own)"
                                                               : " (unconfirmed: is it behind a NAT or a relay?)"));
  if (const auto& record = visit.record()) {
    PrintLine("software", record->software);
    if (!record->name.empty()) PrintLine("name", record->name);
    PrintLine("role", std::string(RoleName(record->role)));
    for (const auto& [key, value] : record->attributes) PrintLine("attribute", key + "=" + value);
  }
  PrintLine("sees us at", hands.observed.ToString());
  char text[40];
  std::snprintf(text, sizeof(text), "%.2f ms", MillisecondsOf(probe.handshake_time()));
  PrintLine("handshake", text);
  PrintLine("keepalive", RttText(visit));
}

// In one sentence, why there is nothing to show.
std::string Diagnose(const PingEnd& end, const Probe& probe, const Resolved::Contact& contact,
                     const CallNetwork& network, const std::string& timeout) {
  const std::string at = contact.endpoint.ToString();
  switch (end.kind) {
    case PingEnd::Kind::kFault: return "cannot send to " + at + ": " + end.fault + "; check this machine's network";
    case PingEnd::Kind::kRefused:
      return probe.dial() ? "the node at " + at + " stopped while it was being pinged"
                          : "nothing listens at " + at + "; check the port, and that the node runs";
    case PingEnd::Kind::kStopped: return "stopped by a signal before " + at + " answered a ping";
    case PingEnd::Kind::kTimeout:
    case PingEnd::Kind::kDone: break;
  }
  if (!probe.dial() || (!probe.dial()->result && !probe.dial()->answered)) {
    return "no answer from " + at + " within " + timeout + ": it is down, UDP is filtered on the way, or it is of " +
           "another network or key (asked as " + network.Description() + "); check --network and --network-key-file";
  }
  if (!probe.dial()->result) {
    return at + " answers but refuses the handshake: the node does not know this endpoint as its own (its --announce), "
                "is full, or is leaving";
  }
  const std::string id = probe.dial()->result->peer.ToString();
  if (!probe.PinHolds()) {
    return at + " is node " + id + ", not the pinned " + contact.pin->ToString() + "; correct the pin";
  }
  return "node " + id + " at " + at + " finished the handshake but answered no ping; try again, or see its log";
}

struct Call {
  std::unique_ptr<Probe> probe;
  PingEnd end;
};

// One probe, or as many as fit into the time while nobody answers: a dial has a schedule of its own, often shorter.
Call CallUntil(Time give_up, const Resolved::Contact& contact, const Options& options, const CallNetwork& network,
               const SystemClock& clock, const Interrupt& interrupt) {
  ProbeConfig config{.endpoint = contact.endpoint, .pin = contact.pin, .software = std::string(Software())};
  config.visit.questions = options.count;
  config.visit.interval = kInterval;
  config.visit.attempts = options.count == 1 ? 3 : 1;
  config.visit.packets = 2 * options.count + 16;
  config.visit.time = static_cast<std::int64_t>(options.count) * (kInterval + std::chrono::seconds{4});
  for (;;) {
    Call call{std::make_unique<Probe>(config, Identity(DrawSeed()), network.key, DrawSeed(), clock.Now()), {}};
    call.end = RunProbe(*call.probe, contact.endpoint, clock, give_up - clock.Now(), interrupt);
    const bool silence = call.end.kind == PingEnd::Kind::kDone && call.probe->dial() && !call.probe->dial()->result;
    if (!silence || call.probe->dial()->answered || clock.Now() >= give_up) return call;
  }
}

int Ping(Options& options) {
  const auto timeout = ParseDuration(options.timeout);
  if (!timeout || timeout->count() == 0) {
    return Usage("ping", "--timeout '" + options.timeout + "' is no time from 1ms to 36500d; give 500ms, 3s or 1m");
  }
  const auto network = LoadCallNetwork(options.sources);
  if (!network) return Refuse("ping", network.error());
  const auto contacts = LookUpContacts(options.target);
  if (!contacts) return Refuse("ping", contacts.error());

  const SystemClock clock;
  const Interrupt interrupt;
  std::string why;
  for (const Resolved::Contact& contact : *contacts) {
    const Call call = CallUntil(clock.Now() + *timeout, contact, options, *network, clock, interrupt);
    const Probe& probe = *call.probe;
    if (probe.Done() && probe.PinHolds() && !probe.visit()->rtts().empty()) {
      if (options.as_json) {
        std::puts(JsonOf(probe, contact.endpoint).dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
      } else {
        PrintText(probe, contact.endpoint);
      }
      return kExitFine;
    }
    why += (why.empty() ? "" : "; ") + Diagnose(call.end, probe, contact, *network, options.timeout);
    if (call.end.kind == PingEnd::Kind::kStopped) break;
  }
  return Fail("ping", why);
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  app.add_option("ENDPOINT", options->target, "EP or HOST[:PORT]; NODEID@ before it accepts only that node.")
      ->type_name("")
      ->required();
  app.add_option("--count", options->count, "Keepalives to send, five a second. Default: 1.")
      ->type_name("N")
      ->check(Between(1, kMaxCount));
  app.add_option("--timeout", options->timeout, "How long to wait for the handshake: 500ms, 3s. Default: 3s.")
      ->type_name("TIME");
  app.add_flag("--json", options->as_json,
               "Print one JSON object: node_id, rtt_ms, handshake_ms, software, observed_endpoint, confirmed, ...");
  AddNetworkOptions(app, options->sources);
  app.callback([options, &exit_code] { exit_code = Ping(*options); });
}

const RegisterCommand kRegistered{
    {.name = "ping",
     .group = CommandGroup::kNetwork,
     .summary = "Prove who lives at an endpoint, and how far away",
     .description = "Makes a handshake with a new identity of its own, so that the node proves its id and endpoint, "
                    "then sends sealed keepalives and says goodbye. Shows the node id, the round-trip time, what the "
                    "node says of itself, and the address under which it sees us. A name with several addresses is "
                    "tried in order. Ctrl-C and SIGTERM end it with what it has measured. Exit code 0: it answered; "
                    "1: it did not, and why; 2: wrong usage.",
     .examples = "  hearsay ping 127.0.0.1:7075\n"
                 "  hearsay ping seed.example.net --count 10 --network team\n"
                 "  hearsay ping NODEID@seed.example.net:7075 --json\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
