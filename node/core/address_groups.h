// SPDX-License-Identifier: MIT
//
// AddressGroups: what an address costs an attacker, as an AddressGroup.
//
// Without more knowledge a global address is in its IPv4 /16 or IPv6 /32, a private or loopback one alone
// (Endpoint::group). Given a table of who announces which prefix, a global address is in its autonomous system, by the
// longest prefix that covers it: whoever rents from one provider in twenty /16s has one group, not twenty. Addresses in
// no prefix keep the plain group. Source: Bitcoin Core's asmap (2020), which does it for the same reason.
//
// Immutable once built. Nested prefixes are flattened into ranges at that time: a prefix makes at most two of them, 8
// bytes each (IPv6: 12), so a million IPv4 prefixes take at most 16 MB; a look-up is one binary search.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/endpoint.h"

namespace hearsay {

// `first` has no bits beyond `bits`: at most 32 of them, of IPv6 at most 64. AS 0 is nobody's (RFC 7607).
struct AsPrefix {
  IpAddress first;
  unsigned bits = 0;
  std::uint32_t as = 0;
};

class AddressGroups {
 public:
  class Builder;

  AddressGroups() = default;  // knows no prefix
  static const AddressGroups& Plain();

  AddressGroup Of(const Endpoint& endpoint) const;
  // For people: "AS64500", "203.0.0.0/16", "2a00:1450::/32"; a private or loopback address as it is.
  std::string NameOf(const Endpoint& endpoint) const;
  // The autonomous system that announces the address; 0 when none is known.
  std::uint32_t AsOf(const IpAddress& address) const;
  std::size_t prefixes() const { return prefixes_; }
  std::size_t memory_bytes() const;

 private:
  // starts[i] up to before starts[i + 1] is of as[i]; 0 is nobody.
  template <typename Address>
  struct Ranges {
    std::vector<Address> starts;
    std::vector<std::uint32_t> as;
    std::uint32_t Find(Address address) const;
  };

  Ranges<std::uint32_t> v4_;
  Ranges<std::uint64_t> v6_;  // the first half of the address
  std::size_t prefixes_ = 0;
};

// Takes prefixes in any order. Of one that comes twice the first counts: an address has one group.
class AddressGroups::Builder {
 public:
  void Add(const AsPrefix& prefix);
  std::size_t size() const { return v4_.size() + v6_.size(); }
  AddressGroups Build() &&;

 private:
  template <typename Address>
  struct Entry {
    Address first;
    Address last;
    std::uint32_t as;
  };
  template <typename Address>
  static std::size_t Flatten(std::vector<Entry<Address>> entries, Ranges<Address>& out);

  std::vector<Entry<std::uint32_t>> v4_;
  std::vector<Entry<std::uint64_t>> v6_;
};

}  // namespace hearsay
