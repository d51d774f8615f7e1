// SPDX-License-Identifier: MIT
//
// Bytes: how every room names raw memory.
//
// BytesView is what goes in (borrowed, never kept), Bytes what comes out (owned). ByteArray<N> is for values of a
// fixed size: keys, cookies, ids. The big-endian helpers write into fixed buffers; nothing here allocates but Bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;
template <std::size_t N>
using ByteArray = std::array<std::byte, N>;

inline BytesView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view AsText(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline const unsigned char* AsUnsigned(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }
inline unsigned char* AsUnsigned(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }

template <typename T>
void StoreBigEndian(T value, std::byte* out) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out[i] = static_cast<std::byte>(value >> (8 * (sizeof(T) - 1 - i)));
  }
}
template <typename T>
T LoadBigEndian(const std::byte* in) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((value << 8) | static_cast<T>(in[i]));
  return value;
}

// Lower-case hex, two digits a byte.
std::string ToHex(BytesView bytes);
// False when `hex` is not exactly 2 * out.size() hex digits (either case); `out` is then unspecified.
bool FromHex(std::string_view hex, std::span<std::byte> out);

}  // namespace hearsay
