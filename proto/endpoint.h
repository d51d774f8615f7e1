// SPDX-License-Identifier: MIT
//
// Endpoint: an IP address and a UDP port, what an address costs (its group), and where it may be spoken of (its scope).
//
// Addresses are held as 16 bytes; IPv4 is the mapped form ::ffff:a.b.c.d, so that one comparison orders both families.
// Text: 192.0.2.1:7075 and [2001:db8::1]:7075 (RFC 5952). Host names are not endpoints; node/io resolves them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

inline constexpr std::uint16_t kDefaultPort = 7075;

// How far an address reaches. RFC 1122, 1918, 4193, 4291, 6598, 6890. Ordered: a wider scope is greater.
enum class Scope : std::uint8_t {
  kUnusable,  // unspecified, multicast, broadcast, documentation, reserved: never dialled, stored or told
  kLoopback,  // 127/8, ::1
  kPrivate,   // 10/8, 172.16/12, 192.168/16, 100.64/10, 169.254/16, 198.18/15, fc00::/7
  kGlobal,
};

struct IpAddress {
  ByteArray<16> bytes{};

  // In byte order, as two numbers: trees of endpoints are most of what a node compares.
  std::strong_ordering operator<=>(const IpAddress& other) const {
    if (const auto order = Half(0) <=> other.Half(0); order != 0) return order;
    return Half(8) <=> other.Half(8);
  }
  bool operator==(const IpAddress& other) const { return Half(8) == other.Half(8) && Half(0) == other.Half(0); }
  bool IsV4() const;
  bool IsUnspecified() const;
  Scope scope() const;
  std::string ToString() const;
  static IpAddress V4(std::uint32_t host_order);
  static IpAddress V6(const ByteArray<16>& bytes) { return {bytes}; }
  // Dotted quad or RFC 4291 text, without brackets, port or zone.
  static std::optional<IpAddress> Parse(std::string_view text);

 private:
  std::uint64_t Half(std::size_t at) const { return LoadBigEndian<std::uint64_t>(bytes.data() + at); }
};

// What an attacker must pay for: IPv4 /16, IPv6 /32; on private and loopback networks each address is its own group.
// Equal groups compare equal; the value has no other meaning. Total order, for deterministic containers.
struct AddressGroup {
  ByteArray<17> key{};
  auto operator<=>(const AddressGroup&) const = default;
  std::string ToString() const;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  static constexpr std::size_t kSize = 18;  // 16 address bytes, port big-endian
  auto operator<=>(const Endpoint&) const = default;
  Scope scope() const { return address.scope(); }
  AddressGroup group() const;
  // An endpoint that may be dialled: usable address, port not 0.
  bool IsDialable() const { return port != 0 && scope() != Scope::kUnusable; }
  std::string ToString() const;
  ByteArray<kSize> ToBytes() const;
  static Endpoint FromBytes(std::span<const std::byte, kSize> bytes);
  // "a.b.c.d:port", "[v6]:port"; with `default_port`, also "a.b.c.d", "v6" and "[v6]". Port 0 is accepted here: it is
  // a valid thing to listen on. nullopt for anything else, host names included.
  static std::optional<Endpoint> Parse(std::string_view text, std::optional<std::uint16_t> default_port = {});
};

// Address scope rule: an endpoint of scope `what` may be told to, or believed from, a peer whose own endpoint has scope
// `peer`. Private addresses are not told to public peers nor dialled because a public peer said so; loopback only
// among loopback.
bool MayTravel(Scope what, Scope peer);

}  // namespace hearsay
