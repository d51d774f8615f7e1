// SPDX-License-Identifier: MIT
//
// Commands: how a file of this folder adds one to `hearsay`. main.cc needs no list of them.
//
//   namespace {
//   struct Options { std::string api; };
//   int Status(const Options& options);                       // returns the exit code
//   void SetUp(CLI::App& app, int& exit_code) {
//     auto options = std::make_shared<Options>();
//     app.add_option("--api", options->api, "Where the node's API listens: EP or unix:PATH")->type_name("ADDRESS");
//     app.callback([options, &exit_code] { exit_code = Status(*options); });
//   }
//   const RegisterCommand kRegistered{{.name = "status", .group = CommandGroup::kAsk,
//       .summary = "Show what a running node knows", .description = "...", .examples = "...", .set_up = SetUp}};
//   }  // namespace
//
// Only the chosen command's SetUp runs: starting costs what one command costs. Registration allocates nothing.
// Exit codes: 0 fine, 1 refused or failed, 2 wrong usage. Errors go to stderr, one line each (report.h).
#pragma once

#include <cstdint>

namespace CLI {
class App;
}

namespace hearsay {

inline constexpr int kExitFine = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// Under which heading `hearsay --help` lists it.
enum class CommandGroup : std::uint8_t {
  kRun,      // set up and run a node
  kAsk,      // ask a running node
  kNetwork,  // look at a network from outside
  kDevelop,  // measure and simulate
};

struct Command {
  const char* name;         // one word, or two: "crawl diff" is chosen before "crawl"
  CommandGroup group;
  const char* summary;      // one line, at most 60 characters
  const char* description;  // what it does, for `hearsay NAME --help`; wrapped for you
  const char* examples;     // lines of "  hearsay NAME ...\n", printed as they are, at most 80 columns
  void (*set_up)(CLI::App& app, int& exit_code);
  const Command* next = nullptr;  // set by RegisterCommand
};

class RegisterCommand {
 public:
  explicit RegisterCommand(const Command& command);
  RegisterCommand(const RegisterCommand&) = delete;
  RegisterCommand& operator=(const RegisterCommand&) = delete;

 private:
  Command command_;
};

// The linked list of all, in no order.
const Command* FirstCommand();

}  // namespace hearsay
