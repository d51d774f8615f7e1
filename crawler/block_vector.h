// SPDX-License-Identifier: MIT
//
// BlockVector: push_back and access by number for the crawl's long tables, in blocks of kBlock elements.
//
// A std::vector of a million elements leaves up to half of its memory unused, and moves all of them, with twice the
// memory, whenever it grows. This one leaves at most a block unused and never moves an element.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace hearsay {

template <typename T>
class BlockVector {
 public:
  static constexpr std::size_t kBlock = 256;

  void push_back(T element) {
    if (size_ % kBlock == 0) blocks_.push_back(std::make_unique<T[]>(kBlock));
    blocks_.back()[size_ % kBlock] = std::move(element);
    ++size_;
  }
  T& operator[](std::size_t i) { return blocks_[i / kBlock][i % kBlock]; }
  const T& operator[](std::size_t i) const { return blocks_[i / kBlock][i % kBlock]; }
  std::size_t size() const { return size_; }

  class Iterator {
   public:
    Iterator(const BlockVector& vector, std::size_t at) : vector_(vector), at_(at) {}
    const T& operator*() const { return vector_[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const BlockVector& vector_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

 private:
  std::vector<std::unique_ptr<T[]>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace hearsay
