// SPDX-License-Identifier: MIT
//
// ByteStore: many short byte strings that are written once and kept: what nodes said of themselves, whom they named.
//
// They lie one after the other in blocks of kBlock bytes, none across two blocks; a longer one has a block for itself.
// A string costs its own length and a reference of eight bytes; on the heap by itself it would cost 24 to 40 more.
// Nothing is ever given back: who replaces a string leaves the old one behind. At most 16 GB, which is several times
// what the bounds of a crawl let nodes say.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "proto/bytes.h"
#include "proto/check.h"

namespace hearsay {

class ByteStore {
 public:
  static constexpr std::size_t kBlock = std::size_t{1} << 14;

  // Of a string in the store; the one that was not put there is empty.
  struct Ref {
    std::uint64_t block : 20 = 0;
    std::uint64_t offset : 16 = 0;
    std::uint64_t size : 28 = 0;
  };
  static_assert(sizeof(Ref) == 8);

  Ref Put(BytesView bytes) {
    if (bytes.empty()) return {};
    HEARSAY_CHECK(bytes.size() < std::size_t{1} << 28);
    if (blocks_.empty() || blocks_.back().size() + bytes.size() > kBlock) {
      HEARSAY_CHECK(blocks_.size() < std::size_t{1} << 20);
      blocks_.emplace_back().reserve(std::max(kBlock, bytes.size()));
    }
    Bytes& block = blocks_.back();
    const Ref ref{.block = blocks_.size() - 1, .offset = block.size(), .size = bytes.size()};
    block.insert(block.end(), bytes.begin(), bytes.end());
    return ref;
  }
  // Good while the store lives.
  BytesView At(Ref ref) const {
    return ref.size == 0 ? BytesView{} : BytesView(blocks_[ref.block]).subspan(ref.offset, ref.size);
  }

 private:
  std::vector<Bytes> blocks_;
};

}  // namespace hearsay
