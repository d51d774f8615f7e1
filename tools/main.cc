// SPDX-License-Identifier: MIT
//
// hearsay: the command line. Finds the command, sets up its flags alone, runs it, and turns what is wrong with the line
// into one sentence and an exit code.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sodium.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "node/io/did_you_mean.h"
#include "node/io/version.h"
#include "tools/commands.h"
#include "tools/help.h"
#include "tools/report.h"
#include "tools/standard_streams.h"

namespace hearsay {
namespace {

const Command* first_command = nullptr;

const Command* FindCommand(std::string_view name) {
  for (const Command* c = FirstCommand(); c != nullptr; c = c->next) {
    if (name == c->name) return c;
  }
  return nullptr;
}

// A command of two words ("crawl diff") goes before the one of its first word.
struct Chosen {
  const Command* command = nullptr;
  int words = 1;
};
Chosen FindCommand(int argc, char** argv) {
  if (argc > 1) {
    if (const Command* two = FindCommand(std::string(argv[0]) + " " + argv[1])) return {two, 2};
  }
  return {FindCommand(argv[0]), 1};
}

// What a command printed may be lost where nothing can be written: then it failed, whatever else it did.
int Ended(const char* command, int exit_code) {
  const std::string lost = FlushStandardOutput();
  if (lost.empty() || exit_code != kExitFine) return exit_code;
  return Fail(command, lost);
}

int PrintOut(const std::string& text) {
  const std::string lost = WriteStandardOutput(text);
  return lost.empty() ? kExitFine : Fail("", lost);
}

// CLI11 leaves what it did not understand in remaining(): flags with their values, words.
std::string DescribeExtras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  const std::string word = extras.empty() ? std::string() : extras.front().substr(0, extras.front().find('='));
  if (!word.starts_with('-')) return "'" + word + "' is one argument too many";
  std::vector<std::string> flags;
  const auto add_flags = [&flags](const CLI::App& of) {
    for (const CLI::Option* option : of.get_options()) {
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    }
  };
  add_flags(app);
  for (const CLI::App* kind : app.get_subcommands()) add_flags(*kind);
  const std::string_view closest = ClosestWord(word, std::vector<std::string_view>(flags.begin(), flags.end()));
  return "unknown flag " + word + (closest.empty() ? std::string() : "; did you mean " + std::string(closest) + "?");
}

// "bench codek": which words would do.
std::string DescribeMissing(const CLI::App& app, const std::string& what) {
  std::vector<std::string> kinds;
  for (const CLI::App* kind : app.get_subcommands({})) kinds.push_back(kind->get_name());
  if (kinds.empty()) return what;
  std::string all;
  for (const std::string& kind : kinds) all += (all.empty() ? "" : ", ") + kind;
  const std::vector<std::string> words = app.remaining(true);
  return (words.empty() ? "WHAT is missing" : "there is no '" + words.front() + "'") + "; give one of " + all;
}

// A flag with an empty value is an unset variable of somebody's script: --for "$TIME". It says nothing, and to take it
// for a flag that was not given would do something else than was meant.
void RefuseEmptyValues(CLI::App& app) {
  const auto check = [](const std::string& text) {
    return text.empty() ? std::string("its value is empty; give one, or leave the flag out") : std::string();
  };
  for (CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() > 0) option->check(check, "");
  }
}

// "Could not convert: --port = 70000", in words that say what is wrong.
std::string DescribeConversion(std::string what) {
  constexpr std::string_view kStart = "Could not convert: ";
  if (what.starts_with(kStart)) what.erase(0, kStart.size());
  const auto sign = what.find(" = ");
  if (sign == std::string::npos) return what;
  return what.substr(0, sign) + " '" + what.substr(sign + 3) + "' is no number, or too large a one";
}

// "crawl histroy": a word that is nearly the second one of a command is a mistake, not a host. Who means the host
// writes its port, too.
std::string MeantCommand(const Command& command, int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  const std::string name = command.name;
  if (word.empty() || word.front() == '-' || word.find_first_of(".:@/") != std::string_view::npos) return {};
  std::vector<std::string_view> seconds;
  for (const Command* c = FirstCommand(); c != nullptr; c = c->next) {
    if (std::string_view(c->name).starts_with(name + " ")) seconds.push_back(c->name + name.size() + 1);
  }
  const std::string_view meant = ClosestWord(word, seconds);
  if (meant.empty()) return {};
  return "'" + std::string(word) + "' is no command; did you mean '" + name + " " + std::string(meant) + "'?";
}

int RunCommand(const Command& command, int argc, char** argv) {
  if (const std::string wrong = MeantCommand(command, argc, argv); !wrong.empty()) return Usage(command.name, wrong);
  int exit_code = kExitFine;
  CLI::App app("", std::string("hearsay ") + command.name);
  app.set_help_flag("-h,--help", "Show this help and exit.");
  command.set_up(app, exit_code);
  RefuseEmptyValues(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return PrintOut(CommandHelp(command, app));
  } catch (const CLI::ExtrasError&) {
    return Usage(command.name, DescribeExtras(app));
  } catch (const CLI::RequiredError& error) {
    return Usage(command.name, DescribeMissing(app, error.what()));
  } catch (const CLI::ConversionError& error) {
    return Usage(command.name, DescribeConversion(error.what()));
  } catch (const CLI::ParseError& error) {
    return Usage(command.name, error.what());
  }
  return Ended(command.name, exit_code);
}

int UnknownCommand(const std::string& word) {
  std::vector<std::string_view> names{"--help", "--version"};
  for (const Command* c = FirstCommand(); c != nullptr; c = c->next) names.push_back(c->name);
  return Usage("", "unknown command '" + word + "'" + DidYouMean(word, names));
}

int Main(int argc, char** argv) {
  if (sodium_init() < 0) return Fail("", "libsodium found no source of entropy; is /dev/urandom there?");
  if (argc < 2) {
    PrintOut(RootHelp());
    return kExitUsage;
  }
  const std::string word = argv[1];
  if (word == "--version" || word == "-V") return PrintOut("hearsay " + std::string(Version()) + "\n");
  if (word == "--help" || word == "-h" || (word == "help" && argc == 2)) return PrintOut(RootHelp());
  if (word == "help") {
    const Chosen about = FindCommand(argc - 2, argv + 2);
    char help[] = "--help";
    char* line[] = {argv[2], help, nullptr};
    return about.command != nullptr ? RunCommand(*about.command, 2, line) : UnknownCommand(argv[2]);
  }
  const Chosen chosen = FindCommand(argc - 1, argv + 1);
  if (chosen.command == nullptr) return UnknownCommand(word);
  return RunCommand(*chosen.command, argc - chosen.words, argv + chosen.words);
}

}  // namespace

RegisterCommand::RegisterCommand(const Command& command) : command_(command) {
  command_.next = first_command;
  first_command = &command_;
}

const Command* FirstCommand() { return first_command; }

}  // namespace hearsay

int main(int argc, char** argv) {
  hearsay::EnsureStandardStreams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow (ulimit -f) is an error like any other, and is said
  return hearsay::Main(argc, argv);
}
