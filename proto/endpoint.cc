// SPDX-License-Identifier: MIT
#include "proto/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace hearsay {
namespace {

constexpr std::size_t kV4Offset = 12;

std::uint32_t V4Value(const IpAddress& a) { return LoadBigEndian<std::uint32_t>(a.bytes.data() + kV4Offset); }

struct V4Block {
  std::uint32_t prefix;
  int bits;
  Scope scope;
};
// Most specific first where blocks overlap.
constexpr V4Block kV4Blocks[] = {
    {0x7f000000, 8, Scope::kLoopback},  {0x0a000000, 8, Scope::kPrivate},    // 127/8, 10/8
    {0xac100000, 12, Scope::kPrivate},  {0xc0a80000, 16, Scope::kPrivate},   // 172.16/12, 192.168/16
    {0x64400000, 10, Scope::kPrivate},  {0xa9fe0000, 16, Scope::kPrivate},   // 100.64/10, 169.254/16
    {0xc6120000, 15, Scope::kPrivate},                                       // 198.18/15, benchmarks
    {0x00000000, 8, Scope::kUnusable},  {0xc0000000, 24, Scope::kUnusable},  // 0/8, 192.0.0/24
    {0xc0000200, 24, Scope::kUnusable}, {0xc6336400, 24, Scope::kUnusable},  // TEST-NET-1, -2
    {0xcb007100, 24, Scope::kUnusable}, {0xe0000000, 3, Scope::kUnusable},   // TEST-NET-3, 224/4 and 240/4
    {0xc0586300, 24, Scope::kUnusable},                                      // 192.88.99.0/24, 6to4 relays
};

Scope V4Scope(std::uint32_t address) {
  for (const V4Block& block : kV4Blocks) {
    if ((address ^ block.prefix) >> (32 - block.bits) == 0) return block.scope;
  }
  return Scope::kGlobal;
}

Scope V6Scope(const ByteArray<16>& b) {
  const auto byte = [&](int i) { return std::to_integer<unsigned>(b[static_cast<std::size_t>(i)]); };
  const bool first15zero = std::all_of(b.begin(), b.end() - 1, [](std::byte x) { return x == std::byte{0}; });
  if (first15zero) return byte(15) == 1 ? Scope::kLoopback : Scope::kUnusable;
  if ((byte(0) & 0xfe) == 0xfc) return Scope::kPrivate;                          // fc00::/7
  const unsigned first = byte(0) << 8 | byte(1);
  const unsigned second = byte(2) << 8 | byte(3);
  if (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) return Scope::kUnusable;  // 2001::/23, 2001:db8::/32
  if (first == 0x2002 || (first == 0x3fff && second < 0x1000)) return Scope::kUnusable;   // 2002::/16, 3fff::/20
  if ((byte(0) & 0xe0) == 0x20) return Scope::kGlobal;                                    // 2000::/3
  return Scope::kUnusable;  // link-local (an endpoint names no link), multicast, unallocated, translation prefixes
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  if (text.size() > 1 && text[0] == '0') return std::nullopt;  // one way to write a port
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

}  // namespace

bool IpAddress::IsV4() const {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::byte x) { return x == std::byte{0}; }) &&
         bytes[10] == std::byte{0xff} && bytes[11] == std::byte{0xff};
}

bool IpAddress::IsUnspecified() const { return *this == IpAddress{} || *this == V4(0); }

Scope IpAddress::scope() const { return IsV4() ? V4Scope(V4Value(*this)) : V6Scope(bytes); }

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (IsV4()) {
    inet_ntop(AF_INET, bytes.data() + kV4Offset, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

IpAddress IpAddress::V4(std::uint32_t host_order) {
  IpAddress a;
  a.bytes[10] = a.bytes[11] = std::byte{0xff};
  StoreBigEndian(host_order, a.bytes.data() + kV4Offset);
  return a;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  // A NUL would end the text early for inet_pton and hide what follows it.
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return std::nullopt;
  const std::string copy(text);
  std::uint32_t v4 = 0;
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return V4(ntohl(v4));
  IpAddress a;
  if (inet_pton(AF_INET6, copy.c_str(), a.bytes.data()) == 1) return a;
  return std::nullopt;
}

std::string AddressGroup::ToString() const { return ToHex(key); }

AddressGroup Endpoint::group() const {
  AddressGroup g;
  const bool v4 = address.IsV4();
  std::size_t keep = address.bytes.size();
  if (scope() == Scope::kGlobal) keep = v4 ? kV4Offset + 2 : 4;
  g.key[0] = static_cast<std::byte>(keep);
  std::copy_n(address.bytes.begin(), keep, g.key.begin() + 1);
  return g;
}

std::string Endpoint::ToString() const {
  const std::string host = address.ToString();
  return (address.IsV4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

ByteArray<Endpoint::kSize> Endpoint::ToBytes() const {
  ByteArray<kSize> out;
  std::copy(address.bytes.begin(), address.bytes.end(), out.begin());
  StoreBigEndian(port, out.data() + 16);
  return out;
}

Endpoint Endpoint::FromBytes(std::span<const std::byte, kSize> bytes) {
  Endpoint e;
  std::copy_n(bytes.begin(), 16, e.address.bytes.begin());
  e.port = LoadBigEndian<std::uint16_t>(bytes.data() + 16);
  return e;
}

std::optional<Endpoint> Endpoint::Parse(std::string_view text, std::optional<std::uint16_t> default_port) {
  std::string_view host = text;
  std::optional<std::uint16_t> port = default_port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty()) {
      if (rest[0] != ':') return std::nullopt;
      port = ParsePort(rest.substr(1));
      if (!port) return std::nullopt;
    }
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos && text.rfind(':') == colon) {
    host = text.substr(0, colon);
    port = ParsePort(text.substr(colon + 1));
    if (!port) return std::nullopt;
  }
  if (!port) return std::nullopt;
  const auto address = IpAddress::Parse(host);
  if (!address) return std::nullopt;
  return Endpoint{*address, *port};
}

bool MayTravel(Scope what, Scope peer) {
  switch (what) {
    case Scope::kUnusable: return false;
    case Scope::kLoopback: return peer == Scope::kLoopback;
    case Scope::kPrivate: return peer == Scope::kLoopback || peer == Scope::kPrivate;
    case Scope::kGlobal: return peer != Scope::kUnusable;
  }
  return false;
}

}  // namespace hearsay
