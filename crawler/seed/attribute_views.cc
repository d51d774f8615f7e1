// SPDX-License-Identifier: MIT
#include "crawler/seed/attribute_views.h"

#include <algorithm>
#include <iterator>

namespace hearsay {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;  // RFC 1035 section 2.3.4

// Appends "." and the text in lower case; false when it is no label that a resolver would let pass.
bool AppendLabel(std::string_view text, std::string& out) {
  if (text.empty() || text.size() > kMaxLabelBytes) return false;
  out += '.';
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool fine = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fine) return false;
    out += upper ? static_cast<char>(c + 32) : c;
  }
  return true;
}

// False: the attribute has no such view.
bool NameView(const Attributes::value_type& attribute, bool of_value, std::string& out) {
  out = of_value ? "is" : "has";
  return AppendLabel(attribute.first, out) && (!of_value || AppendLabel(attribute.second, out));
}

// One peer's attribute, as a name below "has", or below "is".
struct Mention {
  std::uint64_t name = 0;  // its hash
  std::uint32_t peer = 0;
  std::uint16_t attribute = 0;
  bool of_value = false;
  auto operator<=>(const Mention&) const = default;
};
static_assert(kMaxAttributes <= UINT16_MAX);

// Those of one name: [begin, end) of all in order.
struct Name {
  std::uint32_t groups = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
static_assert(sizeof(Mention) == 16 && sizeof(Name) == 12);
static_assert(2 * kMaxAttributes * GoodPeers::kMaxPeers <= UINT32_MAX);

std::vector<Mention> Mentions(std::span<const GoodPeer> peers, const SipKey& key) {
  std::vector<Mention> out;
  std::size_t attributes = 0;
  for (const GoodPeer& peer : peers) attributes += peer.attributes.size();
  out.reserve(2 * attributes);
  std::string name;
  for (std::uint32_t peer = 0; peer < peers.size(); ++peer) {
    std::uint16_t number = 0;
    for (const auto& attribute : peers[peer].attributes) {
      for (const bool of_value : {false, true}) {
        if (NameView(attribute, of_value, name)) out.push_back({SipHash(key, AsBytes(name)), peer, number, of_value});
      }
      ++number;
    }
  }
  std::ranges::sort(out);
  return out;
}

std::vector<Name> NamesOf(const std::vector<Mention>& mentions, std::span<const std::uint32_t> group_of) {
  std::vector<Name> out;
  out.reserve(mentions.size());
  for (std::uint32_t i = 0; i < mentions.size(); ++i) {
    const bool other_name = i == 0 || mentions[i].name != mentions[i - 1].name;
    if (other_name) out.push_back({.groups = 0, .begin = i, .end = i});
    const bool other_group = other_name || group_of[mentions[i].peer] != group_of[mentions[i - 1].peer];
    out.back().groups += other_group ? 1 : 0;
    out.back().end = i + 1;
  }
  return out;
}

}  // namespace

std::vector<AttributeView> WidestAttributeViews(std::span<const GoodPeer> peers,
                                                std::span<const std::uint32_t> group_of, std::size_t most,
                                                const SipKey& key) {
  const std::vector<Mention> mentions = Mentions(peers, key);
  std::vector<Name> names = NamesOf(mentions, group_of);
  const std::size_t kept = std::min(most, names.size());
  // Of names that are as wide as each other the hash decides: nobody's choice.
  const auto is_wider = [](const Name& a, const Name& b) {
    return a.groups != b.groups ? a.groups > b.groups : a.begin < b.begin;
  };
  std::ranges::partial_sort(names, names.begin() + static_cast<std::ptrdiff_t>(kept), is_wider);
  names.resize(kept);
  std::vector<AttributeView> out;
  for (const Name& name : names) {
    const Mention& one = mentions[name.begin];
    AttributeView& view = out.emplace_back();
    NameView(*std::next(peers[one.peer].attributes.begin(), one.attribute), one.of_value, view.name);
    for (std::size_t i = name.begin; i < name.end; ++i) {
      const std::uint32_t peer = mentions[i].peer;
      // Two keys of one peer may differ in case only.
      if (view.members.empty() || view.members.back() != peer) view.members.push_back(peer);
    }
  }
  return out;
}

}  // namespace hearsay
