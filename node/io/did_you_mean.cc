// SPDX-License-Identifier: MIT
#include "node/io/did_you_mean.h"

#include <algorithm>
#include <array>

namespace hearsay {
namespace {

constexpr std::size_t kMaxWord = 64;

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kMaxWord);
  b = b.substr(0, kMaxWord);
  // Three rows of the optimal string alignment table: two rows back, for swaps; one back; the current one.
  std::array<std::size_t, kMaxWord + 1> before{}, previous{}, current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

std::string_view ClosestWord(std::string_view word, std::span<const std::string_view> words) {
  std::string_view closest;
  std::size_t best = std::max<std::size_t>(1, std::min(word.size(), kMaxWord) / 3) + 1;
  for (const std::string_view candidate : words) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance >= best) continue;
    best = distance;
    closest = candidate;
  }
  return closest;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> words) {
  const std::string_view closest = ClosestWord(word, words);
  return closest.empty() ? std::string() : "; did you mean '" + std::string(closest) + "'?";
}

}  // namespace hearsay
