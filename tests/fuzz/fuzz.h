// SPDX-License-Identifier: MIT
//
// What every fuzz target needs: its input as bytes. A target states what must hold with HEARSAY_CHECK, which aborts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/bytes.h"
#include "proto/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hearsay::fuzz {

inline BytesView Input(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

// Takes one byte off the front, 0 when there is none: for choices that the fuzzer makes.
inline unsigned TakeChoice(BytesView& input) {
  if (input.empty()) return 0;
  const auto choice = std::to_integer<unsigned>(input.front());
  input = input.subspan(1);
  return choice;
}

}  // namespace hearsay::fuzz
