// SPDX-License-Identifier: MIT
#include "crawler/report/clean_text.h"

#include "proto/text.h"

namespace hearsay {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Surrogates and what is above U+10FFFF are no UTF-8 to begin with.
bool IsClean(char32_t c) {
  const bool is_control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
  return (!is_control && c != 0xfffe && c != 0xffff) || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string CleanText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = TakeCodePoint(text);
    if (!c) text.remove_prefix(1);
    out += c && IsClean(*c) ? before.substr(0, before.size() - text.size()) : kReplacement;
  }
  return out;
}

}  // namespace hearsay
