// SPDX-License-Identifier: MIT
//
// Rng: the core's only source of chance, a value that is passed in.
//
// ChaCha20 with fast key erasure (Bernstein, 2017): each refill overwrites the key with the first 32 bytes of output,
// so a later theft of memory does not reveal keys drawn before. Production seeds it once from the system; the
// simulator and the fuzzers seed it with a number, and every choice replays. Fine for ephemeral keys and cookies.
#pragma once

#include <cstdint>
#include <utility>

#include "proto/bytes.h"
#include "proto/check.h"

namespace hearsay {

class Rng {
 public:
  using Seed = ByteArray<32>;
  explicit Rng(const Seed& seed) : key_(seed) {}
  static Rng FromNumber(std::uint64_t number);

  void Fill(std::span<std::byte> out);
  std::uint64_t Next64();
  // Uniform in [0, bound), bound > 0; rejection, so no modulo bias.
  std::uint64_t Below(std::uint64_t bound);
  // True with probability numerator / denominator.
  bool Chance(std::uint64_t numerator, std::uint64_t denominator) { return Below(denominator) < numerator; }
  template <std::size_t N>
  ByteArray<N> Array() {
    ByteArray<N> out;
    Fill(out);
    return out;
  }
  // Fisher-Yates over the first `count` places: an unbiased draw without replacement.
  template <typename T>
  void PartialShuffle(std::vector<T>& items, std::size_t count) {
    for (std::size_t i = 0; i < count && i + 1 < items.size(); ++i) {
      std::swap(items[i], items[i + Below(items.size() - i)]);
    }
  }
  // An independent stream, for a part that must not disturb the others.
  Rng Fork() { return Rng(Array<32>()); }

 private:
  void Refill();

  Seed key_;
  ByteArray<512> pool_;
  std::size_t used_ = 512;
};

}  // namespace hearsay
