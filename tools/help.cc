// SPDX-License-Identifier: MIT
#include "tools/help.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <vector>

namespace hearsay {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kFlagColumn = 30;  // where a flag's help begins
constexpr std::size_t kNameColumn = 17;  // where a command's summary begins

constexpr const char* kGroupTitles[] = {"Run a node", "Ask a running node", "Look at a network",
                                        "Measure and simulate"};

std::string Padded(std::string text, std::size_t column) {
  text.resize(std::max(text.size() + 1, column), ' ');
  return text;
}

// The name in the left column, the help beside it, or below where the name is too long.
std::string Entry(const std::string& name, const std::string& help, std::size_t column) {
  const std::string wrapped = Wrap(help, column);
  if (name.size() + 2 > column) return name + "\n" + wrapped;
  return Padded(name, column) + (wrapped.empty() ? "\n" : wrapped.substr(column));
}

std::string Usage(const Command& command, const CLI::App& app) {
  const bool has_kinds = !app.get_subcommands({}).empty();
  std::string out = "Usage: hearsay " + std::string(command.name) + (has_kinds ? " WHAT [flags]" : " [flags]");
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = option->get_name(true) + (option->get_expected_max() > 1 ? "..." : "");
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  return out + "\n";
}

std::string FlagName(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "    --" : ", --") + name;
  const bool takes_value = option.get_items_expected_max() > 0;
  return "  " + names + (takes_value ? " " + option.get_type_name() : "");
}

std::string Options(const CLI::App& app) {
  std::string positionals, flags;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    std::string help = option->get_description();
    if (!option->get_default_str().empty()) help += " (default " + option->get_default_str() + ")";
    if (option->get_positional()) {
      positionals += Entry("  " + option->get_name(true), help, kFlagColumn);
    } else {
      flags += Entry(FlagName(*option), help, kFlagColumn);
    }
  }
  std::string kinds;
  for (const CLI::App* kind : app.get_subcommands({})) {
    kinds += Entry("  " + kind->get_name(), kind->get_description(), kNameColumn + 2);
    for (const CLI::Option* option : kind->get_options()) {
      if (option->get_name() == "--help") continue;
      kinds += Entry("    " + option->get_name() + " " + option->get_type_name(), option->get_description(),
                     kNameColumn + 2);
    }
  }
  return (kinds.empty() ? "" : "\nWHAT is one of:\n" + kinds) +
         (positionals.empty() ? "" : "\nArguments:\n" + positionals) + "\nFlags:\n" + flags;
}

}  // namespace

std::string Wrap(std::string_view text, std::size_t indent) {
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    if (!line.empty() && indent + line.size() + 1 + word.size() > kColumns) flush();
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
    const bool line_ends = end < text.size() && text[end] == '\n';
    if (line_ends) flush();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  flush();
  return out;
}

std::string RootHelp() {
  std::vector<const Command*> commands;
  for (const Command* c = FirstCommand(); c != nullptr; c = c->next) commands.push_back(c);
  std::sort(commands.begin(), commands.end(), [](const Command* a, const Command* b) {
    return std::string_view(a->name) < std::string_view(b->name);
  });
  std::string out =
      "hearsay: gossip-based peer discovery. An address that a peer tells you is\n"
      "hearsay until its owner has signed your cookie.\n\n"
      "Usage: hearsay COMMAND [flags]\n";
  for (std::size_t group = 0; group < std::size(kGroupTitles); ++group) {
    std::string lines;
    for (const Command* c : commands) {
      if (static_cast<std::size_t>(c->group) != group) continue;
      lines += Entry("  " + std::string(c->name), c->summary, kNameColumn);
    }
    if (!lines.empty()) out += "\n" + std::string(kGroupTitles[group]) + ":\n" + lines;
  }
  return out +
         "\nA first node, and a second one that joins it:\n"
         "  hearsay run --data-dir /tmp/a --listen 127.0.0.1:7075\n"
         "  hearsay run --data-dir /tmp/b --listen 127.0.0.1:0 --peer 127.0.0.1:7075\n"
         "\nEach command explains itself: hearsay COMMAND --help\n";
}

std::string CommandHelp(const Command& command, const CLI::App& app) {
  std::string out = Usage(command, app) + "\n" + Wrap(command.description, 0) + Options(app);
  if (command.examples != nullptr && *command.examples != '\0') out += "\nExamples:\n" + std::string(command.examples);
  return out;
}

}  // namespace hearsay
