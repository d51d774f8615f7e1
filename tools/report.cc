// SPDX-License-Identifier: MIT
#include "tools/report.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "proto/text.h"
#include "tools/commands.h"

namespace hearsay {
namespace {

// A message may hold what somebody said, of any length. What is wrong stands at its beginning, the remedy at its end.
constexpr std::size_t kHeadBytes = 350;
constexpr std::size_t kTailBytes = 150;

std::string Shortened(std::string_view text) {
  if (text.size() <= kHeadBytes + kTailBytes) return std::string(text);
  const auto inside_character = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  std::size_t head = kHeadBytes;
  std::size_t tail = text.size() - kTailBytes;
  while (head > 0 && inside_character(head)) --head;
  while (tail < text.size() && inside_character(tail)) ++tail;
  return std::string(text.substr(0, head)) + "…" + std::string(text.substr(tail));
}

void Print(std::string_view command, std::string_view message, std::string_view tail) {
  const std::string line = (command.empty() ? "hearsay: " : "hearsay " + std::string(command) + ": ") +
                           Shortened(Printable(message)) + std::string(tail) + "\n";
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

Refusal Refusal::Failed(std::string line) { return {kExitFailed, {std::move(line)}}; }
Refusal Refusal::Usage(std::string line) { return {kExitUsage, {std::move(line)}}; }

std::string Refusal::Text() const {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "; ") + line;
  return out;
}

int Refuse(std::string_view command, const Refusal& why) {
  for (const std::string& line : why.lines) {
    if (why.exit_code == kExitUsage) Usage(command, line);
    if (why.exit_code != kExitUsage) Fail(command, line);
  }
  return why.exit_code;
}

std::string FirstFew(const std::vector<std::string>& list) {
  constexpr std::size_t kFew = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(list.size(), kFew); ++i) out += (i == 0 ? "" : ", ") + list[i];
  if (list.size() > kFew) out += " and " + std::to_string(list.size() - kFew) + " more";
  return out;
}

}  // namespace hearsay
