// SPDX-License-Identifier: MIT
#include "proto/text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace hearsay {
namespace {

bool IsPrintable(std::uint32_t c) {
  const auto in = [c](std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; };
  return !(in(0, 0x1f) || in(0x7f, 0x9f) ||                          // C0, DEL, C1
           c == 0x61c || in(0x200e, 0x200f) ||                       // direction marks
           in(0x2028, 0x202e) || in(0x2066, 0x2069) || c == 0xfeff ||  // separators, embeddings, isolates, byte order
           c == 0xad || c == 0x180e || c == 0x200b || in(0x2060, 0x2064) ||  // invisible; joiners are letters' business
           in(0xfff9, 0xfffb) || in(0xe0000, 0xe007f));                      // annotations, tags
}

}  // namespace

std::optional<char32_t> TakeCodePoint(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  std::size_t size = 1;
  std::uint32_t value = first;
  std::uint32_t smallest = 0;  // that needs this many bytes
  if (first >= 0x80) {
    if (first >= 0xf8 || first < 0xc0) return std::nullopt;
    size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    smallest = kSmallest[size];
    value = first & (0x7fu >> size);
  }
  if (text.size() < size) return std::nullopt;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3f);
  }
  if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool IsPrintableUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto c = TakeCodePoint(text);
    if (!c || !IsPrintable(*c)) return false;
  }
  return true;
}

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view from = text;
    const auto c = TakeCodePoint(text);
    if (!c) text.remove_prefix(1);
    out += c && IsPrintable(*c) ? from.substr(0, from.size() - text.size()) : "?";
  }
  return out;
}

}  // namespace hearsay
