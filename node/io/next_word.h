// SPDX-License-Identifier: MIT
//
// NextWord: the words of a line of an operator's file, one after another.
#pragma once

#include <algorithm>
#include <string_view>

namespace hearsay {

// Takes the first word and the white space before it off `rest`; empty at the end of the line.
inline std::string_view NextWord(std::string_view& rest) {
  constexpr std::string_view kSpace = " \t\r";
  const auto start = std::min(rest.find_first_not_of(kSpace), rest.size());
  const auto end = std::min(rest.find_first_of(kSpace, start), rest.size());
  const std::string_view word = rest.substr(start, end - start);
  rest.remove_prefix(end);
  return word;
}

}  // namespace hearsay
