// SPDX-License-Identifier: MIT
//
// FlatIndex: finds 32-bit numbers of things by a keyed hash of them, in 5.3 to 10.7 bytes a thing.
//
// Open addressing with linear probing in one array; deleting shifts back what follows, so there are no tombstones and
// the probes do not depend on what was there before. It keeps neither keys nor hashes: whoever uses it says whether a
// number is the one that is meant, and hashes it again when it has to move. The hash must be keyed with a secret
// (SipHash): then an attacker can't make probes long by choosing what is put in. It can't be iterated, on purpose: the
// order would be the hash's. Source: Knuth, TAOCP volume 3, 6.4, algorithm R.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/check.h"

namespace hearsay {

class FlatIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // The first number under `hash` for which is_it(number) is true; kNone when there is none. It may be asked about
  // numbers of other hashes too.
  template <typename IsIt>
  std::uint32_t Find(std::uint64_t hash, IsIt is_it) const {
    if (cells_.empty()) return kNone;
    for (std::size_t i = HomeOf(hash); cells_[i] != kNone; i = After(i)) {
      if (is_it(cells_[i])) return cells_[i];
    }
    return kNone;
  }
  // hash_of(number) gives the hash of any number that is in the index. `number` is not in it yet.
  template <typename HashOf>
  void Insert(std::uint32_t number, HashOf hash_of) {
    HEARSAY_CHECK(number != kNone);
    if (4 * (size_ + 1) > 3 * cells_.size()) Grow(hash_of);
    Put(number, hash_of(number));
    ++size_;
  }
  template <typename HashOf>
  void Erase(std::uint32_t number, HashOf hash_of) {
    HEARSAY_CHECK(size_ > 0);
    std::size_t hole = HomeOf(hash_of(number));
    while (cells_[hole] != number) {
      HEARSAY_CHECK(cells_[hole] != kNone);
      hole = After(hole);
    }
    // Whatever would no longer be reached from its home across the hole moves into it.
    for (std::size_t i = After(hole); cells_[i] != kNone; i = After(i)) {
      if (Distance(HomeOf(hash_of(cells_[i])), i) < Distance(hole, i)) continue;
      cells_[hole] = cells_[i];
      hole = i;
    }
    cells_[hole] = kNone;
    --size_;
  }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kLeastCells = 16;

  std::size_t HomeOf(std::uint64_t hash) const { return hash & (cells_.size() - 1); }
  std::size_t After(std::size_t i) const { return (i + 1) & (cells_.size() - 1); }
  std::size_t Distance(std::size_t from, std::size_t to) const { return (to - from) & (cells_.size() - 1); }

  void Put(std::uint32_t number, std::uint64_t hash) {
    std::size_t i = HomeOf(hash);
    while (cells_[i] != kNone) i = After(i);
    cells_[i] = number;
  }
  template <typename HashOf>
  void Grow(HashOf hash_of) {
    std::vector<std::uint32_t> old(cells_.empty() ? kLeastCells : 2 * cells_.size(), kNone);
    old.swap(cells_);
    for (const std::uint32_t number : old) {
      if (number != kNone) Put(number, hash_of(number));
    }
  }

  std::vector<std::uint32_t> cells_;  // a power of two, at most three quarters of them taken; it never shrinks
  std::size_t size_ = 0;
};

}  // namespace hearsay
