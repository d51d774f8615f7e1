// SPDX-License-Identifier: MIT
//
// Slab: things with stable addresses and small numbers, made and destroyed one by one, in chunks of 64.
//
// A thing is made as T(number) and keeps address and number until it is removed; then the number is free again, and the
// lowest free one is given out next. So numbers stay dense and the order of numbers depends only on what was added and
// removed. Memory is as for the most that there ever were at once.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "proto/check.h"

namespace hearsay {

template <typename T>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    ForEach([](T& thing) { std::destroy_at(&thing); });
  }

  T& Add() {
    while (room_ < chunks_.size() && chunks_[room_]->used == ~std::uint64_t{0}) ++room_;
    if (room_ == chunks_.size()) chunks_.push_back(std::make_unique<Chunk>());
    Chunk& chunk = *chunks_[room_];
    const auto place = static_cast<std::size_t>(std::countr_one(chunk.used));
    T* const made = std::construct_at(&chunk.cells[place].thing, static_cast<std::uint32_t>(room_ * kChunk + place));
    chunk.used |= std::uint64_t{1} << place;
    ++size_;
    return *made;
  }
  void Remove(std::uint32_t number) {
    T& thing = At(number);
    std::destroy_at(&thing);
    const std::size_t chunk = number / kChunk;
    chunks_[chunk]->used &= ~(std::uint64_t{1} << number % kChunk);
    if (chunk < room_) room_ = chunk;
    --size_;
  }
  T& At(std::uint32_t number) { return const_cast<T&>(std::as_const(*this).At(number)); }
  const T& At(std::uint32_t number) const {
    const Chunk& chunk = *chunks_[number / kChunk];
    HEARSAY_CHECK((chunk.used >> number % kChunk & 1) != 0);
    return chunk.cells[number % kChunk].thing;
  }
  // In the order of numbers. `visit` may remove what it is given, and nothing else.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (const auto& chunk : chunks_) {
      for (std::size_t i = 0; i < kChunk; ++i) {
        if (chunk->used >> i & 1) visit(chunk->cells[i].thing);
      }
    }
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    const_cast<Slab&>(*this).ForEach([&](const T& thing) { visit(thing); });
  }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kChunk = 64;  // bits of `used`
  union Cell {
    Cell() {}
    ~Cell() {}
    T thing;
  };
  struct Chunk {
    std::uint64_t used = 0;  // bit i: cells[i] holds a thing
    Cell cells[kChunk];
  };

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::size_t room_ = 0;  // every chunk before this one is full
  std::size_t size_ = 0;
};

}  // namespace hearsay
