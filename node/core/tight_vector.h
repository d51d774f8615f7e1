// SPDX-License-Identifier: MIT
//
// PushTight: push_back for long tables. A vector that doubles may leave half of its memory unused; this leaves at most
// a fifth, and each element still moves four times on average.
#pragma once

#include <utility>
#include <vector>

namespace hearsay {

template <typename T>
void PushTight(std::vector<T>& vector, T element) {
  if (vector.size() == vector.capacity()) vector.reserve(vector.size() + vector.size() / 4 + 8);
  vector.push_back(std::move(element));
}

}  // namespace hearsay
