// SPDX-License-Identifier: MIT
//
// MedianOf: the middle one of some values; of an even number the lower of the two: an observed value, never a mean.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "proto/check.h"

namespace hearsay {

// `values` are not empty.
template <typename T>
T MedianOf(std::vector<T> values) {
  HEARSAY_CHECK(!values.empty());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace hearsay
