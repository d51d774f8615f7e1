// SPDX-License-Identifier: MIT
#include "node/core/address_groups.h"

#include <algorithm>
#include <limits>

#include "proto/ban.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr std::byte kAsTag{1};  // of AddressGroup::key; Endpoint::group() puts 4, 14 or 16 there

std::uint32_t FirstOfV4(const IpAddress& a) { return LoadBigEndian<std::uint32_t>(a.bytes.data() + 12); }
std::uint64_t FirstOfV6(const IpAddress& a) { return LoadBigEndian<std::uint64_t>(a.bytes.data()); }

template <typename Address>
Address LastOf(Address first, unsigned bits) {
  constexpr unsigned kBits = std::numeric_limits<Address>::digits;
  HEARSAY_CHECK(bits <= kBits);
  const Address beyond = bits == kBits ? Address{0} : static_cast<Address>(~Address{0} >> bits);
  HEARSAY_CHECK((first & beyond) == 0);
  return first | beyond;
}

}  // namespace

const AddressGroups& AddressGroups::Plain() {
  static const AddressGroups plain;
  return plain;
}

template <typename Address>
std::uint32_t AddressGroups::Ranges<Address>::Find(Address address) const {
  const auto after = std::upper_bound(starts.begin(), starts.end(), address);
  return after == starts.begin() ? 0 : as[static_cast<std::size_t>(after - starts.begin()) - 1];
}

std::uint32_t AddressGroups::AsOf(const IpAddress& address) const {
  return address.IsV4() ? v4_.Find(FirstOfV4(address)) : v6_.Find(FirstOfV6(address));
}

AddressGroup AddressGroups::Of(const Endpoint& endpoint) const {
  if (prefixes_ == 0 || endpoint.scope() != Scope::kGlobal) return endpoint.group();
  const std::uint32_t as = AsOf(endpoint.address);
  if (as == 0) return endpoint.group();
  AddressGroup group;
  group.key[0] = kAsTag;
  StoreBigEndian(as, group.key.data() + 1);
  return group;
}

std::string AddressGroups::NameOf(const Endpoint& endpoint) const {
  const AddressGroup group = Of(endpoint);
  if (group.key[0] == kAsTag) return "AS" + std::to_string(LoadBigEndian<std::uint32_t>(group.key.data() + 1));
  // What else is there is how many bytes of the address count.
  return IpPrefix::Of(endpoint.address, std::to_integer<unsigned>(group.key[0]) * 8)->ToString();
}

std::size_t AddressGroups::memory_bytes() const {
  return v4_.starts.capacity() * 4 + v4_.as.capacity() * 4 + v6_.starts.capacity() * 8 + v6_.as.capacity() * 4;
}

void AddressGroups::Builder::Add(const AsPrefix& prefix) {
  if (prefix.first.IsV4()) {
    const std::uint32_t first = FirstOfV4(prefix.first);
    v4_.push_back({first, LastOf(first, prefix.bits), prefix.as});
  } else {
    const std::uint64_t first = FirstOfV6(prefix.first);
    v6_.push_back({first, LastOf(first, prefix.bits), prefix.as});
  }
}

AddressGroups AddressGroups::Builder::Build() && {
  AddressGroups out;
  out.prefixes_ = Flatten(std::move(v4_), out.v4_) + Flatten(std::move(v6_), out.v6_);
  return out;
}

// Prefixes nest or are apart. In the order of their first addresses, outer before inner, a stack holds those that are
// open; where one ends, the one around it goes on. Returns how many different prefixes there were.
template <typename Address>
std::size_t AddressGroups::Builder::Flatten(std::vector<Entry<Address>> entries, Ranges<Address>& out) {
  using E = Entry<Address>;
  const auto order = [](const E& a, const E& b) { return std::pair(a.first, b.last) < std::pair(b.first, a.last); };
  std::stable_sort(entries.begin(), entries.end(), order);
  const auto same = [](const E& a, const E& b) { return a.first == b.first && a.last == b.last; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());

  const auto begin = [&out](Address start, std::uint32_t as) {
    if (!out.starts.empty() && out.starts.back() == start) {
      out.starts.pop_back();
      out.as.pop_back();
    }
    if ((out.as.empty() ? 0 : out.as.back()) == as) return;
    out.starts.push_back(start);
    out.as.push_back(as);
  };
  std::vector<const E*> open;
  const auto close = [&] {
    const Address last = open.back()->last;
    open.pop_back();
    if (last != std::numeric_limits<Address>::max()) begin(last + 1, open.empty() ? 0 : open.back()->as);
  };
  for (const E& entry : entries) {
    while (!open.empty() && open.back()->last < entry.first) close();
    begin(entry.first, entry.as);
    open.push_back(&entry);
  }
  while (!open.empty()) close();
  out.starts.shrink_to_fit();
  out.as.shrink_to_fit();
  return entries.size();
}

}  // namespace hearsay
