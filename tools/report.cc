// SPDX-License-Identifier: MIT
#include "tools/report.h"

#include <algorithm>
#include <cstdio>

#include "tools/commands.h"

namespace hearsay {
namespace {

void Print(std::string_view command, std::string_view message, std::string_view tail) {
  const std::string line = (command.empty() ? "hearsay: " : "hearsay " + std::string(command) + ": ") +
                           Printable(message) + std::string(tail) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

int Fail(std::string_view command, std::string_view message) {
  Print(command, message, "");
  return kExitFailed;
}

int Usage(std::string_view command, std::string_view message) {
  const std::string name = command.empty() ? "" : " " + std::string(command);
  const bool sentence_ended = message.ends_with('?') || message.ends_with('.');
  Print(command, message, (sentence_ended ? " See hearsay" : ". See hearsay") + name + " --help");
  return kExitUsage;
}

std::string Printable(std::string_view text) {
  std::string out(text);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(out.begin(), out.end(), is_control, '?');
  return out;
}

}  // namespace hearsay
