// SPDX-License-Identifier: MIT
//
// hearsay run: a node, in the foreground, until it is told to leave.
//
// Standard output carries one line, once the node can be reached: "ready node_id=… network=… listen=… api=…". The log
// is on standard error. SIGTERM and SIGINT: the peers are told, the store is committed, exit code 0, or 1 when it could
// not be; a second kills.
// SIGHUP: the settings are read again; a wrong file changes nothing.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include "node/io/node_host.h"
#include "tools/commands.h"
#include "tools/reload.h"
#include "tools/report.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

int Run(const SettingsSources& sources) {
  // One arena for the loop and the store's thread: a node's memory is counted in megabytes.
  ::mallopt(M_ARENA_MAX, 1);
  std::signal(SIGPIPE, SIG_IGN);
  const auto settings = LoadSettings(sources);
  if (!settings) return ReportSettingsErrors("run", settings.error());

  asio::io_context io{1};
  // Before anything is made: a signal during the start is not lost.
  asio::signal_set end(io, SIGTERM, SIGINT);
  asio::signal_set hang_up(io, SIGHUP);
  auto host = NodeHost::Open(io, *settings);
  if (!host) return Fail("run", host.error());
  if (const auto started = (*host)->Start(); !started) return Fail("run", started.error());
  end.async_wait([&](const asio::error_code& error, int) {
    if (!error) io.stop();
  });
  ReloadOnHangUp(hang_up, **host, sources);
  std::printf("%s\n", (*host)->ReadyLine().c_str());
  std::fflush(stdout);
  io.run();

  // From here a second signal has its default effect.
  end.clear();
  (*host)->log().Write(LogLevel::kInfo, "node_leaving");
  return (*host)->Stop() ? kExitFine : kExitFailed;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto sources = std::make_shared<SettingsSources>();
  AddSettingsOptions(app, *sources);
  app.callback([sources, &exit_code] {
    sources->environment = SystemEnvironment();
    exit_code = Run(*sources);
  });
}

const RegisterCommand kRegistered{
    {.name = "run",
     .group = CommandGroup::kRun,
     .summary = "Run a node until it is told to leave",
     .description = "Runs a node in the foreground. No settings are needed: the first start makes an identity and a "
                    "store in the data directory. Once the node can be reached, one line appears on standard output: "
                    "ready node_id=… network=… listen=… api=…; the log is on standard error. SIGTERM and SIGINT "
                    "leave gracefully within two seconds; SIGHUP reads the settings again, takes what can be changed "
                    "while running and names what needs a restart.",
     .examples = "  hearsay run\n"
                 "  hearsay run --peer seed.example.net --peer 10.0.0.7:7075\n"
                 "  hearsay run --listen 127.0.0.1:0 --data-dir /tmp/node1 --network demo\n"
                 "  hearsay run -c /etc/hearsay/node.yaml --attribute port=8080\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
