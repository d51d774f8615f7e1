// SPDX-License-Identifier: MIT
//
// hearsay health: is the node alive? For HEALTHCHECK and for scripts: one request, no side effects.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <memory>

#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace hearsay {
namespace {

int Health(const ApiOptions& options) {
  const auto api = NodeApi::Find(options, SystemEnvironment());
  if (!api) return Fail("health", api.error());
  const auto health = api->Get("/healthz");
  if (!health) return Fail("health", health.error());
  std::puts(health->c_str());
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ApiOptions>();
  AddApiOptions(app, *options);
  // The answer is JSON anyway; scripts that always say --json need not know.
  app.add_flag("--json")->description("Changes nothing: the answer is one JSON object.");
  app.callback([options, &exit_code] { exit_code = Health(*options); });
}

const RegisterCommand kRegistered{
    {.name = "health",
     .group = CommandGroup::kAsk,
     .summary = "Exit 0 when the node is alive and well, else 1",
     .description = "Asks the node's /healthz once. Exit code 0: it answers and is well; 1: nobody answers, or it says "
                    "what is wrong. For HEALTHCHECK in an image.",
     .examples = "  hearsay health\n  hearsay health --api 127.0.0.1:7076\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
