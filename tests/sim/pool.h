// SPDX-License-Identifier: MIT
//
// Pool: numbered places that are used again. A released value keeps what it had allocated, so that a running simulation
// allocates nothing an event; the pool is as large as the most that was ever in use at once.
#pragma once

#include <cstdint>
#include <vector>

namespace hearsay::sim {

template <typename T>
class Pool {
 public:
  std::uint32_t Take() {
    if (free_.empty()) {
      items_.emplace_back();
      return static_cast<std::uint32_t>(items_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  std::uint32_t Put(T value) {
    const std::uint32_t index = Take();
    items_[index] = std::move(value);
    return index;
  }
  void Release(std::uint32_t index) { free_.push_back(index); }
  T& operator[](std::uint32_t index) { return items_[index]; }
  std::size_t in_use() const { return items_.size() - free_.size(); }

 private:
  std::vector<T> items_;
  std::vector<std::uint32_t> free_;
};

}  // namespace hearsay::sim
