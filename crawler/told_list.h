// SPDX-License-Identifier: MIT
//
// ToldList: the endpoints that one node named, as numbers of the frontier: a set of 32-bit numbers in one to three
// bytes each. Ordered; gaps as varints (LEB128). It is written once or twice, at the end of a visit, and read at the
// end of the crawl: merging decodes and encodes the whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace hearsay {

class ToldList {
 public:
  // `numbers` in any order, each once; those that are there already are ignored. Calls `fresh(number)` for the others.
  template <typename Fresh>
  void Merge(std::vector<std::uint32_t> numbers, Fresh fresh) {
    std::vector<std::uint32_t> all;
    all.reserve(size_ + numbers.size());
    ForEach([&](std::uint32_t number) { all.push_back(number); });
    std::sort(numbers.begin(), numbers.end());
    for (const std::uint32_t number : numbers) {
      if (!std::binary_search(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size_), number)) {
        all.push_back(number);
        fresh(number);
      }
    }
    if (all.size() == size_) return;
    std::sort(all.begin(), all.end());
    Encode(all);
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < bytes_.size();) {
      std::uint32_t gap = 0;
      int shift = 0;
      std::uint8_t byte = 0;
      do {
        byte = bytes_[at++];
        gap |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
        shift += 7;
      } while ((byte & 0x80) != 0);
      number += gap;
      visit(number);
    }
  }
  std::size_t size() const { return size_; }

 private:
  void Encode(const std::vector<std::uint32_t>& ordered) {
    std::vector<std::uint8_t> bytes;
    std::uint32_t last = 0;
    for (const std::uint32_t number : ordered) {
      std::uint32_t gap = number - last;
      last = number;
      for (; gap >= 0x80; gap >>= 7) bytes.push_back(static_cast<std::uint8_t>(gap | 0x80));
      bytes.push_back(static_cast<std::uint8_t>(gap));
    }
    bytes.shrink_to_fit();
    bytes_ = std::move(bytes);
    size_ = static_cast<std::uint32_t>(ordered.size());
  }

  std::vector<std::uint8_t> bytes_;
  std::uint32_t size_ = 0;
};

}  // namespace hearsay
