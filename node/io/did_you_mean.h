// SPDX-License-Identifier: MIT
//
// DidYouMean: the word that somebody probably meant, for errors about keys, flags, variables and commands.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hearsay {

// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`. Both are cut to 64 bytes: it is for words.
std::size_t EditDistance(std::string_view a, std::string_view b);
// The nearest of `words`, when it is within a third of the length of `word`, else empty. The first of equals.
std::string_view ClosestWord(std::string_view word, std::span<const std::string_view> words);
// "; did you mean 'listen'?" or empty.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> words);

}  // namespace hearsay
