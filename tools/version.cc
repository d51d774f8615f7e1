// SPDX-License-Identifier: MIT
//
// hearsay version: which program this is, and which protocol it speaks.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

#include "node/io/version.h"
#include "proto/packet.h"
#include "tools/commands.h"

namespace hearsay {
namespace {

int PrintVersion(bool as_json) {
  const std::string version(Version());
  if (as_json) {
    const nlohmann::ordered_json out{{"software", Software()}, {"version", version}, {"protocol", kMajorVersion}};
    std::puts(out.dump().c_str());
  } else {
    std::printf("hearsay %s, protocol %u\n", version.c_str(), static_cast<unsigned>(kMajorVersion));
  }
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  auto as_json = std::make_shared<bool>(false);
  app.add_flag("--json", *as_json, "Print one JSON object.");
  app.callback([as_json, &exit_code] { exit_code = PrintVersion(*as_json); });
}

const RegisterCommand kRegistered{{.name = "version",
                                   .group = CommandGroup::kDevelop,
                                   .summary = "Print the version of the program and the protocol",
                                   .description = "Prints the version of this program and the major version of the "
                                                  "protocol that it speaks. Nodes of different major versions never "
                                                  "talk.",
                                   .examples = "  hearsay version\n  hearsay version --json\n",
                                   .set_up = SetUp}};

}  // namespace
}  // namespace hearsay
