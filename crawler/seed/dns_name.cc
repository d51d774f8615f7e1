// SPDX-License-Identifier: MIT
#include "crawler/seed/dns_name.h"

#include <algorithm>

namespace hearsay {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;

std::byte Lower(std::byte b) {
  const auto c = std::to_integer<unsigned>(b);
  return c >= 'A' && c <= 'Z' ? static_cast<std::byte>(c + 32) : b;
}

bool SameLetters(BytesView a, BytesView b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);  // lengths are below 'A', so they are compared as they are
}

}  // namespace

std::optional<DnsName> DnsName::FromWire(BytesView wire) {
  if (wire.size() > kMaxBytes) return std::nullopt;
  std::size_t at = 0;
  while (at < wire.size() && wire[at] != std::byte{0}) {
    const auto size = std::to_integer<std::size_t>(wire[at]);
    if (size > kMaxLabelBytes) return std::nullopt;
    at += 1 + size;
  }
  if (at + 1 != wire.size()) return std::nullopt;
  return DnsName(Bytes(wire.begin(), wire.end()));
}

std::optional<DnsName> DnsName::FromText(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  Bytes wire;
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || label.size() > kMaxLabelBytes) return std::nullopt;
    wire.push_back(static_cast<std::byte>(label.size()));
    wire.insert(wire.end(), AsBytes(label).begin(), AsBytes(label).end());
    text.remove_prefix(std::min(text.size(), label.size() + 1));
  }
  wire.push_back(std::byte{0});
  return wire.size() <= kMaxBytes ? std::optional(DnsName(std::move(wire))) : std::nullopt;
}

std::vector<std::string> DnsName::Labels() const {
  std::vector<std::string> out;
  for (std::size_t at = 0; wire_[at] != std::byte{0};) {
    const auto size = std::to_integer<std::size_t>(wire_[at]);
    std::string& label = out.emplace_back();
    for (std::size_t i = 1; i <= size; ++i) label += static_cast<char>(Lower(wire_[at + i]));
    at += 1 + size;
  }
  return out;
}

std::string DnsName::ToString() const {
  std::string out;
  for (const std::string& label : Labels()) out += (out.empty() ? "" : ".") + label;
  return out;
}

std::optional<DnsName> DnsName::SuffixIn(const DnsName& zone) const {
  for (std::size_t at = 0;;) {
    const BytesView rest = BytesView(wire_).subspan(at);
    if (rest.size() == zone.wire_.size() && SameLetters(rest, zone.wire_)) {
      return DnsName(Bytes(rest.begin(), rest.end()));
    }
    if (rest.size() <= zone.wire_.size()) return std::nullopt;
    at += 1 + std::to_integer<std::size_t>(wire_[at]);
  }
}

std::optional<DnsName> DnsName::Join(std::string_view label, const DnsName& parent) {
  if (label.empty() || label.size() > kMaxLabelBytes) return std::nullopt;
  if (1 + label.size() + parent.wire_.size() > kMaxBytes) return std::nullopt;
  Bytes wire{static_cast<std::byte>(label.size())};
  wire.insert(wire.end(), AsBytes(label).begin(), AsBytes(label).end());
  wire.insert(wire.end(), parent.wire_.begin(), parent.wire_.end());
  return DnsName(std::move(wire));
}

}  // namespace hearsay
