// SPDX-License-Identifier: MIT
#include "crawler/told_list.h"

#include <algorithm>
#include <bit>

#include "proto/check.h"

namespace hearsay {
namespace {

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  void Put(std::uint32_t bits, int count) {
    for (; count > 0; count -= 8, bits >>= 8) PutByte(bits & 0xff, std::min(count, 8));
  }
  void Flush() {
    if (held_ > 0) out_.push_back(static_cast<std::byte>(bits_));
  }

 private:
  void PutByte(std::uint32_t bits, int count) {
    bits_ |= (bits & ((1u << count) - 1)) << held_;
    held_ += count;
    if (held_ < 8) return;
    out_.push_back(static_cast<std::byte>(bits_));
    bits_ >>= 8;
    held_ -= 8;
  }

  Bytes& out_;
  std::uint32_t bits_ = 0;  // fewer than 8 between calls
  int held_ = 0;
};

class BitReader {
 public:
  explicit BitReader(BytesView bytes) : bytes_(bytes) {}
  std::uint32_t Get(int count) {
    Fill(count);
    const auto bits = static_cast<std::uint32_t>(bits_ & ((std::uint64_t{1} << count) - 1));
    bits_ >>= count;
    held_ -= count;
    return bits;
  }

 private:
  void Fill(int count) {
    for (; held_ < count; held_ += 8) {
      HEARSAY_CHECK(at_ < bytes_.size());
      bits_ |= static_cast<std::uint64_t>(bytes_[at_++]) << held_;
    }
  }

  BytesView bytes_;
  std::size_t at_ = 0;
  std::uint64_t bits_ = 0;  // `held_` of them; at most 39
  int held_ = 0;
};

struct Head {
  std::size_t count = 0;
  std::size_t size = 0;  // in bytes
};

Head ReadHead(BytesView list) {
  Head head;
  if (list.empty()) return head;
  int shift = 0;
  do {
    head.count |= static_cast<std::size_t>(list[head.size] & std::byte{0x7f}) << shift;
    shift += 7;
  } while ((list[head.size++] & std::byte{0x80}) != std::byte{0});
  return head;
}

// Of geometric gaps k + 1 is better than k while 2^k is less than 0.481 of their mean: so the mean's logarithm.
int ParameterFor(std::uint32_t last, std::size_t count) {
  const std::uint64_t mean = last / count;
  return mean == 0 ? 0 : static_cast<int>(std::bit_width(mean)) - 1;
}

}  // namespace

Bytes EncodeToldList(const std::vector<std::uint32_t>& rising) {
  Bytes out;
  if (rising.empty()) return out;
  std::size_t count = rising.size();
  for (; count >= 0x80; count >>= 7) out.push_back(static_cast<std::byte>(count | 0x80));
  out.push_back(static_cast<std::byte>(count));
  const int k = ParameterFor(rising.back(), rising.size());
  out.push_back(static_cast<std::byte>(k));
  BitWriter writer(out);
  std::uint32_t before = 0;
  for (const std::uint32_t number : rising) {
    const std::uint32_t gap = number - before;
    before = number;
    for (std::uint32_t ones = gap >> k; ones > 0; --ones) writer.Put(1, 1);
    writer.Put(0, 1);
    writer.Put(gap, k);
  }
  writer.Flush();
  return out;
}

std::size_t CountOfToldList(BytesView list) { return ReadHead(list).count; }

std::vector<std::uint32_t> DecodeToldList(BytesView list) {
  const Head head = ReadHead(list);
  std::vector<std::uint32_t> rising;
  if (head.count == 0) return rising;
  rising.reserve(head.count);
  const int k = static_cast<int>(list[head.size]);
  BitReader reader(list.subspan(head.size + 1));
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < head.count; ++i) {
    std::uint32_t upper = 0;
    while (reader.Get(1) != 0) ++upper;
    number += upper << k | reader.Get(k);
    rising.push_back(number);
  }
  return rising;
}

}  // namespace hearsay
