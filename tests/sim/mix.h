// SPDX-License-Identifier: MIT
//
// Mix: a stateless hash of numbers (the finalizer of SplitMix64; Steele, Lea, Flood 2014). For choices that must depend
// on who, not on when: a pair's latency, a node's seed. Not for secrets.
#pragma once

#include <cstdint>

namespace hearsay::sim {

constexpr std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}
constexpr std::uint64_t Mix(std::uint64_t a, std::uint64_t b) { return Mix(Mix(a) ^ b); }
constexpr std::uint64_t Mix(std::uint64_t a, std::uint64_t b, std::uint64_t c) { return Mix(Mix(a, b), c); }

}  // namespace hearsay::sim
