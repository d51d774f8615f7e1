// SPDX-License-Identifier: MIT
#include "proto/rng.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace hearsay {

Rng Rng::FromNumber(std::uint64_t number) {
  Seed seed{};
  StoreBigEndian(number, seed.data());
  return Rng(seed);
}

void Rng::Refill() {
  constexpr unsigned char kNonce[crypto_stream_chacha20_NONCEBYTES] = {};
  ByteArray<32 + 512> stream;
  crypto_stream_chacha20(AsUnsigned(stream.data()), stream.size(), kNonce, AsUnsigned(key_.data()));
  std::copy_n(stream.begin(), 32, key_.begin());
  std::copy(stream.begin() + 32, stream.end(), pool_.begin());
  sodium_memzero(stream.data(), stream.size());
  used_ = 0;
}

void Rng::Fill(std::span<std::byte> out) {
  while (!out.empty()) {
    if (used_ == pool_.size()) Refill();
    const std::size_t n = std::min(out.size(), pool_.size() - used_);
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), n, out.begin());
    std::fill_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), n, std::byte{0});
    used_ += n;
    out = out.subspan(n);
  }
}

std::uint64_t Rng::Next64() {
  ByteArray<8> b;
  Fill(b);
  return LoadBigEndian<std::uint64_t>(b.data());
}

std::uint64_t Rng::Below(std::uint64_t bound) {
  HEARSAY_CHECK(bound > 0);
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    const std::uint64_t value = Next64();
    if (value < limit) return value % bound;
  }
}

}  // namespace hearsay
