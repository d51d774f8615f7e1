// SPDX-License-Identifier: MIT
#include "node/io/weights_file.h"

#include <charconv>

#include "node/io/next_word.h"
#include "node/io/read_file.h"

namespace hearsay {
namespace {

// Empty when the line was taken (or holds nothing), else what is wrong with it.
std::string TakeLine(std::string_view line, Weights& out, std::uint64_t& total) {
  line = line.substr(0, line.find('#'));
  const std::string_view id_text = NextWord(line);
  if (id_text.empty()) return {};
  const std::string_view digits = NextWord(line);
  if (!NextWord(line).empty()) return "has more than a node id and a weight";
  const auto id = NodeId::Parse(id_text);
  if (!id) return "'" + std::string(id_text.substr(0, 80)) + "' is no node id: 64 hex digits";
  std::uint64_t weight = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    return "weight '" + std::string(digits.substr(0, 80)) + "' is no whole number from 0 to 18446744073709551615";
  }
  if (!out.emplace(*id, weight).second) return "node id " + id->ToString() + " has a weight already";
  if (__builtin_add_overflow(total, weight, &total)) return "the weights' sum exceeds 64 bits; use smaller ones";
  return {};
}

}  // namespace

Result<Weights> ParseWeights(std::string_view text, std::string_view name) {
  Weights out;
  std::uint64_t total = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string wrong = TakeLine(text.substr(0, end), out, total);
    if (wrong.empty() && out.size() > kMaxWeights) wrong = "more than " + std::to_string(kMaxWeights) + " weights";
    if (!wrong.empty()) return tl::unexpected(std::string(name) + ":" + std::to_string(number) + ": " + wrong);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

Result<Weights> LoadWeights(const std::string& path) {
  const auto text = ReadFile("weights file", path, kMaxWeightsFileBytes, FileSecrecy::kPublic);
  if (!text) return tl::unexpected(text.error());
  return ParseWeights(*text, path);
}

}  // namespace hearsay
